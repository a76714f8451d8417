import type { Request, Response } from "express";

/**
 * Calls `end` once, when the answer has left or its connection has gone; at once when that is so already. A pipelined answer whose turn
 * never came is told nothing of the latter, so the connection itself is asked.
 */
export function whenOver({ socket }: Request, response: Response, end: () => void): void {
  const over = (): void => {
    socket.off("close", over);
    response.off("close", over);
    end();
  };
  if (response.closed || response.destroyed || socket.destroyed) {
    end();
    return;
  }
  response.once("close", over);
  socket.once("close", over);
}
