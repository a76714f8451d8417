import type { WriteStream } from "node:tty";

/** A bar on a terminal, a line every tenth of the way anywhere else. */
export class Progress {
  readonly #out: WriteStream | NodeJS.WriteStream;
  readonly #label: string;
  #lastTenth = "";

  constructor(label: string, out: NodeJS.WriteStream = process.stderr) {
    this.#label = label;
    this.#out = out;
  }

  /** `label` takes the place of the one that was given first. */
  show(done: number, total: number, label: string = this.#label): void {
    const share = total === 0 ? 1 : done / total;
    if (this.#out.isTTY) {
      const filled = Math.round(share * 30);
      this.#out.write(
        `\r  ${label} [${"#".repeat(filled)}${".".repeat(30 - filled)}] ${done}/${total}${done === total ? "\n" : ""}`,
      );
      return;
    }
    const tenth = `${label} ${Math.floor(share * 10)}`;
    if (tenth === this.#lastTenth) return;
    this.#lastTenth = tenth;
    this.#out.write(`  ${label}: ${done} of ${total}\n`);
  }
}
