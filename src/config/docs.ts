import { ERRORS } from "../core/errors.ts";
import { accepted, configurationJsonSchema, type JsonSchema } from "./json-schema.ts";

const GENERATED = "<!-- Made from the source by `npm run docs`; do not edit. -->";

interface Row {
  readonly key: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** docs/configuration.md: every key with its text, range and default. */
export function configurationMarkdown(): string {
  const root = configurationJsonSchema();
  const sections = Object.entries(root.properties ?? {}).map(([name, schema]) => sectionMarkdown(name, schema));
  return `${[GENERATED, "# Configuration", INTRODUCTION, ...sections].join("\n\n")}\n`;
}

const INTRODUCTION = `One YAML file, given with \`--config\`. Unknown keys are refused, and all faults are reported at once, each with its line, its path, what is
accepted and what to do; \`vision-exporter config check\` does the same without starting anything.

- Durations are a number and a unit: \`s\`, \`m\`, \`h\` or \`d\`, as in \`90s\` or \`1.5h\`. Sizes take \`B\`, \`KiB\`, \`MiB\`, \`GiB\`, \`KB\`, \`MB\` or \`GB\`.
- \`\${NAME}\` in a text becomes the environment variable; one that is not set is a fault. \`$$\` is a dollar sign.
- Only \`model.name\` is needed. POST to \`/-/reload\` or SIGHUP reads the file again; a faulty one is refused and the old one stays in force.`;

/** docs/errors.md: every code that the program, its commands and its API can report. */
export function errorsMarkdown(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { summary, remedy }]) => `### ${code}\n\n${summary}\n\n**Remedy.** ${remedy}`,
  );
  return `${[GENERATED, "# Errors", ERRORS_INTRODUCTION, ...rows].join("\n\n")}\n`;
}

const ERRORS_INTRODUCTION = `Faults at start-up, in commands and in the API carry one of these codes. A command ends with exit code 2 when one of them is to blame and 1
for a fault of the program itself. What goes wrong with a single image, prediction or exchange is not an error: it is counted by reason, see [metrics](metrics.md).`;

function sectionMarkdown(name: string, schema: JsonSchema): string {
  const rows = rowsOf(name, schema, false);
  const table = rows.map(
    (row) =>
      `| \`${row.key}\` | ${cell(row.schema.description)} | ${cell(accepted(row.schema))} | ${defaultText(row)} |`,
  );
  const heading = `## \`${name}\`\n\n${schema.description ?? ""}`;
  return [heading, ["| Key | Meaning | Accepted | Default |", "|---|---|---|---|", ...table].join("\n")].join("\n\n");
}

function rowsOf(key: string, schema: JsonSchema, required: boolean): Row[] {
  const children = schema.properties ?? schema.items?.properties;
  if (!children) return [{ key, schema, required }];
  const needed = schema.required ?? schema.items?.required ?? [];
  const prefix = schema.properties ? key : `${key}[]`;
  return Object.entries(children).flatMap(([child, childSchema]) =>
    rowsOf(`${prefix}.${child}`, childSchema, needed.includes(child)),
  );
}

function defaultText({ schema, required }: Row): string {
  if (schema.default !== undefined) return `\`${cell(JSON.stringify(schema.default))}\``;
  return required ? "**required**" : "none";
}

/** A bar would end the cell. */
function cell(text = ""): string {
  return text.replaceAll("|", "\\|");
}
