import type { Cause } from "../core/assessment.ts";
import { leadingClass } from "./class-causes.ts";
import { type ShiftGroup, touchesAll } from "./couplings.ts";
import type { Evidence, StatisticWords } from "./evidence.ts";
import { listed, percent, sentenceCase, short, spoken } from "./wording.ts";

/**
 * One cause per fault. With g = Σ effect² of a fault in reference standard deviations, and `leftRatio` the part of the drift that class shares do
 * not explain, its share of the drift is leftRatio·g/(Σg + 1): the 1 is the share of what no statistic shows.
 * Worked number: only sharpness fell, by 2: 4/5 of what class shares leave.
 */
export function statisticCauses(evidence: Evidence): Cause[] {
  const { groups, leftRatio, input } = evidence;
  const whole = groups.reduce((sum, { strength }) => sum + strength, 1);
  return groups.flatMap((group) => {
    const words = input.statistics.find(({ name }) => name === group.leader.name);
    if (!words) return [];
    return [
      {
        kind: "statistic" as const,
        subject: words.name,
        sentence: sentenceOf(group, words, leadingClass(evidence)),
        shareRatio: (leftRatio * group.strength) / whole,
      },
    ];
  });
}

function sentenceOf({ leader, followers }: ShiftGroup, words: StatisticWords, mostly: string | undefined): string {
  const fell = leader.effect < 0;
  const { share, reference, live } = leader.example;
  const number = share === 0.5 ? "median" : `${percent(share)} quantile of`;
  const parts = [
    `${touchesAll(leader) ? "images" : "some images"} are ${fell ? words.low : words.high}: `,
    `the ${number} ${spoken(words.name)} ${fell ? "fell" : "rose"} from ${short(reference)} to ${short(live)}${unitOf(words)}`,
    ` and at least ${percent(leader.changedRatio)} of the images changed`,
    mostly ? `, mostly those predicted as ${mostly}` : "",
    followers.length > 0 ? `; ${listed(followers.map(({ name }) => spoken(name)))} changed with it` : "",
  ];
  return `${sentenceCase(parts.join(""))}.`;
}

function unitOf({ unit }: StatisticWords): string {
  if (unit === "ratio") return "";
  return unit === "8-bit level" ? " of 255" : ` ${unit}`;
}
