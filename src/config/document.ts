import { isNode, LineCounter, parseDocument } from "yaml";
import { VisionError } from "../core/errors.ts";
import { type Fault, pathText } from "./faults.ts";

/** A parsed file that knows on which line a key stands. */
export interface YamlFile {
  readonly value: unknown;
  /** CONFIG_INVALID with one line for each fault. */
  refusal(faults: readonly Fault[]): VisionError;
}

/** Throws CONFIG_UNREADABLE for what is not YAML. @param name what messages call the text. */
export function parseYaml(text: string, name: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  /* "line 3, ", or the line of the nearest section that is in the file; nothing for a key of a section that is not. */
  const lineOf = (path: readonly PropertyKey[]): string => {
    for (let depth = path.length; depth > 0; depth--) {
      const node = document.getIn(path.slice(0, depth), true);
      if (isNode(node) && node.range) return `line ${lines.linePos(node.range[0]).line}, `;
    }
    return "";
  };
  try {
    if (document.errors[0]) throw document.errors[0];
    return {
      value: withoutEmptySections(document.toJS() ?? {}),
      refusal(faults) {
        const located = faults.map((fault) => `  ${lineOf(fault.path)}${faultText(fault)}`);
        const count = `${faults.length} ${faults.length === 1 ? "fault" : "faults"}`;
        return new VisionError("CONFIG_INVALID", `${name} has ${count}:\n${located.join("\n")}`);
      },
    };
  } catch (cause) {
    // Its first line only: below stands a piece of the file, which may hold a password.
    const [message] = (cause as Error).message.split("\n");
    throw new VisionError("CONFIG_UNREADABLE", `${name}: ${message}`);
  }
}

/** A section whose keys are all commented out is left out, not wrong. */
function withoutEmptySections(file: unknown): unknown {
  if (Array.isArray(file) || typeof file !== "object" || file === null) return file;
  return Object.fromEntries(Object.entries(file).filter(([, section]) => section !== null));
}

function faultText({ path, problem, remedy }: Fault): string {
  return `${pathText(path)}: ${problem} (${remedy})`;
}
