import type { Clock } from "./core/clock.ts";

const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Facts of a message: short, no image bytes, no request ids. An Error is written as its message and code. */
type LogFields = Readonly<Record<string, unknown>>;

/** Start-up facts and changes of state; never a line per inference. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Messages so far by level, those held back as repeats among them. */
  readonly counts: Readonly<Record<LogLevel, number>>;
}

/** The same message is written this often in one span; what is beyond is counted and told with the first line of the next. */
const REPEATS = 5;
const SPAN_SECONDS = 60;
/** Messages are fixed texts; more different ones than this would be a mistake, and must not cost memory. */
const MAX_MESSAGES = 1000;

interface Repeats {
  startSeconds: number;
  written: number;
  heldBack: number;
}

/** One JSON object a line: time, level, message, then the fields. */
export function createLogger(
  level: LogLevel,
  clock: Clock,
  write: (line: string) => void = (line) => void process.stdout.write(line),
): Logger {
  const counts: Record<LogLevel, number> = { debug: 0, info: 0, warn: 0, error: 0 };
  const repeats = new Map<string, Repeats>();

  const log = (severity: LogLevel, message: string, fields: LogFields = {}): void => {
    if (LOG_LEVELS.indexOf(severity) < LOG_LEVELS.indexOf(level)) return;
    counts[severity]++;
    const held = heldBack(repeats, `${severity} ${message}`, clock.monotonicSeconds());
    if (held === undefined) return;
    const time = new Date(clock.nowSeconds() * 1000).toISOString();
    write(`${toJson({ time, level: severity, message, ...fields, ...(held > 0 && { heldBack: held }) })}\n`);
  };

  return {
    debug: (message, fields) => log("debug", message, fields),
    info: (message, fields) => log("info", message, fields),
    warn: (message, fields) => log("warn", message, fields),
    error: (message, fields) => log("error", message, fields),
    counts,
  };
}

/** How many lines were held back before this one; undefined when this one is to be held back too. */
function heldBack(repeats: Map<string, Repeats>, key: string, nowSeconds: number): number | undefined {
  const known = repeats.get(key);
  if (!known || nowSeconds - known.startSeconds >= SPAN_SECONDS) {
    if (repeats.size >= MAX_MESSAGES) repeats.clear();
    repeats.set(key, { startSeconds: nowSeconds, written: 1, heldBack: 0 });
    return known?.heldBack ?? 0;
  }
  if (known.written < REPEATS) {
    known.written++;
    return 0;
  }
  known.heldBack++;
  return undefined;
}

/** A log line must never be the fault that ends the process. */
function toJson(line: LogFields): string {
  try {
    return JSON.stringify(line, (_, value) => (value instanceof Error ? errorFields(value) : value));
  } catch {
    return JSON.stringify({ ...line, ...mapValues(line, String) });
  }
}

function errorFields(error: Error): LogFields {
  const { code } = error as Error & { code?: unknown };
  return { error: error.message, ...(code !== undefined && { code }) };
}

function mapValues(fields: LogFields, toText: (value: unknown) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, toText(value)]));
}
