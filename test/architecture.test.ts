import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

/** A place may import only from an earlier line, never sideways. The same list stands in docs/ARCHITECTURE.md. */
const RANKS: readonly (readonly string[])[] = [
  ["core"],
  ["math"],
  ["sketch", "image", "tap", "log.ts"],
  ["intake", "sampling", "embedding", "profile", "strain"],
  ["drift", "performance", "features"],
  ["reference", "explain"],
  ["monitor"],
  ["metrics", "state"],
  ["http", "pipeline.ts", "config"],
  ["serve"],
  ["commands"],
  ["main.ts"],
];

/** Packages and built-in modules that only the named places may import. */
const RESERVED: Readonly<Record<string, readonly string[]>> = {
  sharp: ["image"],
  "onnxruntime-node": ["embedding"],
  express: ["http"],
  "prom-client": ["metrics"],
  tdigest: ["sketch"],
  "ml-matrix": ["math"],
  lmdb: ["state"],
  iovalkey: ["state"],
  busboy: ["intake"],
  zod: ["config"],
  yaml: ["config"],
  "cbor-x": ["core"],
  bcryptjs: ["http"],
  "node:fs": ["reference", "config", "state", "strain"],
  "node:fs/promises": ["state", "embedding", "tap"],
};

/** No clock, chance, I/O, logger or environment in here. */
const FUNCTIONAL_CORE = ["core", "math", "sketch", "profile", "drift", "performance", "explain"];
const IMPURE = /\b(Date\.now|new Date\(\)|performance\.now|process\.(env|hrtime|cpuUsage)|setTimeout|setInterval)\b/;
const MATH_RANDOM = /\bMath\.random\b/;

/** `import … from "x"`, `export … from "x"`, `import "x"`, and `import("x")`. */
const IMPORT = /^(?:import|export)\b(?:[^;"]*?\bfrom)?\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;

const src = resolve(import.meta.dirname, "../src");
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const place = (file: string): string => file.split("/")[0] as string;
const rank = (name: string): number => RANKS.findIndex((line) => line.includes(name));
const withoutComments = (code: string): string => code.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");

interface Import {
  readonly file: string;
  readonly target: string;
}

const imports: Import[] = files.flatMap((file) => {
  const code = withoutComments(readFileSync(join(src, file), "utf8"));
  return [...code.matchAll(IMPORT)].map((match) => ({ file, target: (match[1] ?? match[2]) as string }));
});
const localImports = imports
  .filter(({ target }) => target.startsWith("."))
  .map(({ file, target }) => ({ file, target: relative(src, resolve(src, dirname(file), target)) }));

describe("the architecture", () => {
  it("is checked on all files of src", () => {
    expect(files.length).toBeGreaterThanOrEqual(100);
    expect(localImports.length).toBeGreaterThanOrEqual(200);
  });

  it("has a rank for every folder", () => {
    expect([...new Set(files.map(place))].filter((name) => rank(name) < 0)).toEqual([]);
  });

  it("imports only downward", () => {
    const upward = localImports.filter(
      ({ file, target }) => place(file) !== place(target) && rank(place(target)) >= rank(place(file)),
    );
    expect(upward).toEqual([]);
  });

  it("has no import that leads out of src", () => {
    expect(localImports.filter(({ target }) => target.startsWith(".."))).toEqual([]);
  });

  it("has no cycles between files, types included", () => {
    const edges = new Map(
      files.map((file) => [file, localImports.filter((edge) => edge.file === file).map((edge) => edge.target)]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      if (done.has(file) || path.includes(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it("keeps each package in its folder", () => {
    const packageOf = (target: string): string =>
      target
        .split("/")
        .slice(0, target.startsWith("@") ? 2 : 1)
        .join("/");
    const strays = imports.filter(({ file, target }) => {
      const owners =
        RESERVED[target] ??
        (target.startsWith(".") || target.startsWith("node:") ? undefined : RESERVED[packageOf(target)]);
      const known =
        target.startsWith(".") || builtinModules.includes(target.replace("node:", "")) || owners !== undefined;
      return !known || (owners !== undefined && !owners.includes(place(file)));
    });
    expect(strays).toEqual([]);
  });

  it("keeps clock, chance and environment out of the functional core", () => {
    const impure = files
      .filter((file) => FUNCTIONAL_CORE.includes(place(file)))
      .filter((file) => {
        const code = withoutComments(readFileSync(join(src, file), "utf8"));
        return IMPURE.test(code) || MATH_RANDOM.test(code);
      });
    expect(impure).toEqual([]);
  });

  it("loads nothing native in the forwarding process", () => {
    const native = imports.filter(
      ({ file, target }) => place(file) === "tap" && !target.startsWith(".") && !target.startsWith("node:"),
    );
    expect(native).toEqual([]);
  });

  it("has no default exports and no drawers", () => {
    expect(files.filter((file) => /export default/.test(readFileSync(join(src, file), "utf8")))).toEqual([]);
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|common|misc|manager|base)(\/|\.ts$|-)/.test(file))).toEqual(
      [],
    );
  });
});
