import { type Command, Option } from "commander";
import { describeRange, type Field } from "../kit/params.ts";
import { plainMath } from "../kit/plain-math.ts";

/** Options every paper's command has of its own; a paper's parameter or input role may not take these names. */
export const ownFlags = ["help", "version", "json", "out", "force", "seed", "scale", "server"] as const;

const placeholders: Record<Field["kind"], string> = {
  number: "<number>",
  integer: "<n>",
  boolean: "",
  text: "<text>",
  choice: "<choice>",
  numbers: "<numbers>",
  texts: "<list>",
};

/** A default as it would be typed. */
export function shownValue(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function defaultsOf(field: Field, full: Field | undefined): string | undefined {
  // Without its flag a boolean is what its flag is not.
  if (field.kind === "boolean") return undefined;
  const quick = field.default;
  if (quick === undefined && full?.default === undefined) return undefined;
  if (shownValue(quick) === "" && (!full || shownValue(full.default) === "")) return undefined;
  if (!full || shownValue(full.default) === shownValue(quick)) return `default ${shownValue(quick)}`;
  return `default ${shownValue(quick)} quick, ${shownValue(full.default)} full`;
}

/** One line of help: what the parameter is, what it takes, and its default at each scale. */
export function describeField(field: Field, full?: Field): string {
  const range = field.kind === "boolean" || field.kind === "text" ? undefined : describeRange(field);
  const notes = [range, defaultsOf(field, full)].filter((note) => note !== undefined).join("; ");
  const text = plainMath(field.description).replace(/\.$/, "");
  return notes === "" ? text : `${text} [${notes}]`;
}

/**
 * Makes the fields of a schema options of a command. Values stay text: the schema reads and judges them. Lists take commas
 * or the same flag again.
 */
export function addFields(
  command: Command,
  fields: readonly Field[],
  heading: string,
  full: readonly Field[] = [],
): void {
  for (const field of fields) {
    const help = describeField(
      field,
      full.find((other) => other.name === field.name),
    );
    if (field.kind === "boolean") {
      const yes = new Option(`--${field.flag}`, help).helpGroup(heading);
      const no = new Option(`--no-${field.flag}`, `Not: ${help}`).helpGroup(heading);
      command.addOption(field.default === true ? yes.hideHelp() : yes);
      command.addOption(field.default === true ? no : no.hideHelp());
      continue;
    }
    const option = new Option(`--${field.flag} ${placeholders[field.kind]}`, help).helpGroup(heading);
    if (field.kind === "numbers" || field.kind === "texts") {
      option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    }
    command.addOption(option);
  }
}

const truths: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  "0": false,
};

/**
 * Booleans may be given as `--flag`, `--no-flag`, `--flag true` or `--flag=false`: rewrites the last two to the first two,
 * which the parser of the command line knows.
 */
export function rewriteBooleans(argv: readonly string[], fields: readonly Field[]): string[] {
  const flags = new Set(fields.filter((field) => field.kind === "boolean").map((field) => `--${field.flag}`));
  const rewritten: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? "";
    if (word === "--") return [...rewritten, ...argv.slice(i)];
    const [flag = "", glued] = word.startsWith("--") ? word.split(/=(.*)/s, 2) : [word];
    if (!flags.has(flag)) {
      rewritten.push(word);
      continue;
    }
    const given = glued ?? argv[i + 1] ?? "";
    const truth = Object.hasOwn(truths, given.toLowerCase()) ? truths[given.toLowerCase()] : undefined;
    if (glued === undefined && truth !== undefined) i += 1;
    rewritten.push(truth === undefined ? word : truth ? flag : flag.replace(/^--/, "--no-"));
  }
  return rewritten;
}

function optionKey(flag: string): string {
  return flag.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The values given on the command line, by the schema's names; what was not given is left out. */
export function givenValues(command: Command, fields: readonly Field[]): Record<string, unknown> {
  const options = command.opts<Record<string, unknown>>();
  const given: Record<string, unknown> = {};
  for (const field of fields) {
    const key = optionKey(field.flag);
    if (command.getOptionValueSource(key) === "cli") given[field.name] = options[key];
  }
  return given;
}
