import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../../bench/free-ports.ts";
import { seededRandom } from "../../../src/core/random.ts";
import type { SharedStoreFault } from "../../../src/core/shared-store.ts";
import { FallbackLabels } from "../../../src/monitor/fallback-labels.ts";
import type { LabelRules, PendingPrediction } from "../../../src/monitor/label-join.ts";
import { LabelTable } from "../../../src/monitor/label-table.ts";
import { MemoryStore } from "../../../src/state/memory.ts";
import { SharedLabelTable } from "../../../src/state/shared-label-table.ts";
import { ValkeyClient, type ValkeyOptions } from "../../../src/state/valkey-client.ts";
import { connectedClient, RedisServer } from "../../contracts/fixtures/redis-server.ts";
import { eventually } from "../../eventually.ts";

const RULES: LabelRules = { keepSeconds: 1_000, keepEarlySeconds: 100, onConflict: "last", unknownClass: "reject" };
const CLASSES = ["good", "bent", "torn"];
/** Prefix, model and hash of the class list. */
const PREFIX = "t:m:9a18e702:";
const NOW = 1_700_000_000;
/** For a server that is stopped; every other command has the time that a busy machine needs. */
const WITH_SHORT_LIMIT = { timeoutSeconds: 1 };
const clock = { nowSeconds: () => NOW, monotonicSeconds: () => performance.now() / 1_000 };

interface Replica {
  readonly client: ValkeyClient;
  readonly labels: FallbackLabels;
  /** Why the own table was asked, in order. */
  readonly reasons: SharedStoreFault[];
  lost: number;
}

let folder: string;
let server: RedisServer;
const clients: ValkeyClient[] = [];

function replicaOver(client: ValkeyClient): Replica {
  clients.push(client);
  const options = { keyPrefix: "t", model: "m", classes: CLASSES, rules: RULES, clock };
  const own = new LabelTable(new MemoryStore({ maxKeys: 100_000 }), CLASSES, RULES);
  const reasons: SharedStoreFault[] = [];
  const report = { fellBack: (reason: SharedStoreFault) => reasons.push(reason), labelLost: () => replica.lost++ };
  const labels = new FallbackLabels(new SharedLabelTable(client, options), own, report);
  const replica: Replica = { client, labels, reasons, lost: 0 };
  return replica;
}

async function replica(options: Partial<ValkeyOptions> = {}): Promise<Replica> {
  return replicaOver(await connectedClient(server, options));
}

/** Does what the analyser does every few seconds, until the shared table works. */
async function recovered({ client }: Replica): Promise<void> {
  const works = async (): Promise<boolean> => {
    if (!client.available) await client.check("t:check");
    return client.available;
  };
  await eventually(async () => expect(await works()).toBe(true));
}

async function remembersAgain(one: Replica): Promise<void> {
  const inShared = async (): Promise<boolean> => {
    const before = one.reasons.length;
    await remember(one, "again");
    return one.reasons.length === before;
  };
  await eventually(async () => expect(await inShared()).toBe(true));
}

function prediction(id: string): PendingPrediction {
  const scores = { confidence: 0.9, calibratedConfidence: 0.8 };
  return { id, timeSeconds: NOW, weight: 1, classIndex: 0, modelVersion: "1", ...scores };
}

const remember = ({ labels }: Replica, ...ids: string[]): Promise<unknown> =>
  labels.remember(ids, prediction(ids[0] ?? ""));

async function resultOf({ labels }: Replica, id: string, label = "good"): Promise<string> {
  return (await labels.label({ id, label }, NOW)).result;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "vision-shared-"));
  server = await RedisServer.start();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe("a label table that replicas share", () => {
  it("joins at one replica what another one saw, by any id, and knows it afterwards everywhere", async () => {
    const [first, second] = [await replica(), await replica()];
    await remember(first, "a", "b");
    expect(await resultOf(second, "b")).toBe("matched");
    expect(await resultOf(first, "a")).toBe("duplicate");
    expect(await resultOf(first, "a", "torn")).toBe("corrected");
    expect([...first.reasons, ...second.reasons]).toEqual([]);
  });

  it("forgets records when their time has come, by itself", async () => {
    const first = await replica();
    await remember(first, "a");
    await resultOf(first, "early");
    const left = await Promise.all(["a", "early"].map((id) => server.ask("PTTL", `${PREFIX}${id}`)));
    expect(left.map((milliseconds) => Math.round(Number(milliseconds) / 1_000))).toEqual([1_000, 100]);
  });

  it("keeps nothing of a prediction whose time is over, and does not fail", async () => {
    const first = await replica();
    await first.labels.remember(["old"], { ...prediction("old"), timeSeconds: NOW - 1_000 });
    expect(await server.ask("EXISTS", `${PREFIX}old`)).toBe(0);
    expect(first.reasons).toEqual([]);
  });

  it("forgets at one replica what another one saw", async () => {
    const [first, second] = [await replica(), await replica()];
    await remember(first, "a", "b");
    expect(await second.labels.forget("b")).toMatchObject({ ids: ["b", "a"], prediction: { id: "a" } });
    expect(await resultOf(first, "a")).toBe("pending");
  });

  it("is not the one of a model with other classes", async () => {
    const first = await replica();
    await remember(first, "a");
    const options = { keyPrefix: "t", model: "m", classes: ["bent", "good"], rules: RULES, clock };
    const other = new SharedLabelTable(first.client, options);
    expect((await other.label({ id: "a", label: "good" }, NOW)).result).toBe("pending");
  });

  it("lets one label count, however many replicas take labels of one prediction at once", async () => {
    const replicas = [await replica(), await replica(), await replica()];
    for (let round = 0; round < 20; round++) {
      const id = `r${round}`;
      const [first] = replicas as [Replica];
      const labels = replicas.flatMap((each) => CLASSES.map((label) => each.labels.label({ id, label }, NOW)));
      const [, ...joined] = await Promise.all([first.labels.remember([id], prediction(id)), ...labels]);
      const early = await first.labels.label({ id, label: "good" }, NOW);
      const counted = joined.filter(({ result }) => result === "matched").length;
      expect(counted).toBeLessThanOrEqual(1);
      expect(early.result).toMatch(/duplicate|corrected/);
    }
  });

  it("holds exactly what was counted, whatever replicas do at once", async () => {
    const replicas = [await replica(), await replica()] as const;
    let run = 0;
    const STEP = fc.record({ at: fc.nat({ max: 1 }), alias: fc.nat({ max: 1 }), label: fc.nat({ max: 2 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 12 }), fc.nat({ max: 12 }), async (steps, seenAt) => {
        const ids = [`${run}-1`, `${run++}-2`] as const;
        const operations = steps.map(({ at, alias, label }, index) => async () => {
          const seen =
            index === seenAt % steps.length ? replicas[0].labels.remember(ids, prediction(ids[0])) : undefined;
          return [
            await replicas[at === 0 ? 0 : 1].labels.label({ id: ids[alias === 0 ? 0 : 1], label }, NOW),
            await seen,
          ];
        });
        const outcomes = (await Promise.all(operations.map((operation) => operation()))).flat();
        const counts = new Map<number, number>();
        for (const joined of outcomes) {
          if (joined?.count === undefined) continue;
          counts.set(joined.count, (counts.get(joined.count) ?? 0) + 1);
          if (joined.takeBack !== undefined) counts.set(joined.takeBack, (counts.get(joined.takeBack) ?? 0) - 1);
        }
        const held = [...counts].filter(([, count]) => count !== 0);
        const asked = await replicas[1].labels.label({ id: ids[1], label: held[0]?.[0] ?? 0 }, NOW);
        expect(held.map(([, count]) => count)).toEqual(held.length === 0 ? [] : [1]);
        if (held.length === 1) expect(asked.result).toBe("duplicate");
      }),
      { seed: 21, numRuns: 60 },
    );
  });
});

describe("replicas whose shared table fails", () => {
  it("join on their own while it is killed, and together again once it is back", async () => {
    const [first, second] = [await replica(), await replica()];
    await server.kill();
    await eventually(() => expect([first.client.available, second.client.available]).toEqual([false, false]));
    await remember(first, "a");
    expect([await resultOf(first, "a"), await resultOf(second, "a")]).toEqual(["matched", "pending"]);
    expect(new Set([...first.reasons, ...second.reasons])).toEqual(new Set(["disconnected"]));
    await server.restart();
    await Promise.all([recovered(first), recovered(second)]);
    expect(await resultOf(first, "a")).toBe("duplicate");
    await remember(first, "b");
    expect(await resultOf(second, "b")).toBe("matched");
  }, 60_000);

  it("remove nothing while it is killed, and what came meanwhile with the rest once it is back", async () => {
    const one = await replica();
    await server.kill();
    await eventually(() => expect(one.client.available).toBe(false));
    await remember(one, "alone");
    await resultOf(one, "owed");
    await expect(one.labels.forget("alone")).rejects.toThrow();
    await server.restart();
    await recovered(one);
    expect(await one.labels.forget("alone")).toMatchObject({ prediction: { id: "alone" } });
    expect(await one.labels.forget("owed")).toMatchObject({ earlyLabels: 1 });
    expect(one.labels.takeOwed()).toEqual([]);
    expect(await resultOf(one, "alone")).toBe("pending");
  });

  it("wait for a stopped one no longer than a command may take, leave it alone then, and use it again when it goes on", async () => {
    const one = await replica(WITH_SHORT_LIMIT);
    await remember(one, "before");
    server.signal("SIGSTOP");
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => remember(one, `p${n}`)));
    const timeouts = one.reasons.filter((reason) => reason !== "backing_off").length;
    expect(one.reasons).toHaveLength(1_000);
    // 256 at once, and 4 more that took the places of the first 4 to fail.
    expect(timeouts).toBeLessThanOrEqual(260);
    expect(one.client.available).toBe(false);
    expect(await resultOf(one, "p999")).toBe("matched");
    server.signal("SIGCONT");
    await recovered(one);
    expect(await resultOf(one, "before")).toBe("matched");
    await remember(one, "after");
    expect(await resultOf(one, "after")).toBe("matched");
    expect(one.reasons).toHaveLength(1_000);
  }, 60_000);

  it("join on their own while its memory is full, and say so", async () => {
    const one = await replica();
    await remember(one, "before");
    await server.ask("CONFIG", "SET", "maxmemory", "1");
    await remember(one, "a");
    expect([await resultOf(one, "a"), await resultOf(one, "before")]).toEqual(["matched", "pending"]);
    expect(one.reasons).toEqual(["out_of_memory", "out_of_memory"]);
    await server.ask("CONFIG", "SET", "maxmemory", "0");
    for (const label of one.labels.takeOwed()) expect((await one.labels.label(label, NOW)).result).toBe("matched");
    expect(one.labels.takeOwed()).toEqual([]);
  });

  it("take what somebody else wrote at a key for a failure of that key alone", async () => {
    const one = await replica();
    await server.ask("HSET", `${PREFIX}a`, "field", "value");
    for (let n = 0; n < 10; n++) await remember(one, "a");
    expect(one.reasons).toEqual(Array.from({ length: 10 }, () => "wrong_type"));
    expect(one.client.available).toBe(true);
    expect(await resultOf(one, "a")).toBe("matched");
    await server.ask("SET", `${PREFIX}b`, "no record");
    await remember(one, "b");
    expect(await resultOf(one, "b")).toBe("matched");
  });

  it("are told when the server is a replica now, and use it again as the primary", async () => {
    const one = await replica();
    await server.ask("REPLICAOF", "127.0.0.1", "1");
    await remember(one, "a");
    expect(one.reasons).toEqual(["not_primary"]);
    await server.ask("REPLICAOF", "NO", "ONE");
    await remembersAgain(one);
  }, 30_000);

  it("use a changed password without a restart", async () => {
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, "wrong\n");
    await server.ask("CONFIG", "SET", "requirepass", "right");
    const address = { host: "127.0.0.1", port: server.port, database: 0, tls: false, timeoutSeconds: 5 };
    const one = replicaOver(new ValkeyClient({ ...address, passwordFile }, clock, seededRandom(1)));
    const refused = async (): Promise<boolean> => {
      await remember(one, "a");
      return one.reasons.includes("denied");
    };
    await eventually(async () => expect(await refused()).toBe(true));
    expect(await resultOf(one, "a")).toBe("matched");
    writeFileSync(passwordFile, "right\n");
    await remembersAgain(one);
  }, 30_000);

  it("keep at most 10,000 labels for it, the oldest gone first and counted", async () => {
    const one = await replica();
    await server.kill();
    await eventually(() => expect(one.client.available).toBe(false));
    for (let n = 0; n < 10_003; n++) await resultOf(one, `l${n}`);
    expect(one.lost).toBe(3);
    const owed = one.labels.takeOwed();
    expect([owed.length, owed[0]?.id]).toEqual([10_000, "l3"]);
  });

  it("send nothing again that had no answer", async () => {
    const one = await replica(WITH_SHORT_LIMIT);
    await server.ask("CONFIG", "RESETSTAT");
    server.signal("SIGSTOP");
    await remember(one, "a");
    server.signal("SIGCONT");
    await eventually(async () => expect(String(await server.ask("INFO", "commandstats"))).toContain("evalsha:calls="));
    await recovered(one);
    expect(String(await server.ask("INFO", "commandstats"))).toMatch(/cmdstat_evalsha:calls=1,/);
  }, 30_000);
});

describe("the connection to a shared label table", () => {
  it("is encrypted, to a server whose certificate is known, and to no other", async () => {
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const files = ["-keyout", key, "-out", certificate];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        ...subject,
        ...files,
      ],
      { stdio: "ignore" },
    );
    const port = await freePort();
    const secure = await RedisServer.start(
      "--tls-port",
      String(port),
      "--tls-cert-file",
      certificate,
      "--tls-key-file",
      key,
      "--tls-auth-clients",
      "no",
    );
    try {
      const known = await connectedClient(secure, { host: "localhost", port, tls: true, caFile: certificate });
      clients.push(known);
      await known.check("a");
      expect(await known.get("a")).toBe("1");
      const address = { host: "localhost", port, database: 0, tls: true, timeoutSeconds: 5 };
      const stranger = new ValkeyClient(address, clock, seededRandom(1));
      clients.push(stranger);
      await expect(stranger.get("a")).rejects.toThrow("disconnected");
    } finally {
      await secure.stop();
    }
  });

  it("does not start with a password or certificate file that cannot be read, and names it", () => {
    const address = { host: "127.0.0.1", port: 1, database: 0, timeoutSeconds: 1 };
    const start = (options: Partial<ValkeyOptions>): ValkeyClient =>
      new ValkeyClient({ ...address, tls: false, ...options }, clock, seededRandom(1));
    expect(() => start({ passwordFile: "/nowhere/p" })).toThrow(/labels\.shared\.passwordFile: \/nowhere\/p/);
    expect(() => start({ tls: true, caFile: "/nowhere/c" })).toThrow(/labels\.shared\.caFile: \/nowhere\/c/);
  });
});
