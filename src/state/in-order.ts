/** Runs operations that share an id one after the other, in the order of the calls; others run at once. */
export class InOrder {
  /** By id: the end of the last operation on it. Failures are its caller's business. */
  readonly #last = new Map<string, Promise<void>>();

  async run<T>(ids: readonly string[], operation: () => Promise<T>): Promise<T> {
    const before = ids.flatMap((id) => this.#last.get(id) ?? []);
    const result = before.length === 0 ? operation() : Promise.all(before).then(operation);
    const end = result.then(
      () => undefined,
      () => undefined,
    );
    for (const id of ids) this.#last.set(id, end);
    try {
      return await result;
    } finally {
      for (const id of ids) if (this.#last.get(id) === end) this.#last.delete(id);
    }
  }
}
