import type { Cause } from "../core/assessment.ts";
import type { FaultPart } from "../drift/fault-signatures.ts";
import { leadingClass } from "./class-causes.ts";
import { type ShiftGroup, touchesAll } from "./couplings.ts";
import type { Evidence, StatisticWords } from "./evidence.ts";
import { statisticShift } from "./statistic-shift.ts";
import { listed, percent, sentenceCase, short, spoken } from "./wording.ts";

/** Of what known faults explain together, a smaller part is not worth a sentence. */
const LEAST_PART = 0.15;

/**
 * One cause per fault. With g = Σ effect² of a fault in reference standard deviations, and `leftRatio` the part of the drift that class shares do
 * not explain, its share of the drift is leftRatio·g/(Σg + 1): the 1 is the share of what no statistic shows. Faults that the embedding's
 * direction gives away (drift/fault-signatures.ts) come first, with the share that lies in their direction; the others divide what is left.
 * Worked number: only sharpness fell, by 2: 4/5 of what class shares leave.
 */
export function statisticCauses(evidence: Evidence): Cause[] {
  const { groups, matched, leftRatio } = evidence;
  const parts = matched?.parts.filter(({ ratio }, index) => index === 0 || ratio >= LEAST_PART) ?? [];
  const named = parts.flatMap((part): Cause[] => {
    const words = wordsOf(evidence, part.statistic);
    const group = groups.find((each) => isSame(each, part));
    if (!words) return [];
    const sentence = group
      ? sentenceOf(group, words, leadingClass(evidence))
      : matchedSentence(part, words, evidence.input);
    return [{ kind: "statistic", subject: words.name, sentence, shareRatio: part.ratio }];
  });
  const whole = groups.reduce((sum, { strength }) => sum + strength, 1);
  const room = leftRatio * (1 - (matched?.explainedRatio ?? 0));
  const others = groups.flatMap((group): Cause[] => {
    const words = wordsOf(evidence, group.leader.name);
    if (!words || parts.some((part) => isSame(group, part))) return [];
    const sentence = sentenceOf(group, words, leadingClass(evidence));
    return [{ kind: "statistic", subject: words.name, sentence, shareRatio: (room * group.strength) / whole }];
  });
  return [...named, ...others];
}

function wordsOf({ input }: Evidence, statistic: string): StatisticWords | undefined {
  return input.statistics.find(({ name }) => name === statistic);
}

function isSame({ leader }: ShiftGroup, { statistic, sign }: FaultPart): boolean {
  return leader.name === statistic && Math.sign(leader.effect) === sign;
}

/** Too weak a fault for its statistic to be significant. */
function matchedSentence(
  { sign, ratio }: FaultPart,
  words: StatisticWords,
  { window, reference, statistics }: Evidence["input"],
): string {
  const at = statistics.indexOf(words);
  const [live, before] = [window.images.statistics[at], reference.images.statistics[at]];
  const shift = live && before && statisticShift(live, before);
  const told =
    shift && Math.sign(shift.example.live - shift.example.reference) === sign
      ? `; ${change(shift.example, words)}`
      : "";
  return `Images are ${sign < 0 ? words.low : words.high}: ${percent(ratio)} of the drift is what this fault does to reference images${told}.`;
}

function sentenceOf({ leader, followers }: ShiftGroup, words: StatisticWords, mostly: string | undefined): string {
  const parts = [
    `${touchesAll(leader) ? "images" : "some images"} are ${leader.effect < 0 ? words.low : words.high}: `,
    change(leader.example, words),
    ` and at least ${percent(leader.changedRatio)} of the images changed`,
    mostly ? `, mostly those predicted as ${mostly}` : "",
    followers.length > 0 ? `; ${listed(followers.map(({ name }) => spoken(name)))} changed with it` : "",
  ];
  return `${sentenceCase(parts.join(""))}.`;
}

function change({ share, reference, live }: ShiftGroup["leader"]["example"], words: StatisticWords): string {
  const number = share === 0.5 ? "median" : `${percent(share)} quantile of`;
  const verb = live < reference ? "fell" : "rose";
  return `the ${number} ${spoken(words.name)} ${verb} from ${short(reference)} to ${short(live)}${unitOf(words)}`;
}

function unitOf({ unit }: StatisticWords): string {
  if (unit === "ratio") return "";
  return unit === "8-bit level" ? " of 255" : ` ${unit}`;
}
