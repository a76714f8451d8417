// `npm run quiet`, `npm run game-day`: installs promtool, builds, then runs dist/bench/<name>.js.
import { join } from "node:path";
import { build, installDebianPackages, installPackages, root, run } from "./bootstrap.mjs";

const [name, ...args] = process.argv.slice(2);
installPackages();
installDebianPackages({ promtool: ["prometheus"] });
build();
run(process.execPath, [join(root, "dist", "bench", `${name}.js`), ...args], {
  remedy: "the table above names the alerts that are missing or wrong",
});
