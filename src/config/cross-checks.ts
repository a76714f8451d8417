import type { Address, Config, WindowConfig } from "./config.ts";
import type { Fault } from "./faults.ts";

/** A rule over several keys. It runs when the sections it reads have no faults of their own. */
export interface CrossCheck {
  readonly sections: readonly (keyof Config)[];
  /** `written` tells which keys the file names, for rules about keys that have a default. */
  check(config: Config, written: (section: keyof Config) => readonly string[]): readonly Fault[];
}

export const CROSS_CHECKS: readonly CrossCheck[] = [
  { sections: ["model"], check: classNamesDiffer },
  { sections: ["windows"], check: windowNamesDiffer },
  { sections: ["windows", "chunk"], check: chunksFitWindows },
  { sections: ["listen", "tap"], check: addressesDiffer },
  { sections: ["listen", "page"], check: pageIsGuarded },
  { sections: ["tap", "intake"], check: idHeadersAgree },
  { sections: ["tap"], check: captureFits },
  { sections: ["embedding"], check: ownNetworkHasPath },
  { sections: ["labels"], check: earlyLabelsEndFirst },
  { sections: ["labels"], check: sharedLabelsAgree },
];

function classNamesDiffer({ model }: Config): Fault[] {
  return repeated(model.classes ?? []).map((index) => ({
    path: ["model", "classes", index],
    problem: `the class "${model.classes?.[index]}" is listed twice`,
    remedy: "remove one; the position of a class is its place in the model's scores",
  }));
}

function windowNamesDiffer({ windows }: Config): Fault[] {
  return repeated(windows.map(({ name }) => name)).map((index) => ({
    path: ["windows", index, "name"],
    problem: `the name "${windows[index]?.name}" is taken by an earlier window`,
    remedy: "choose another name",
  }));
}

function chunksFitWindows({ windows, chunk }: Config): Fault[] {
  const faults: Fault[] = [];
  const shortest = (key: "durationSeconds" | "images"): number =>
    Math.min(
      ...windows.map(
        (window) => (window as Record<typeof key, number> & WindowConfig)[key] ?? Number.POSITIVE_INFINITY,
      ),
    );
  if (chunk.duration * 2 > shortest("durationSeconds")) {
    faults.push({
      path: ["chunk", "duration"],
      problem: `a chunk of ${chunk.duration} s is more than half of the shortest window, ${shortest("durationSeconds")} s`,
      remedy: "shorten the chunk or lengthen the window",
    });
  }
  if (chunk.images * 2 > shortest("images")) {
    faults.push({
      path: ["chunk", "images"],
      problem: `a chunk of ${chunk.images} images is more than half of the shortest window, ${shortest("images")} images`,
      remedy: "shorten the chunk or lengthen the window",
    });
  }
  return faults;
}

function addressesDiffer({ listen, tap }: Config): Fault[] {
  const taken = new Map<number, string>();
  const addresses: [path: [string, string], address: Address][] = (["metrics", "api", "page"] as const).map((key) => [
    ["listen", key],
    listen[key],
  ]);
  if (tap) addresses.push([["tap", "listen"], tap.listen]);
  return addresses.flatMap(([path, { port }]) => {
    const other = taken.get(port);
    if (other === undefined) taken.set(port, path.join("."));
    return other === undefined
      ? []
      : [{ path, problem: `port ${port} is taken by ${other}`, remedy: "choose another port" }];
  });
}

/** Whether the web configuration guards it shows when that file is read. */
function pageIsGuarded({ listen, page }: Config): Fault[] {
  if (page.password !== undefined || listen.webConfigFile !== undefined || isLoopback(listen.page.host)) return [];
  const problem = `the page would be open to everyone who reaches ${listen.page.host}`;
  return [
    { path: ["listen", "page"], problem, remedy: "set page.password or listen.webConfigFile, or listen on 127.0.0.1" },
  ];
}

function idHeadersAgree({ tap, intake }: Config): Fault[] {
  const [sampled, joined] = [tap?.idHeader, intake.idHeader];
  if (sampled === undefined || joined === undefined || sampled.toLowerCase() === joined.toLowerCase()) return [];
  const problem = `"${sampled}" differs from intake.idHeader, "${joined}"`;
  return [{ path: ["tap", "idHeader"], problem, remedy: "name the same header in both, or in one of them" }];
}

function captureFits({ tap }: Config): Fault[] {
  if (!tap) return [];
  return (["totalBytes", "linkBytes"] as const)
    .filter((key) => tap[key] < 2 * tap.messageBytes)
    .map((key) => ({
      path: ["tap", key],
      problem: `${tap[key]} bytes do not hold one exchange: a request and a reply of tap.messageBytes, ${tap.messageBytes}, each`,
      remedy: "raise it, or lower tap.messageBytes",
    }));
}

function ownNetworkHasPath({ embedding }: Config, written: (section: keyof Config) => readonly string[]): Fault[] {
  if (embedding.path !== undefined) return [];
  return written("embedding")
    .filter((key) => key !== "threads")
    .map((key) => ({
      path: ["embedding", key],
      problem: "the network that ships has its own preprocessing, so the key has no effect",
      remedy: "give embedding.path as well, or remove the key",
    }));
}

function earlyLabelsEndFirst({ labels }: Config): Fault[] {
  if (labels.keepEarlyLabels <= labels.keepPredictions) return [];
  const problem = `${labels.keepEarlyLabels} s is longer than labels.keepPredictions, ${labels.keepPredictions} s`;
  return [{ path: ["labels", "keepEarlyLabels"], problem, remedy: "shorten it, or lengthen labels.keepPredictions" }];
}

function sharedLabelsAgree({ labels: { shared } }: Config): Fault[] {
  if (!shared) return [];
  const at = (key: string, problem: string, remedy: string): Fault => ({
    path: ["labels", "shared", key],
    problem,
    remedy,
  });
  return [
    ...(shared.password !== undefined && shared.passwordFile !== undefined
      ? [at("passwordFile", "there is a password as well", "give one of the two")]
      : []),
    ...(shared.caFile !== undefined && !shared.tls
      ? [at("caFile", "it has no effect without tls", "set labels.shared.tls, or remove the key")]
      : []),
  ];
}

/** Positions whose text stands earlier in the list already. */
function repeated(texts: readonly string[]): number[] {
  return texts.flatMap((text, index) => (texts.indexOf(text) < index ? [index] : []));
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
