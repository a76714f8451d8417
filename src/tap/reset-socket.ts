import type { Socket } from "node:net";

/** Closes with RST, so that what was cut does not look like what ended. A FIN under way is let out first: libuv refuses to mix them. */
export function resetSocket(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.connecting) socket.destroy();
  else if (socket.writableEnded && !socket.writableFinished) socket.once("finish", () => resetSocket(socket));
  else socket.resetAndDestroy();
}
