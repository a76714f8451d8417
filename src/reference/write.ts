import { accessSync, constants, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { VisionError } from "../core/errors.ts";
import { type Artefact, decodeArtefact, encodeArtefact } from "./artefact.ts";

/** Writes beside and renames, so that a running analyser never sees half a file. Throws REFERENCE_UNREADABLE. */
export function writeArtefact(path: string, artefact: Artefact): { readonly id: string; readonly bytes: number } {
  const bytes = encodeArtefact(artefact);
  try {
    writeFileSync(`${path}.new`, bytes);
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw unwritable(path, cause);
  }
  return { id: decodeArtefact(bytes, path).id, bytes: bytes.length };
}

/** To be called before the work, which may take minutes. Throws REFERENCE_UNREADABLE. */
export function refuseUnwritable(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): VisionError {
  return new VisionError("REFERENCE_UNREADABLE", `${path} cannot be written: ${(cause as Error).message}`, {
    remedy: "Choose a path in a folder that exists and is writable.",
    cause,
  });
}
