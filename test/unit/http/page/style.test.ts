import { describe, expect, it } from "vitest";
import { STYLE } from "../../../../src/http/page/style.ts";

const TEXT = [
  "ink",
  "muted",
  "live",
  "ok",
  "drifting",
  "new",
  "floor",
  "none",
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((hue) => `hue${hue}`),
];
const STATES = ["ok", "drifting", "new", "floor", "none"];
/** Share of the state's colour in the ground of the headline. */
const TINT = 0.07;

type Colour = readonly [number, number, number];

const schemes = [...STYLE.matchAll(/:root \{([^}]*)\}/g)].map(
  ([, body]) =>
    new Map(
      [...(body as string).matchAll(/--(\w+): #(\w{6})/g)].map(([, name, hex]) => [
        name as string,
        parse(hex as string),
      ]),
    ),
);

describe.each([
  ["light", schemes[0]],
  ["dark", schemes[1]],
] as const)("the %s scheme", (_name, colours) => {
  const colour = (name: string): Colour => colours?.get(name) as Colour;

  it.each(TEXT)("keeps %s readable on paper and on every headline (WCAG 2.2: 4.5 to 1)", (name) => {
    const grounds = [
      colour("paper"),
      ...STATES.filter((state) => ["ink", "muted", state].includes(name)).map((state) =>
        mix(colour(state), colour("paper")),
      ),
    ];
    for (const ground of grounds) expect(contrast(colour(name), ground)).toBeGreaterThanOrEqual(4.5);
  });
});

function parse(hex: string): Colour {
  return [0, 2, 4].map((start) => Number.parseInt(hex.slice(start, start + 2), 16)) as unknown as Colour;
}

function mix(state: Colour, paper: Colour): Colour {
  return state.map((level, channel) => level * TINT + (paper[channel] as number) * (1 - TINT)) as unknown as Colour;
}

/** WCAG 2.2, relative luminance and contrast ratio. Worked: black on white is 21. */
function contrast(a: Colour, b: Colour): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((level) => {
    const share = level / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
