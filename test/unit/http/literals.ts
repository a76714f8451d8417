import type { Assessment, Exemplar, WindowAssessment } from "../../../src/core/assessment.ts";
import type { Application } from "../../../src/http/application.ts";
import { type RunningServers, type ServerOptions, startServers } from "../../../src/http/listen.ts";

/** The smallest values of every type, for tests to change what they are about. */
export const NOW = 1_700_000_000;

export function windowOf(changes: Partial<WindowAssessment> = {}): WindowAssessment {
  return {
    window: "1h",
    startSeconds: NOW - 3600,
    endSeconds: NOW,
    predictionCount: 100,
    imageCount: 100,
    labelCount: 0,
    verdict: "ok",
    sentence: "All is well.",
    signals: [],
    statistics: [],
    classes: [],
    driftingImages: 0,
    expectedDriftingImages: 1,
    estimates: [],
    causes: [],
    ...changes,
  };
}

export function assessmentOf(changes: Partial<Assessment> = {}): Assessment {
  return {
    timeSeconds: NOW,
    model: "tiles",
    modelVersion: "3",
    classes: ["water", "desert"],
    reference: { loaded: true, id: "abcdef012345", images: 1000, createdSeconds: NOW - 86_400 },
    windows: [windowOf()],
    exemplars: { drifting: [], typical: [], unsure: [] },
    history: [],
    labels: { awaiting: 0 },
    ...changes,
  };
}

export function exemplarOf(changes: Partial<Exemplar> = {}): Exemplar {
  return {
    key: "l1",
    id: "request-1",
    timeSeconds: NOW,
    predictedClass: "water",
    confidence: 0.9,
    anomaly: 3,
    drifting: true,
    reason: "sharpness 12, reference 40 to 900",
    hasThumbnail: true,
    nearestReference: ["r1"],
    ...changes,
  };
}

export function applicationOf(changes: Partial<Application> = {}): Application {
  return {
    assess: () => assessmentOf(),
    metrics: async () => ({ contentType: "text/plain; version=0.0.4", body: "vision_up 1\n" }),
    readiness: () => ({ ready: true, reasons: [] }),
    labels: async () => [],
    observations: async () => [],
    cloudEvent: () => "accepted",
    forget: async () => ({ predictions: 0, earlyLabels: 0, galleryImages: 0, queuedImages: 0 }),
    thumbnail: () => undefined,
    referenceThumbnail: () => undefined,
    health: () => [],
    reload: async () => {},
    ...changes,
  };
}

export interface Started {
  readonly running: RunningServers;
  readonly metrics: string;
  readonly api: string;
  readonly page: string;
  readonly reported: unknown[];
  /** Moves the clock on. */
  readonly pass: (seconds: number) => void;
}

const anyPort = { host: "127.0.0.1", port: 0 };

export async function start(application: Application, changes: Partial<ServerOptions> = {}): Promise<Started> {
  const reported: unknown[] = [];
  let seconds = 0;
  const running = await startServers(application, {
    clock: { nowSeconds: () => NOW + seconds, monotonicSeconds: () => seconds },
    version: "1.2.3",
    report: (error) => reported.push(error),
    metrics: anyPort,
    api: { ...anyPort, requestBytes: 1000 },
    page: { ...anyPort, refreshSeconds: 30 },
    ...changes,
  });
  const origin = (name: "metrics" | "api" | "page"): string => `http://127.0.0.1:${running.addresses[name]?.port}`;
  const pass = (more: number): void => {
    seconds += more;
  };
  return { running, metrics: origin("metrics"), api: origin("api"), page: origin("page"), reported, pass };
}
