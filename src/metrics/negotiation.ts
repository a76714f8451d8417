import type { TextFormat } from "./text-format.ts";

interface Preference {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/**
 * The format that an Accept header likes best (RFC 9110, section 12.5.1); text 0.0.4, which everything reads, when it likes
 * neither. Protobuf and text 1.0.0 are never answered. Equal likings go to OpenMetrics when it is named.
 */
export function preferredFormat(accept: string): TextFormat {
  let best: { format: TextFormat; quality: number } = { format: "prometheus", quality: 0 };
  for (const preference of accept.split(",").map(parsePreference)) {
    const format = formatOf(preference);
    const better =
      preference.quality > best.quality ||
      (preference.quality === best.quality && format === "openmetrics" && best.quality > 0);
    if (format && better) best = { format, quality: preference.quality };
  }
  return best.format;
}

function formatOf({ type, parameters }: Preference): TextFormat | undefined {
  const version = parameters.get("version");
  if (type === "application/openmetrics-text" && (version === undefined || version === "1.0.0")) return "openmetrics";
  const plain = type === "text/plain" || type === "text/*" || type === "*/*";
  return plain && (version === undefined || version === "0.0.4") ? "prometheus" : undefined;
}

function parsePreference(text: string): Preference {
  const [type = "", ...rest] = text.split(";").map((part) => part.trim().toLowerCase());
  const parameters = new Map(
    rest.map((part) => part.split("=").map((side) => side.trim().replaceAll('"', "")) as [string, string]),
  );
  const quality = Number(parameters.get("q") ?? 1);
  return { type, parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}
