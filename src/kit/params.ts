import { z } from "zod";
import { BadInput, nearest } from "./errors.ts";
import type { AnyClaim, ParamSchema, Scale } from "./paper.ts";

/** One parameter, as command-line flags, forms and API documents need it. Derived from the Zod schema, declared nowhere else. */
export interface Field {
  /** Key in the schema, camelCase. */
  name: string;
  /** Flag on the command line, kebab-case without dashes. */
  flag: string;
  kind: "number" | "integer" | "boolean" | "text" | "choice" | "numbers" | "texts";
  description: string;
  default?: unknown;
  choices?: string[];
  minimum?: number;
  maximum?: number;
}

interface JsonProperty {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  items?: JsonProperty;
  anyOf?: JsonProperty[];
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

/** The JSON Schema of parameters, as input. */
export function jsonSchema(schema: ParamSchema): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: "input" }) as Record<string, unknown>;
}

export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function kindOf(property: JsonProperty): Field["kind"] {
  if (property.enum) return "choice";
  if (property.type === "array") return property.items?.type === "string" || property.items?.enum ? "texts" : "numbers";
  if (property.type === "integer" || property.type === "number" || property.type === "boolean") return property.type;
  return "text";
}

/** Safe-integer bounds say nothing to a reader. */
function bound(value: number | undefined): number | undefined {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
}

/** The fields of a schema, in the order of declaration. `defaults` overrides the schema's own (a claim's scale). */
export function fieldsOf(schema: ParamSchema, defaults: Record<string, unknown> = {}): Field[] {
  const properties = (jsonSchema(schema).properties ?? {}) as Record<string, JsonProperty>;
  return Object.entries(properties).map(([name, raw]) => {
    const property = raw.anyOf?.find((option) => option.type !== "null") ?? raw;
    const choices = property.enum ?? property.items?.enum;
    const field: Field = {
      name,
      flag: kebab(name),
      kind: kindOf(property),
      description: raw.description ?? property.description ?? "",
    };
    const fallback = defaults[name] ?? raw.default;
    if (fallback !== undefined) field.default = fallback;
    if (choices) field.choices = choices.map(String);
    const minimum = bound(property.minimum ?? property.exclusiveMinimum);
    const maximum = bound(property.maximum ?? property.exclusiveMaximum);
    if (minimum !== undefined) field.minimum = minimum;
    if (maximum !== undefined) field.maximum = maximum;
    return field;
  });
}

/** Says what a field takes: "a whole number from 1 to 20", "one of a, b, c". */
export function describeRange(field: Field): string {
  if (field.kind === "choice") return `one of ${(field.choices ?? []).join(", ")}`;
  if (field.kind === "texts") return field.choices ? `some of ${field.choices.join(", ")}` : "a comma-separated list";
  const noun = {
    integer: "a whole number",
    number: "a number",
    numbers: "comma-separated numbers",
    boolean: "true or false",
    text: "text",
  }[field.kind];
  if (field.minimum !== undefined && field.maximum !== undefined)
    return `${noun} from ${field.minimum} to ${field.maximum}`;
  if (field.minimum !== undefined) return `${noun} of at least ${field.minimum}`;
  return field.maximum !== undefined ? `${noun} of at most ${field.maximum}` : noun;
}

function coerce(field: Field, value: unknown): unknown {
  const flag = `--${field.flag}`;
  const refuse = (shown: string): BadInput =>
    new BadInput(`"${shown.slice(0, 60)}" is not ${describeRange(field)}`, { where: flag });
  const toNumber = (text: string): number => {
    const parsed = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(parsed)) throw refuse(text);
    return parsed;
  };
  const split = (text: string): string[] =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  const list = Array.isArray(value)
    ? value.flatMap((item) => (typeof item === "string" ? split(item) : [item]))
    : undefined;
  if (field.kind === "texts") return typeof value === "string" ? split(value) : (list ?? value);
  if (field.kind === "numbers") {
    if (typeof value === "number") return [value];
    const items = typeof value === "string" ? split(value) : list;
    return items ? items.map((item) => (typeof item === "string" ? toNumber(item) : item)) : value;
  }
  if (typeof value !== "string") return value;
  if (field.kind === "number" || field.kind === "integer") return toNumber(value);
  if (field.kind === "boolean") {
    if (["true", "yes", "on", "1"].includes(value.toLowerCase())) return true;
    if (["false", "no", "off", "0", ""].includes(value.toLowerCase())) return false;
    throw refuse(value);
  }
  return value;
}

/**
 * Parameters from text or JSON values: unknown names are refused with the nearest known, values out of range with the range.
 * Accepts camelCase and kebab-case names.
 */
export function parseParams(
  schema: ParamSchema,
  given: Record<string, unknown>,
  defaults: Record<string, unknown> = {},
): Record<string, unknown> {
  const known = fieldsOf(schema, defaults);
  const values: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const field = known.find((candidate) => candidate.name === name || candidate.flag === name);
    if (!field) {
      const close = nearest(
        kebab(name),
        known.map((candidate) => candidate.flag),
      );
      throw new BadInput(`there is no parameter --${kebab(name)}`, {
        remedy: close
          ? `Did you mean --${close}?`
          : `The parameters are ${known.map((candidate) => `--${candidate.flag}`).join(", ") || "none"}.`,
      });
    }
    values[field.name] = coerce(field, value);
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = known.find((candidate) => candidate.name === String(issue?.path[0]));
  if (!field) throw new BadInput(issue?.message ?? "the parameters do not fit");
  const custom =
    issue?.code === "custom"
      ? issue.message
      : `${JSON.stringify(values[field.name]) ?? "nothing"} is not ${describeRange(field)}`;
  throw new BadInput(custom, { where: `--${field.flag}` });
}

/** The parameters of a claim at a scale. */
export function claimParams(
  claim: AnyClaim,
  scale: Scale,
  given: Record<string, unknown> = {},
): Record<string, unknown> {
  return parseParams(claim.params, given, claim.scales[scale] as Record<string, unknown>);
}
