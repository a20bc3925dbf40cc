import { customType } from "drizzle-orm/pg-core";

const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** PostgreSQL's JSON holds neither NUL nor half of a surrogate pair. */
function cleanText(text: string): string {
  return text.replace(/\0/g, "\ufffd").replace(lone, "\ufffd");
}

/** JSON that PostgreSQL takes, of any value; characters it cannot hold become U+FFFD. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value) ?? "null";
  if (!text.includes("\\u")) return text;
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "string") return cleanText(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [cleanText(key), inner]));
  });
}

/** A jsonb column of objects. */
export const json = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => "jsonb",
  toDriver: toJson,
  fromDriver: (value) => (typeof value === "string" ? JSON.parse(value) : value),
});

/** A bytea column. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
  toDriver: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  fromDriver: (value) => new Uint8Array(value),
});
