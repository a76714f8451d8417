import { expect, it } from "vitest";
import { Exposition } from "../../src/metrics/exposition.ts";
import { renderFamilies, type TextFormat } from "../../src/metrics/text-format.ts";
import { busyScrape, OPTIONS, SMALL } from "../unit/metrics/scenario.ts";

// Everything but the process's own metrics, which differ between two runs. `npx vitest run test/golden -u` writes the files anew.
it.each<[TextFormat, string]>([
  ["prometheus", "metrics.txt"],
  ["openmetrics", "metrics.openmetrics.txt"],
])("a whole scrape in the %s format is %s", async (format, file) => {
  const families = await new Exposition(OPTIONS).families(busyScrape(SMALL));
  const text = renderFamilies(families, format).replace(process.version, "v20.0.0");
  await expect(text).toMatchFileSnapshot(file);
});
