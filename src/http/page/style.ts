import { CHART_STYLE } from "./style-charts.ts";
import { SECTION_STYLE } from "./style-sections.ts";

/**
 * The one style sheet. Colour means something in two places only: a verdict, and live (blue) against reference (grey); all
 * else is ink on paper. Contrast of text is 4.5:1 or better in both schemes.
 */
const BASE = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --ink: #171a1e; --muted: #59626b; --faint: #f2f3f4; --hair: #dcdfe3; --axis: #aab1b9;
  --live: #2462a6; --reference: #9aa2ab; --right: #2462a6; --wrong: #b35900;
  --ok: #15765a; --drifting: #b05400; --new: #7340ac; --floor: #bf222b; --none: #66707a;
  --hue0: #2462a6; --hue1: #b05400; --hue2: #15765a; --hue3: #7340ac; --hue4: #a82a63; --hue5: #6b6100; --hue6: #00707d; --hue7: #59626b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #111417; --ink: #e5e8ea; --muted: #9ca5ae; --faint: #1a1e22; --hair: #2b3137; --axis: #4d565f;
    --live: #6ea9e8; --reference: #76808a; --right: #4d8fd6; --wrong: #d88a2e;
    --ok: #4fbf98; --drifting: #eda144; --new: #bb98ef; --floor: #ff7a78; --none: #98a1aa;
    --hue0: #6ea9e8; --hue1: #eda144; --hue2: #4fbf98; --hue3: #bb98ef; --hue4: #ee86b4; --hue5: #c9bb4a; --hue6: #51bfcb; --hue7: #9ca5ae;
  }
}
.v-ok { --state: var(--ok); } .v-drifting { --state: var(--drifting); } .v-new_content { --state: var(--new); }
.v-accuracy_below_floor { --state: var(--floor); } .v-not_enough_data { --state: var(--none); }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 1240px; padding: 0 28px 40px; background: var(--paper); color: var(--ink);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; overflow-x: clip;
}
h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h2 { font-size: 17px; font-weight: 650; line-height: 1.3; }
h3 { font-size: 14px; font-weight: 650; }
small { font-size: 12px; font-weight: 400; color: var(--muted); }
h2 small, h3 small { margin-left: 6px; }
a { color: inherit; text-decoration-color: var(--axis); text-underline-offset: 3px; }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--live); outline-offset: 2px; border-radius: 2px; }
code, pre { font: 12px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
pre { margin: 6px 0 0; padding: 8px 12px; background: var(--faint); white-space: pre-wrap; border-radius: 3px; }
abbr { text-decoration: none; }
svg { display: block; overflow: visible; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.mark { display: inline-block; width: 11px; height: 11px; fill: var(--state); vertical-align: -1px; margin-right: 5px; flex: none; }
.mark .cut { fill: none; stroke: var(--paper); stroke-width: 2.6; }
.mark .hollow { fill: none; stroke: var(--state); stroke-width: 2.5; }
.mark .stroke { fill: none; stroke: var(--state); stroke-width: 2.5; }
.empty { color: var(--muted); padding: 10px 0; max-width: 64ch; }
.hint { padding: 10px 14px; background: var(--faint); border-left: 3px solid var(--axis); max-width: 86ch; margin: 10px 0 4px; }
details { margin-top: 10px; } summary { cursor: pointer; color: var(--muted); padding: 4px 0; width: fit-content; }
section > h2 { border-top: 1px solid var(--hair); padding-top: 14px; margin: 34px 0 12px; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 20px 48px; }
footer { display: flex; justify-content: space-between; border-top: 1px solid var(--hair); margin-top: 36px; padding-top: 12px; font-size: 12px; color: var(--muted); gap: 16px; }
table { border-collapse: collapse; width: 100%; margin-top: 6px; }
td { white-space: nowrap; }
th, td { text-align: right; padding: 4px 0 4px 12px; vertical-align: baseline; font-weight: 400; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { font-size: 12px; color: var(--muted); } thead tr > * { border-bottom: 1px solid var(--hair); }
tbody tr + tr > * { border-top: 1px solid var(--faint); }
`;

const NARROW = `
@media (max-width: 720px) {
  body { padding: 0 16px 32px; }
  .pair { grid-template-columns: minmax(0, 1fr); gap: 26px; }
  h2 small, h3 small { display: block; margin: 0; }
}
@media print { nav, .clock a { display: none; } }
`;

export const STYLE: string = [BASE, NARROW, SECTION_STYLE, CHART_STYLE].join("");
