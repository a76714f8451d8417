// `npm run dashboards` writes dashboards/*.json, `npm run dashboards:preview` draws them from what a real Prometheus scraped during the demo.
import { join } from "node:path";
import { build, installDebianPackages, installPackages, root, run } from "./bootstrap.mjs";

const [name = "write"] = process.argv.slice(2);
installPackages();
if (name !== "write")
  installDebianPackages({ prometheus: ["prometheus"], chromium: ["chromium", "fonts-dejavu-core"] });
build();
run(process.execPath, [join(root, "dist", "charts", "dashboards", `${name}.js`)]);
