/** Charts: strokes keep their width however far the plot is stretched; margins hold the axis on the left and names on the right. */
export const CHART_STYLE: string = `
.chart { width: calc(100% - 40px - var(--names)); margin: 8px var(--names) 0 40px; --names: 180px; }
.strip { margin-bottom: 22px; } .strip .chart { --names: 0px; }
.chart text { font-size: 11.5px; fill: var(--ink); }
.chart text.tick, .boxes text.tick { font-size: 11px; fill: var(--muted); }
.grid { stroke: var(--faint); } .axis, line.tick { stroke: var(--axis); }
.line { fill: none; stroke-width: 1.75; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.dot { stroke: none; }
.band { stroke: none; opacity: .13; }
.rule { stroke-width: 1.25; }
.leader { fill: none; stroke: var(--axis); stroke-width: .75; }
.line.realised { stroke: var(--ink); stroke-width: 2.25; } .dot.realised, .band.realised { fill: var(--ink); }
.line.estimated { stroke: var(--live); } .dot.estimated, .band.estimated { fill: var(--live); }
.chart text.realised { font-weight: 650; } .chart text.estimated { fill: var(--live); font-weight: 650; }
.line.naive { stroke: var(--muted); stroke-width: 1.25; stroke-dasharray: 2 3; } .dot.naive, .chart text.naive { fill: var(--muted); } .names .naive { color: var(--muted); }
.rule.floor { stroke: var(--floor); stroke-dasharray: 5 3; } .chart text.floor { fill: var(--floor); }
.rule.threshold { stroke: var(--ink); stroke-dasharray: 5 3; }
.alarm { fill: var(--drifting); opacity: .06; }
${[0, 1, 2, 3, 4, 5, 6, 7].map((hue) => `.line.hue${hue} { stroke: var(--hue${hue}); } .dot.hue${hue}, .chart text.hue${hue} { fill: var(--hue${hue}); } .names .hue${hue} { color: var(--hue${hue}); }`).join("\n")}
.chart text[class^="hue"] { font-weight: 650; }
.line.quiet { stroke-width: 1.25; opacity: .6; } .chart text.quiet { font-weight: 400; }
.legend.names { display: none; }
.names .realised { color: var(--ink); } .names .estimated { color: var(--live); } .names .floor { color: var(--floor); }
.run { fill: var(--state); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 12px; color: var(--muted); margin-top: 4px; }
.legend span { display: inline-flex; align-items: center; }
.strip .legend { margin-left: 40px; }
.key { width: 18px; height: 10px; margin-right: 6px; }
.box .whisker { stroke-width: 1.25; } .box .median { stroke-width: 2.5; }
.box.reference rect { fill: var(--reference); fill-opacity: .3; stroke: var(--reference); }
.box.reference line { stroke: var(--reference); }
.box.live rect { fill: var(--live); fill-opacity: .3; stroke: var(--live); }
.box.live line { stroke: var(--live); }
.drifting .box.live rect { fill: var(--drifting); stroke: var(--drifting); } .drifting .box.live line { stroke: var(--drifting); }
.bars .reference { fill: var(--reference); opacity: .75; } .bars .live { fill: var(--live); }
.meter { width: 96px; } .meter rect { fill: var(--state); } .meter .track { fill: var(--axis); opacity: .35; }
@media (max-width: 720px) {
  .chart { --names: 132px; }
  .chart .spare { display: none; }
}
@media (max-width: 480px) {
  .chart { width: calc(100% - 34px - var(--names)); margin-left: 34px; --names: 52px; }
  .chart .name { display: none; }
  .legend.names { display: flex; margin-left: 34px; }
  .strip .legend { margin-left: 34px; }
}
`;
