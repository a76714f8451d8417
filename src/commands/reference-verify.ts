import { seededRandom } from "../core/random.ts";
import type { FalseAlarms } from "../reference/verify.ts";
import { type Command, parseArguments } from "./command.ts";
import { Progress } from "./progress.ts";

export const referenceVerify: Command = {
  words: ["reference", "verify"],
  usage: "reference verify FILE",
  summary: "measures how often each detector would cry wolf",
  async run(args) {
    const [file] = parseArguments(referenceVerify, args, {}, 1).positionals;
    const [{ readArtefact }, { verifyReference }] = await Promise.all([
      import("../reference/load.ts"),
      import("../reference/verify.ts"),
    ]);
    const { id, artefact } = readArtefact(file as string);
    const progress = new Progress("splits");
    const { falseAlarms, advice } = verifyReference(artefact, seededRandom(1), (done, total) =>
      progress.show(done, total),
    );
    process.stdout.write(
      `reference ${id}\n\nFalse alarms in %, at 5 % asked, by images in the window:\n\n${table(falseAlarms)}\n\n`,
    );
    process.stdout.write(advice.map((sentence) => `- ${sentence}\n`).join(""));
    return 0;
  },
};

function table(falseAlarms: readonly FalseAlarms[]): string {
  const sizes = [...new Set(falseAlarms.map(({ windowImages }) => windowImages))].sort((a, b) => a - b);
  const detectors = [...new Set(falseAlarms.map(({ detector }) => detector))];
  const width = Math.max(...detectors.map((name) => name.length), 8);
  const cell = (detector: string, size: number): string => {
    const found = falseAlarms.find((entry) => entry.detector === detector && entry.windowImages === size);
    return (found ? (100 * found.ratio).toFixed(1) : "").padStart(6);
  };
  return [
    `${"detector".padEnd(width)}${sizes.map((size) => String(size).padStart(6)).join("")}`,
    ...detectors.map((detector) => `${detector.padEnd(width)}${sizes.map((size) => cell(detector, size)).join("")}`),
  ].join("\n");
}
