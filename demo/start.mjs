// `npm run demo`: installs, builds, and hands over to demo/main.ts.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { build, installPackages, root, say } from "../.ci/bootstrap.mjs";

try {
  installPackages();
  say("· building …");
  build();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
const demo = spawn(process.execPath, [join(root, "dist", "demo", "main.js"), ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
// The terminal sends Ctrl-C to the demo as well; this process only waits for it to end in its own way.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => demo.kill("SIGTERM"));
demo.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
