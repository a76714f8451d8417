// `npm run docs`: writes the pages that are made from the source. A test fails while one of them differs.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, installPackages, root } from "./bootstrap.mjs";

installPackages();
build();
const from = (file) => import(join(root, "dist", "src", file));
const { configurationMarkdown, errorsMarkdown } = await from("config/docs.js");
const { metricsMarkdown } = await from("metrics/catalog-docs.js");
const pages = {
  "configuration.md": configurationMarkdown(),
  "errors.md": errorsMarkdown(),
  "metrics.md": metricsMarkdown(),
};
for (const [page, text] of Object.entries(pages)) writeFileSync(join(root, "docs", page), text);
