/** The sections from top to bottom. */
export const SECTION_STYLE: string = `
.masthead { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 28px; padding: 14px 0 12px; }
.masthead .model { font-size: 15px; } .masthead .model span { color: var(--muted); font-size: 12px; margin-left: 4px; }
.masthead .clock { margin-left: auto; color: var(--muted); font-size: 12px; }
.clock a { margin-left: 10px; }
.windows { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px; } .windows > span { color: var(--muted); font-size: 12px; margin-right: 6px; }
.windows a { text-decoration: none; padding: 3px 10px; border: 1px solid transparent; border-radius: 3px; position: relative; }
.windows a:hover { background: var(--faint); }
.windows a[aria-current] { border-color: var(--axis); font-weight: 650; }

.headline { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 20px 48px; padding: 22px 24px 24px; border-top: 3px solid var(--state); background: var(--faint); background: color-mix(in srgb, var(--state) 7%, var(--paper)); }
.headline h1 { font-size: 32px; font-weight: 700; line-height: 1.15; letter-spacing: -.01em; color: var(--state); display: flex; flex-wrap: wrap; align-items: center; gap: 2px 10px; }
.headline h1 small { font-size: 13px; letter-spacing: 0; align-self: flex-end; padding-bottom: 4px; }
.mark.large { width: 28px; height: 28px; margin: 0; }
.headline .mark .cut { stroke: var(--paper); }
.sentence { font-size: 18px; line-height: 1.4; margin-top: 10px; max-width: 46ch; text-wrap: pretty; }
.evidence { color: var(--muted); margin-top: 8px; font-size: 13px; }
.causes h2 { font-size: 12px; color: var(--muted); font-weight: 400; margin: 8px 0 2px; padding: 0; border: 0; }
.causes li { padding: 5px 0; } .causes li:first-child p:first-child { font-weight: 650; }
.causes .share { display: flex; align-items: center; gap: 10px; font-size: 12px; color: var(--muted); margin-top: 2px; }
.headline:not(:has(.causes)) { grid-template-columns: minmax(0, 1fr); }
.steps { margin-top: 16px; counter-reset: step; max-width: 640px; }
.steps li { counter-increment: step; padding: 6px 0 6px 26px; position: relative; }
.steps li::before { content: counter(step); position: absolute; left: 0; font-weight: 650; color: var(--muted); }
.steps pre { background: var(--paper); }

.key-numbers dl { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 16px 0; padding: 20px 0 4px; }
.key-numbers dl > div { padding: 0 20px; border-left: 1px solid var(--hair); }
.key-numbers dl > div:first-child { padding-left: 24px; border-left-color: transparent; }
.key-numbers dt { font-size: 12px; color: var(--muted); }
.key-numbers dd { font-size: 12px; color: var(--muted); }
.key-numbers .value { font-size: 28px; line-height: 1.25; font-weight: 600; color: var(--ink); letter-spacing: -.01em; }
.key-numbers .value small { font-size: 14px; letter-spacing: 0; }
.key-numbers .drifted .value { color: var(--drifting); } .key-numbers .below .value { color: var(--floor); }
.key-numbers .withheld .value { font-size: 20px; line-height: 35px; font-weight: 400; color: var(--muted); }
.contents { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 14px 0 -14px; padding-left: 24px; font-size: 12px; color: var(--muted); }

.cards { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 18px 28px; margin: 10px 0 4px; }
#images h3 { margin-top: 18px; } #images h2 + h3 { margin-top: 0; }
.pictures { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 6px; max-width: 380px; }
.pictures figure { grid-column: span 2; } .pictures .nearest { grid-column: span 3; }
.pictures img { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: cover; background: var(--faint); border-radius: 2px; }
.pictures figcaption { font-size: 11px; color: var(--muted); margin-top: 3px; line-height: 1.2; }
.nearest div { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 6px; }
.nearest img:first-child { grid-area: span 2 / span 2; }
.cards.drifting .pictures > figure:first-child img { outline: 3px solid var(--drifting); outline-offset: -3px; }
.card .reason { margin-top: 8px; font-weight: 600; line-height: 1.35; }
.card .facts { font-size: 12px; color: var(--muted); margin-top: 2px; display: flex; gap: 0 6px; flex-wrap: wrap; }
.card .facts b { color: var(--ink); font-weight: 600; }
.card .facts code { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 100%; }

.statistics { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 48px; margin-top: 8px; }
.statistics li { display: grid; grid-template-columns: 118px minmax(0, 1fr) 122px 104px; gap: 0 16px; align-items: center; padding: 8px 0 6px; border-bottom: 1px solid var(--faint); }
.statistics .name small { display: block; line-height: 1.2; }
.statistics .medians { text-align: right; } .statistics .medians span { display: block; white-space: nowrap; }
.statistics .outside { font-size: 12px; color: var(--muted); }
.statistics .state { font-size: 13px; } .statistics .state small { display: block; }
.statistics .drifting .state, .signals .drifting td:last-child { color: var(--drifting); font-weight: 600; }
.statistics .mark, .signals .mark, .health .mark { --state: var(--drifting); }
.boxes { width: 100%; }

.mix .bars { width: 45%; } table th:first-child { min-width: 84px; } .mix .bars svg { width: 100%; } .mix td { white-space: nowrap; }
.quality td small, .mix td small { display: block; line-height: 1.2; }
.confusion { width: auto; } .mix + h3, .mix + details + h3, div > div + h3 { margin-top: 24px; } .confusion th:first-child { padding-right: 12px; } .confusion td, .confusion thead th { text-align: center; padding: 4px 8px; min-width: 42px; position: relative; }
#classes h3 + table { margin-top: 6px; } table + h3 { margin-top: 22px; }
.number { color: var(--muted); font-size: 12px; margin-right: 4px; }
.shade0 { color: var(--axis); }
${[1, 2, 3, 4, 5].map((shade) => `.right.shade${shade} { background: color-mix(in srgb, var(--right) ${shade * 9}%, var(--paper)); } .wrong.shade${shade} { background: color-mix(in srgb, var(--wrong) ${shade * 9 + 4}%, var(--paper)); }`).join("\n")}

.signals th:nth-child(2), .signals td:nth-child(2), .signals th:last-child, .signals td:last-child { text-align: left; }
.signals th:last-child, .signals td:last-child { padding-left: 20px; }
.signals td:nth-child(2) { white-space: normal; }
.signals .calm { color: var(--muted); }

.health { display: grid; grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); gap: 20px 48px; }
.health dl > div { display: flex; justify-content: space-between; gap: 16px; padding: 3px 0; border-bottom: 1px solid var(--faint); }
.health dt { color: var(--muted); } .health dd { text-align: right; }
.h-warning dd { color: var(--drifting); font-weight: 600; } .h-critical dd { color: var(--floor); font-weight: 600; }
.h-critical .mark { --state: var(--floor); }

@media (max-width: 720px) {
  .masthead .clock { margin-left: 0; }
  .headline { grid-template-columns: minmax(0, 1fr); padding: 16px; margin: 0 -16px; }
  .headline h1 { font-size: 26px; } .sentence { font-size: 16px; }
  .contents { padding: 0; gap: 2px 13px; }
  .key-numbers dl { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .key-numbers dl > div, .key-numbers dl > div:first-child { padding: 0 0 0 12px; border-left-color: var(--hair); }
  .key-numbers dl > div:nth-child(odd) { padding-left: 0; border-left: 0; }
  .key-numbers .value { font-size: 24px; } .key-numbers .withheld .value { font-size: 17px; line-height: 30px; }
  .cards, .statistics { grid-template-columns: minmax(0, 1fr); }
  .statistics li { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
  .statistics .boxes { grid-column: 1 / -1; grid-row: 2; }
  .statistics .state { text-align: right; grid-column: 2; grid-row: 1; }
  .statistics .medians { grid-column: 1 / -1; text-align: left; display: flex; justify-content: space-between; }
  .signals td, .signals th { padding-left: 8px; font-size: 12px; }
}
@media (max-width: 480px) {
  .signals th:nth-child(3), .signals td:nth-child(3), .signals th:nth-child(4), .signals td:nth-child(4) { display: none; }
  .signals .word, .signals .calm { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .signals th:nth-child(2) { min-width: 76px; }
  .signals th:last-child, .signals td:last-child { padding-left: 8px; }
  .confusion td, .confusion thead th { min-width: 20px; padding: 4px 2px; font-size: 11px; }
  .mix .bars { width: 30%; }
  .mix td, .mix th, .quality td, .quality th { padding-left: 8px; }
  table th:first-child, table td:first-child { padding-left: 0; }
  .confusion th:first-child { min-width: 64px; padding-right: 4px; }
  .quality td small, .mix td small { font-size: 10.5px; }
}
`;
