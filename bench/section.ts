import { readFileSync, writeFileSync } from "node:fs";

/** Text between the marks that a command has on a page, without them. Throws when the page has none. */
export function readSection(page: string, command: string): string {
  const { text, start, end } = find(page, command);
  return text.slice(start, end).trim();
}

/** Puts the text between the marks of the command; the rest of the page stays. */
export function writeSection(page: string, command: string, section: string): void {
  const { text, start, end } = find(page, command);
  writeFileSync(page, `${text.slice(0, start)}\n\n${section.trim()}\n\n${text.slice(end)}`);
}

function find(page: string, command: string): { text: string; start: number; end: number } {
  const text = readFileSync(page, "utf8");
  const opening = `<!-- start: ${command} -->`;
  const start = text.indexOf(opening);
  const end = text.indexOf(`<!-- end: ${command} -->`);
  if (start < 0 || end < start) throw new Error(`${page} has no section of ${command}`);
  return { text, start: start + opening.length, end };
}
