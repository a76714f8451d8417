import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import { VisionError } from "../core/errors.ts";
import { type Fault, pathText } from "./faults.ts";

/** The deepest key of a configuration lies four below the file. */
const MAX_DEPTH = 16;
const MOST_FAULTS_SHOWN = 50;
const LONGEST_SHOWN = 500;

/** A parsed file that knows on which line a key stands. */
export interface YamlFile {
  readonly value: unknown;
  /** CONFIG_INVALID with one line for each fault. */
  refusal(faults: readonly Fault[]): VisionError;
}

/**
 * Throws CONFIG_UNREADABLE for what is not YAML; aliases that multiply, and nesting that no stack holds, are faults of the file too. @param name what messages
 * call the text.
 */
export function parseYaml(text: string, name: string): YamlFile {
  const lines = new LineCounter();
  try {
    // Errors that quote their line cost seconds where a file has tens of thousands of them in one line.
    const document = parseDocument(text, { lineCounter: lines, logLevel: "error", prettyErrors: false });
    const [error] = document.errors;
    if (error) throw new SyntaxError(`${error.message} at ${placeOf(error.pos[0], lines)}`);
    const value: unknown = document.toJS() ?? {};
    if (isDeeperThan(MAX_DEPTH, value)) throw new RangeError(`it is nested deeper than ${MAX_DEPTH}`);
    const locate = (fault: Fault): string => `  ${lineOf(document, lines, fault.path)}${faultText(fault)}`;
    return { value: withoutEmptySections(value), refusal: (faults) => refusal(name, faults, locate) };
  } catch (cause) {
    // Its first line only: what may stand below is a piece of the file, which may hold a password.
    const [message] = (cause as Error).message.split("\n");
    throw new VisionError("CONFIG_UNREADABLE", `${name}: ${message}`);
  }
}

function placeOf(offset: number, lines: LineCounter): string {
  const { line, col } = lines.linePos(offset);
  return `line ${line}, column ${col}`;
}

function refusal(name: string, faults: readonly Fault[], locate: (fault: Fault) => string): VisionError {
  const located = faults.slice(0, MOST_FAULTS_SHOWN).map(locate);
  if (faults.length > located.length) located.push(`  and ${faults.length - located.length} more`);
  const count = `${faults.length} ${faults.length === 1 ? "fault" : "faults"}`;
  return new VisionError("CONFIG_INVALID", `${name} has ${count}:\n${located.join("\n")}`);
}

/** "line 3, ", or the line of the nearest section that is in the file; nothing for a key of a section that is not. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): string {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return `line ${lines.linePos(node.range[0]).line}, `;
  }
  return "";
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(depth - 1, inner));
}

/** A section whose keys are all commented out is left out, not wrong. */
function withoutEmptySections(file: unknown): unknown {
  if (Array.isArray(file) || typeof file !== "object" || file === null) return file;
  return Object.fromEntries(Object.entries(file).filter(([, section]) => section !== null));
}

function faultText({ path, problem, remedy }: Fault): string {
  const text = `${pathText(path)}: ${problem} (${remedy})`;
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}
