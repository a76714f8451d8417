import type { WriteStream } from "node:tty";

/** A bar on a terminal, a line every tenth of the way anywhere else. */
export class Progress {
  readonly #out: WriteStream | NodeJS.WriteStream;
  readonly #label: string;
  #lastTenth = -1;

  constructor(label: string, out: NodeJS.WriteStream = process.stderr) {
    this.#label = label;
    this.#out = out;
  }

  show(done: number, total: number): void {
    const share = total === 0 ? 1 : done / total;
    if (this.#out.isTTY) {
      const filled = Math.round(share * 30);
      this.#out.write(
        `\r  ${this.#label} [${"#".repeat(filled)}${".".repeat(30 - filled)}] ${done}/${total}${done === total ? "\n" : ""}`,
      );
      return;
    }
    const tenth = Math.floor(share * 10);
    if (tenth === this.#lastTenth) return;
    this.#lastTenth = tenth;
    this.#out.write(`  ${this.#label}: ${done} of ${total}\n`);
  }
}
