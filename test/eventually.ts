import { vi } from "vitest";

/** Below the shortest time limit of a test, so that what fails is the assertion; far above what a busy machine needs. */
const LIMIT_SECONDS = 25;

/** Repeats the assertion until it holds, and answers with what it answers. Fails with its last failure. */
export function eventually<T>(assertion: () => T | Promise<T>, limitSeconds: number = LIMIT_SECONDS): Promise<T> {
  return vi.waitFor(assertion, { timeout: limitSeconds * 1000, interval: 20 });
}
