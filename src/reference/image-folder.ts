import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { VisionError } from "../core/errors.ts";

const IMAGE_FILE = /\.(jpe?g|png|webp)$/i;

/** A file of the reference folder. `file` is its path below the folder, with `/`. */
export interface ListedImage {
  readonly file: string;
  readonly path: string;
  readonly label?: string;
}

/**
 * The images below `directory` in name order. Labels come from a CSV file with the header `file,label`; without one, from the
 * first sub-folder (`desert/0001.jpg` is "desert"). Throws REFERENCE_INPUT_INVALID.
 */
export function listImages(directory: string, labelsFile: string | undefined): ListedImage[] {
  if (!existsSync(directory))
    throw new VisionError("REFERENCE_INPUT_INVALID", `The folder ${directory} does not exist.`);
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => IMAGE_FILE.test(file))
    .map((file) => file.split(sep).join("/"))
    .sort();
  if (files.length === 0) {
    throw new VisionError("REFERENCE_INPUT_INVALID", `No .jpg, .jpeg, .png or .webp file below ${directory}.`);
  }
  const labels = labelsFile === undefined ? undefined : readLabels(labelsFile);
  if (labels) refuseStrayLabels(labels, new Set(files), labelsFile as string);
  return files.map((file) => {
    const label = labels ? labels.get(file) : folderOf(file);
    return { file, path: join(directory, file), ...(label !== undefined && { label }) };
  });
}

function folderOf(file: string): string | undefined {
  const slash = file.indexOf("/");
  return slash < 0 ? undefined : file.slice(0, slash);
}

function readLabels(path: string): Map<string, string> {
  const [header, ...lines] = readText(path).split(/\r?\n/);
  if (header?.trim() !== "file,label") {
    throw new VisionError(
      "REFERENCE_INPUT_INVALID",
      `${path}:1: the first line must be "file,label", not "${header ?? ""}".`,
    );
  }
  const labels = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const comma = line.lastIndexOf(",");
    const [file, label] = [line.slice(0, comma).trim(), line.slice(comma + 1).trim()];
    if (comma < 1 || label === "") {
      throw new VisionError("REFERENCE_INPUT_INVALID", `${path}:${index + 2}: "${line}" is not "file,label".`);
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

function refuseStrayLabels(labels: ReadonlyMap<string, string>, files: ReadonlySet<string>, path: string): void {
  const strays = [...labels.keys()].filter((file) => !files.has(file));
  if (strays.length === 0) return;
  const shown = strays.slice(0, 5).join(", ");
  throw new VisionError(
    "REFERENCE_INPUT_INVALID",
    `${path} names ${strays.length} files that are not in the folder: ${shown}`,
  );
}
