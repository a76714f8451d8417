import { describe, expect, it } from "vitest";
import { canConnect } from "../../../src/tap/upstream-check.ts";
import { serveUpstream } from "./fixtures.ts";

describe("the check of the model port", () => {
  it("says yes while it listens, and no after that", async () => {
    const { port, server } = await serveUpstream((socket) => socket.end());
    expect(await canConnect("127.0.0.1", port, 1)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
    expect(await canConnect("127.0.0.1", port, 1)).toBe(false);
  });

  it("says no for a name that does not exist", async () => {
    expect(await canConnect("no-such-host.invalid", 1, 1)).toBe(false);
  });
});
