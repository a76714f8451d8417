import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LinkServer } from "../../../src/tap/link-server.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "socket-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const listen = (path: string): Promise<LinkServer> =>
  LinkServer.listen({ path, messageBytes: 1024, onExchange: () => {}, onCounters: () => {} });

describe("the socket of the link", () => {
  it("makes its directory, and both are for the owner alone", async () => {
    const path = join(folder, "a", "b", "tap.sock");
    const server = await listen(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "a", "b")).mode & 0o777).toBe(0o700);
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  it("never removes a file that is no socket", async () => {
    const path = join(folder, "notes.txt");
    writeFileSync(path, "mine");
    await expect(listen(path)).rejects.toThrow(/EADDRINUSE/);
    expect(existsSync(path)).toBe(true);
  });
});
