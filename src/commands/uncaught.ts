import type { Logger } from "../log.ts";

/**
 * Resolves at the first exception that nothing caught: what it left half done is unknown, so the process must end. A rejection that
 * nothing handled concerns one piece of work and ends nothing. Both are logged and so counted in `vision_log_messages_total`.
 */
export function uncaughtException(log: Logger): Promise<void> {
  process.on("unhandledRejection", (reason) => log.error("a rejection was not handled", { error: asError(reason) }));
  return new Promise((resolve) => {
    process.on("uncaughtException", (error) => {
      log.error("an exception was not caught: the analyser saves its state and ends", { error: asError(error) });
      resolve();
    });
  });
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
