// Formula: −Σ p log2 p over the 256 levels of luma. Source: Shannon 1948, section 6.
// Worked number: half black, half white → 1 bit.
import type { ImageStatistic } from "./statistic.ts";

export const entropy: ImageStatistic = {
  name: "entropy",
  unit: "bits",
  help: "Shannon entropy of the luma histogram: 0 is one level all over, 8 is all levels alike.",
  low: "made of fewer tones",
  high: "made of more tones",
  compute({ levels: { counts, total } }) {
    let bits = 0;
    for (let level = 0; level < counts.length; level++) {
      const share = counts[level]! / total;
      if (share > 0) bits -= share * Math.log2(share);
    }
    return bits;
  },
};
