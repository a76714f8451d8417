import type { ImageStatistic } from "../../src/image/statistics/statistic.ts";

/** The page `docs/statistics.md`, made from the list. */
export function statisticsPage(statistics: readonly ImageStatistic[]): string {
  const rows = statistics.map(
    ({ name, unit, help, low, high }) => `| \`${name}\` | ${unit} | ${help} | ${low} | ${high} |`,
  );
  return [
    "# Image statistics",
    "",
    "Each image is decoded once and stretched to 224 × 224 pixels of 8-bit RGB; every statistic is computed on these pixels, so a number",
    "depends on the size of the source as well: compare images of one camera with a reference of the same camera. Formula, source, limits",
    "and a worked number stand in the head of `src/image/statistics/<name>.ts`.",
    "",
    "| name | unit | what it is | when it falls, images are | when it rises, images are |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    "Absent rather than zero: `bytes_per_pixel` of an image that came as a tensor; `blockiness` of an image with both sides over 746 pixels,",
    "whose 8 × 8 blocks are too small to be seen at 224.",
    "",
    "This page is made from the list in `src/image/statistics/index.ts`; a test compares them.",
    "",
  ].join("\n");
}
