/** At most `size` at a time; at most `waiting` more wait in line, the rest is turned away. */
export class Slots {
  readonly #size: number;
  readonly #waiting: number;
  readonly #line: (() => void)[] = [];
  #taken = 0;

  constructor(size: number, waiting: number) {
    this.#size = size;
    this.#waiting = waiting;
  }

  /** Resolves to the function that gives the slot back (safe to call twice), or at once to undefined when the line is full. */
  async take(): Promise<(() => void) | undefined> {
    if (this.#taken < this.#size) this.#taken++;
    else if (this.#line.length < this.#waiting) await new Promise<void>((resolve) => this.#line.push(resolve));
    else return undefined;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const next = this.#line.shift();
      if (next) next();
      else this.#taken--;
    };
  }
}
