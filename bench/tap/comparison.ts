import { freePorts } from "../free-ports.ts";
import { paintJpeg } from "./exchange.ts";
import {
  measureClosedLoop,
  measureOpenLoop,
  measurePaired,
  type OpenLoopFigures,
  type PairedFigures,
} from "./measure.ts";
import { startSupervisedTap, startTapAlone } from "./own-paths.ts";
import { DIRECT, type Path, TAP_5_PERCENT, TAP_EVERYTHING } from "./path.ts";
import { startEnvoy, startGoProxy, startKserveAgent, startModelServer, startNginx } from "./peers.ts";
import { Processes, residentMebibytes } from "./processes.ts";
import { measureSaturation, type SaturationEffort, type SaturationFigures } from "./saturation.ts";

/** How long each part is measured. */
export interface Effort {
  readonly paired: { readonly warmUpRounds: number; readonly rounds: number };
  readonly openLoop: { readonly repeats: number; readonly perSecond: number; readonly seconds: number };
  readonly closedLoop: { readonly repeats: number; readonly connections: number; readonly seconds: number };
  readonly saturation: SaturationEffort;
}

export interface Comparison {
  readonly paths: readonly Path[];
  readonly bodyBytes: number;
  readonly effort: Effort;
  readonly paired: PairedFigures;
  readonly openLoop: OpenLoopFigures;
  readonly closedLoop: readonly (readonly number[])[];
  /** Of the forwarding process after all of this; NaN for the direct path. */
  readonly residentMebibytes: readonly number[];
  readonly saturation: SaturationFigures;
}

/** Every path in one run on one machine. */
export async function compare(effort: Effort, say: (what: string) => void): Promise<Comparison> {
  const processes = new Processes();
  try {
    say("starting the paths");
    const body = await paintJpeg();
    const [modelPort = 0] = await freePorts(1);
    await startModelServer(processes, modelPort);
    const everything = await startSupervisedTap(processes, modelPort, TAP_EVERYTHING, {
      predictionsRatio: 1,
      imagesRatio: 1,
    });
    const paths = [...(await startOthers(processes, modelPort)), everything];
    say("paired rounds");
    const paired = await measurePaired(paths, body, effort.paired);
    say(`${effort.openLoop.perSecond} requests a second`);
    const openLoop = await measureOpenLoop(paths, body, effort.openLoop);
    say("closed loop");
    const closedLoop = await measureClosedLoop(paths, body, effort.closedLoop);
    const resident = paths.map(({ pid }) => (pid === undefined ? Number.NaN : residentMebibytes(pid)));
    say("embedding queue full and idle");
    const saturation = await measureSaturation(everything, body, effort.saturation);
    return {
      paths,
      bodyBytes: body.length,
      effort,
      paired,
      openLoop,
      closedLoop,
      residentMebibytes: resident,
      saturation,
    };
  } finally {
    await processes.stop();
  }
}

async function startOthers(processes: Processes, modelPort: number): Promise<Path[]> {
  const agent = await startKserveAgent(processes, modelPort);
  return [
    { name: DIRECT, port: modelPort },
    await startEnvoy(processes, modelPort, "http"),
    await startEnvoy(processes, modelPort, "tcp"),
    await startNginx(processes, modelPort),
    await startGoProxy(processes, modelPort),
    ...(agent ? [agent] : []),
    await startTapAlone(processes, modelPort),
    await startSupervisedTap(processes, modelPort, TAP_5_PERCENT, FIVE_PERCENT),
  ];
}

/** Every sampled image is analysed at up to 1,000 requests a second; beyond that the cap holds, as it would in production. */
const FIVE_PERCENT = { predictionsRatio: 0.05, imagesRatio: 1, imagesPerSecond: 50 };
