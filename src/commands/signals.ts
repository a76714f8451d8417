/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once, after `atOnce`, which must not wait. */
export function terminationAsked(atOnce?: () => void): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        if (asked) {
          atOnce?.();
          process.exit(130);
        }
        asked = true;
        resolve();
      });
    }
  });
}
