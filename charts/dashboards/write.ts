// `npm run dashboards`: writes dashboards/*.json.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { toGrafana } from "./dashboard.ts";
import { DASHBOARDS } from "./index.ts";

for (const [name, board] of Object.entries(DASHBOARDS)) {
  writeFileSync(join("dashboards", `${name}.json`), `${JSON.stringify(toGrafana(board), undefined, 2)}\n`);
}
