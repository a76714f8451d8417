import { freePorts } from "../free-ports.ts";
import { paintJpeg } from "./exchange.ts";
import { measurePaired } from "./measure.ts";
import { startTapAlone } from "./own-paths.ts";
import { DIRECT } from "./path.ts";
import { startEnvoy, startModelServer } from "./peers.ts";
import { Processes } from "./processes.ts";

const EFFORT = { warmUpRounds: 2000, rounds: 2000 };

/** The short form of `npm run bench:tap`: the tap that samples nothing beside Envoy's HTTP proxy, as a table. */
export async function benchForwarding(): Promise<string> {
  const processes = new Processes();
  try {
    const [modelPort = 0] = await freePorts(1);
    await startModelServer(processes, modelPort);
    const paths = [
      { name: DIRECT, port: modelPort },
      await startTapAlone(processes, modelPort),
      await startEnvoy(processes, modelPort, "http"),
    ];
    const figures = await measurePaired(paths, await paintJpeg(), EFFORT);
    const [, tapAdded = 0, envoyAdded = 0] = figures.addedMilliseconds;
    const [, tapCpu = 0, envoyCpu = 0] = figures.cpuMilliseconds;
    const cells = [
      `${tapAdded.toFixed(3)} / ${envoyAdded.toFixed(3)}`,
      (tapAdded / envoyAdded).toFixed(2),
      `${tapCpu.toFixed(3)} / ${envoyCpu.toFixed(3)}`,
      (tapCpu / envoyCpu).toFixed(2),
      EFFORT.rounds,
    ];
    return [
      "| added median latency, ms, tap / Envoy HTTP proxy | ratio (goal ≤ 0.75) | CPU ms a request, tap / Envoy | ratio | rounds |",
      "|---|---|---|---|---|",
      `| ${cells.join(" | ")} |`,
    ].join("\n");
  } finally {
    await processes.stop();
  }
}
