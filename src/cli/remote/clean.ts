// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/** A value of JSON whose texts cannot move a terminal's cursor or change its colours: a server is not to be trusted with that. */
export function clean<T>(value: T): T {
  if (typeof value === "string") return value.replace(control, "") as T & string;
  if (Array.isArray(value)) return value.map(clean) as T & unknown[];
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), clean(inner)])) as T & object;
}
