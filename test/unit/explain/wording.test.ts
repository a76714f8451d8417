import { describe, expect, it } from "vitest";
import { listed, percent, sentenceCase, short, spoken } from "../../../src/explain/wording.ts";

describe("numbers and names in sentences", () => {
  it("have three significant digits", () => {
    expect([412.4, 0.71349, 12_345, 0, -10.14].map(short)).toEqual(["412", "0.713", "12300", "0", "-10.1"]);
  });

  it("are percentages without needless digits", () => {
    expect([0.6049, 1, 0, 0.0961, 0.0996, 0.012, 0.0001].map(percent)).toEqual([
      "60 %",
      "100 %",
      "0 %",
      "9.6 %",
      "10 %",
      "1.2 %",
      "0 %",
    ]);
  });

  it("are listed and written as a person does", () => {
    expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listed)).toEqual(["", "a", "a and b", "a, b and c"]);
    expect(spoken("dark_clipping")).toBe("dark clipping");
    expect(sentenceCase("images")).toBe("Images");
  });
});
