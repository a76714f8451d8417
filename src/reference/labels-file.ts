import { readFileSync } from "node:fs";
import { VisionError } from "../core/errors.ts";

const HEADERS = ["file,label", "id,label"];

/** A CSV file with the header `file,label` (or `id,label`), by file. Throws REFERENCE_INPUT_INVALID with the line. */
export function readLabels(path: string): Map<string, string> {
  const [header, ...lines] = readText(path).split(/\r?\n/);
  if (!HEADERS.includes(header?.trim() ?? "")) {
    throw new VisionError(
      "REFERENCE_INPUT_INVALID",
      `${path}:1: the first line must be "file,label" or "id,label", not "${header ?? ""}".`,
    );
  }
  const labels = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const comma = line.lastIndexOf(",");
    const [file, label] = [line.slice(0, comma).trim(), line.slice(comma + 1).trim()];
    if (comma < 1 || label === "") {
      throw new VisionError("REFERENCE_INPUT_INVALID", `${path}:${index + 2}: "${line}" is not "${header?.trim()}".`);
    }
    labels.set(file, label);
  }
  return labels;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new VisionError("REFERENCE_INPUT_INVALID", `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
