import { CATALOG, type MetricGroup } from "./catalog.ts";
import type { MetricSpec } from "./metric-spec.ts";

const INTRODUCTION = `<!-- Made from the source by \`npm run docs\`; do not edit. -->

# Metrics

All of \`/metrics\` on port 9435, in OpenMetrics 1.0 or Prometheus text 0.0.4, whichever the scraper prefers.

- **Counters add, gauges do not.** Counters hold over restarts (\`increase()\`), replicas and any time span; sums over sampled traffic are weighted by 1/sampling
  probability. Gauges of windows are exact and belong to one replica.
- Every series exists at 0 from the first scrape; one that is absent means "not known", such as an accuracy without labels. NaN is never exported.
- The label \`class\` has at most \`metrics.maxClasses\` values, the most frequent ones of the reference; the others are summed under \`other\`. The whole scrape has at most
  \`metrics.maxSeries\` series. \`vision_series_folded_total\` tells what was folded or left out.
- \`reference\` is a hash of the reference: old and new replicas stay apart during a rollout. The reference's own series are the same on every replica: aggregate them with \`max\`.
- \`process_…\` and \`nodejs_…\` series are those of prom-client.
- As configured by default, ten classes and three windows make fewer than 1,100 series, all told.

Over replicas, in PromQL, each sum being \`sum without (instance, pod) (increase(…[1h]))\`:

\`\`\`
n     = vision_embeddings_total ^ 2 / vision_embedding_squared_weights_total             # images that count when they are sampled
MMD^2 = 2 * avg over features of (vision_embedding_fourier_total / vision_embeddings_total - vision_reference_embedding_fourier_mean) ^ 2
z     = (MMD^2 / (1/n + 1/m) - vision_reference_embedding_mmd_squared_mean) / vision_reference_embedding_mmd_squared_deviation
\`\`\`

m: reference images, the sum of vision_reference_image_statistic_observations of one statistic. Without drift z is about 0 ± 1, with a longer tail above: alarm
from 4 on.`;

/** docs/metrics.md: every metric with type, labels and meaning. */
export function metricsMarkdown(): string {
  return `${[INTRODUCTION, ...CATALOG.map(groupMarkdown)].join("\n\n")}\n`;
}

function groupMarkdown({ title, text, metrics }: MetricGroup): string {
  return [
    `## ${title}`,
    text,
    ["| Metric | Type | Labels | Meaning |", "|---|---|---|---|", ...metrics.map(row)].join("\n"),
  ].join("\n\n");
}

function row({ name, type, labels, help }: MetricSpec): string {
  return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${help} |`;
}
