// `npm run bench [-- images]`, `npm run bench:methods`, `npm run bench:faults`: builds, then runs dist/bench/<name>.js.
import { join } from "node:path";
import { build, installPackages, root, run } from "./bootstrap.mjs";

const [name = "main", ...args] = process.argv.slice(2);
installPackages();
build();
run(process.execPath, [join(root, "dist", "bench", `${name}.js`), ...args], { env: { MALLOC_ARENA_MAX: "2" } });
