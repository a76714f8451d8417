import { readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { VisionError } from "../core/errors.ts";
import { readLabels } from "./labels-file.ts";

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
  const files = namesBelow(directory)
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

function namesBelow(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: "utf8" });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === "ENOENT" ? "does not exist" : code === "ENOTDIR" ? "is no folder" : `cannot be read: ${code}`;
    throw new VisionError("REFERENCE_INPUT_INVALID", `The folder ${directory} ${reason}.`, { cause });
  }
}

function folderOf(file: string): string | undefined {
  const slash = file.indexOf("/");
  return slash < 0 ? undefined : file.slice(0, slash);
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
