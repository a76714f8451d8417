import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "../../bench/free-ports.ts";
import { answers, ROOT, startProgram, stop, until } from "./fixtures/program.ts";

/** Each says in its last lines, after an arrow, which faults are to be found. */
const FIXTURES = join(ROOT, "test/unit/config/fixtures");
const MARK = "# → ";
const AT_A_TIME = 4;

let folder: string;
const file = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bad-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

async function serve(config: string): Promise<Ended> {
  const child = spawn(process.execPath, [join(ROOT, "dist/src/main.js"), "serve", "--config", config], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (bytes: Buffer) => {
    stderr += bytes;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stderr };
}

describe("a start with a bad configuration", () => {
  const names = readdirSync(FIXTURES);

  it("ends with code 2 and a line for each fault, in every kind of fault there is a fixture for", async () => {
    const wrong: string[] = [];
    const waiting = [...names];
    const work = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
        const { code, stderr } = await serve(join(FIXTURES, name));
        const lines = readFileSync(join(FIXTURES, name), "utf8").split("\n");
        const faults = lines.filter((line) => line.startsWith(MARK)).map((line) => `  ${line.slice(MARK.length)}`);
        const [head = "", ...said] = stderr.split("\n");
        const right = code === 2 && /^error CONFIG_INVALID: .* faults?:$/.test(head);
        if (!right || said.slice(0, -2).join("\n") !== faults.join("\n")) wrong.push(`${name}: ${code} ${stderr}`);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    expect(wrong).toEqual([]);
    expect(names.length).toBeGreaterThanOrEqual(45);
  });

  it.each<[fault: string, listen: string, ...said: string[]]>([
    [
      "a web configuration file that is not there",
      "webConfigFile: none.yml",
      "CONFIG_INVALID",
      "listen.webConfigFile: none.yml: ENOENT",
    ],
    ["tokens that are not there", "apiTokensFile: none.txt", "CONFIG_INVALID", "listen.apiTokensFile: ENOENT"],
    [
      "faults in both",
      "webConfigFile: web.yml, apiTokensFile: tokens.txt",
      "listen.webConfigFile: ",
      "line 1, tls: unknown key",
      "line 2, basic_auth_users.ann: the value is not accepted",
      "listen.apiTokensFile: ",
      "line 1: accepted: a token of 32",
    ],
    [
      "a page without a guard",
      'page: "0.0.0.0:1", webConfigFile: empty.yml',
      "listen.page: 0.0.0.0 can be reached from outside",
    ],
  ])("ends with code 2 and names %s", async (_fault, listen, ...said) => {
    writeFileSync(file("web.yml"), "tls: {}\nbasic_auth_users: { ann: hunter2hunter2 }\n");
    writeFileSync(file("tokens.txt"), "short-token\n");
    writeFileSync(file("empty.yml"), "");
    const named = listen.replace(/(web|empty)\.yml|tokens\.txt/g, (name) => file(name));
    const addresses = named.includes("page:") ? await free(["metrics", "api"]) : await free(["metrics", "api", "page"]);
    writeFileSync(file("config.yaml"), `model: { name: a, classes: [a, b] }\nlisten: { ${addresses}, ${named} }\n`);
    const { code, stderr } = await serve(file("config.yaml"));
    expect(code).toBe(2);
    for (const words of said) expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/hunter2|short-token/);
  });

  it("ends with code 2 and names a port that is in use", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    writeFileSync(
      file("config.yaml"),
      `model: { name: a, classes: [a, b] }\nlisten: { ${await free(["metrics", "page"])}, api: "127.0.0.1:${port}" }\n`,
    );
    const { code, stderr } = await serve(file("config.yaml"));
    taken.close();
    expect([code, stderr.split("\n")[0]]).toEqual([2, `error PORT_IN_USE: listen.api: 127.0.0.1:${port} is taken`]);
  });

  it("ends with code 2 when there is no file, or it is a folder", async () => {
    for (const path of [file("none.yaml"), folder]) {
      const { code, stderr } = await serve(path);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`error CONFIG_UNREADABLE: ${path}`)]);
    }
  });
});

async function free(names: readonly string[]): Promise<string> {
  const ports = await freePorts(names.length);
  return names.map((name, index) => `${name}: "127.0.0.1:${ports[index]}"`).join(", ");
}

describe("a reload with a bad configuration", () => {
  it("keeps the old one, says so to the sender and in a metric, until it is good again", async () => {
    const [metrics, api, page] = (await freePorts(3)) as [number, number, number];
    const good = `model: { name: before, classes: [a, b] }
listen: { metrics: "127.0.0.1:${metrics}", api: "127.0.0.1:${api}", page: "127.0.0.1:${page}" }
`;
    const url = `http://127.0.0.1:${metrics}`;
    writeFileSync(file("live.yaml"), good);
    const analyser: ChildProcess = startProgram(["serve", "--config", file("live.yaml")]);
    const reload = (): Promise<Response> => fetch(`${url}/-/reload`, { method: "POST" });
    const sample = async (): Promise<string | undefined> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return /^vision_config_last_reload_successful (\d)$/m.exec(text)?.[1];
    };
    const model = async (): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${api}/v1/assessment`);
      return ((await answer.json()) as { model: string }).model;
    };
    try {
      await until(() => answers(`${url}/-/healthy`));
      expect(await sample()).toBe("1");
      writeFileSync(
        file("live.yaml"),
        good.replace("before", "after").replace("classes: [a, b]", "clases: [a, b], version: 3"),
      );
      const refused = await reload();
      expect(refused.status).toBe(500);
      const { message } = (await refused.json()) as { message: string };
      expect(
        message
          .split("\n")
          .slice(1)
          .map((line) => line.trim().split(":")[0]),
      ).toEqual(["line 1, model.version", "line 1, model.clases"]);
      await until(async () => (await sample()) === "0");
      expect(await model()).toBe("before");
      writeFileSync(file("live.yaml"), good.replace("before", "after"));
      expect((await reload()).status).toBe(200);
      await until(async () => (await sample()) === "1");
      await until(async () => (await model()) === "after");
    } finally {
      await stop(analyser);
    }
  });
});
