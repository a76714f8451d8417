// `npm run bench [-- images]`, `npm run bench:methods`, `npm run bench:faults`, …: builds, then runs dist/bench/<name>.js.
import { join } from "node:path";
import { build, installDebianPackages, installPackages, root, run } from "./bootstrap.mjs";

const [name = "main", ...args] = process.argv.slice(2);
installPackages();
if (name === "main" || name === "tap/main") installDebianPackages({ pip: ["python3-pip"], unzip: ["unzip"] });
if (name === "tap/main") installDebianPackages({ nginx: ["nginx-light"], go: ["golang-go"] });
if (name === "main") installDebianPackages({ "redis-server": ["redis-server"] });
if (name === "peers") installDebianPackages({ python3: ["python3", "python3-venv"] });
build();
run(process.execPath, [join(root, "dist", "bench", `${name}.js`), ...args], { env: { MALLOC_ARENA_MAX: "2" } });
