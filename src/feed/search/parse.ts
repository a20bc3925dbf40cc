import { nearest } from "../../kit/errors.ts";
import { type FieldId, fieldIds, fields } from "../../kit/fields.ts";
import type { ClaimOutcome } from "../../kit/paper.ts";

/** A word or a phrase that papers must have, or must not. */
export interface Term {
  text: string;
  phrase: boolean;
  not: boolean;
}

/** What the search box says. */
export interface ParsedQuery {
  terms: Term[];
  /** Names, one or more words each. */
  authors: { text: string; not: boolean }[];
  /** Any of them. */
  fields: FieldId[];
  notFields: FieldId[];
  /** Any of these spans, both ends within. */
  years: { from: number; to: number }[];
  runnable?: boolean;
  /** Any of them. */
  verdicts: ClaimOutcome[];
  /** What could not be understood, in sentences for the reader. */
  notes: string[];
}

/** Of a longer question, the rest is left out. */
export const longestQuery = 400;
const mostTerms = 24;

const verdictWords: Record<string, ClaimOutcome> = {
  holds: "holds",
  hold: "holds",
  partly: "partly holds",
  "partly holds": "partly holds",
  "partly-holds": "partly holds",
  fails: "does not hold",
  "does not hold": "does not hold",
  "does-not-hold": "does not hold",
  inconclusive: "inconclusive",
  open: "inconclusive",
};

const names = ["field", "year", "author", "runnable", "verdict"] as const;
type Name = (typeof names)[number];

/**
 * Reads a question: words, "phrases", -exclusions, and `field:`, `year:`, `author:`, `runnable:`, `verdict:`, each with a word or a phrase. It takes any
 * text; what it does not understand is a note.
 */
export function parseQuery(text: string): ParsedQuery {
  const query: ParsedQuery = { terms: [], authors: [], fields: [], notFields: [], years: [], verdicts: [], notes: [] };
  // The database takes neither control characters nor half of a surrogate pair.
  const asked = text
    .slice(0, longestQuery)
    .replace(/[\p{Cc}\p{Cs}]/gu, " ")
    .normalize("NFC");
  if (text.length > longestQuery) query.notes.push(`Only the first ${longestQuery} characters were searched for.`);
  const pattern = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|([^\s"]+))/giu;
  for (const [whole, minus = "", prefix = "", quoted, bare = ""] of asked.matchAll(pattern)) {
    const name = names.find((known) => known === prefix.toLowerCase());
    const value = (quoted ?? bare).trim();
    const not = minus === "-";
    if (names.some((known) => bare.toLowerCase() === `${known}:`)) continue; // nothing behind it yet
    if (name) readFilter(query, name, value, not);
    else if (prefix !== "" && quoted === undefined) addTerm(query, whole.replace(/^-/, ""), false, not);
    else {
      if (prefix !== "") addTerm(query, prefix, false, not);
      addTerm(query, value, quoted !== undefined, not);
    }
  }
  return query;
}

function addTerm(query: ParsedQuery, text: string, phrase: boolean, not: boolean): void {
  if (!/[\p{L}\p{N}]/u.test(text)) return;
  if (query.terms.length < mostTerms) query.terms.push({ text, phrase, not });
  else {
    const note = `Only the first ${mostTerms} words were searched for.`;
    if (!query.notes.includes(note)) query.notes.push(note);
  }
}

function readFilter(query: ParsedQuery, name: Name, value: string, not: boolean): void {
  if (value === "") return;
  if (name === "author") {
    if (/[\p{L}\p{N}]/u.test(value) && query.authors.length < mostTerms) query.authors.push({ text: value, not });
    return;
  }
  if (name === "field") readField(query, value, not);
  else if (not) query.notes.push(`“-${name}:” cannot be excluded; say what you want instead.`);
  else if (name === "year") readYear(query, value);
  else if (name === "runnable") {
    if (/^(yes|true|1)$/i.test(value)) query.runnable = true;
    else if (/^(no|false|0)$/i.test(value)) query.runnable = false;
    else query.notes.push(`“runnable:${value}” is not understood: write runnable:yes or runnable:no.`);
  } else {
    const verdict = verdictWords[value.toLowerCase()];
    if (verdict) query.verdicts.push(verdict);
    else query.notes.push(`There is no verdict “${value}”: write holds, partly, fails or inconclusive.`);
  }
}

function readField(query: ParsedQuery, value: string, not: boolean): void {
  const wanted = value.toLowerCase().replace(/\s+/g, "-");
  const field =
    fieldIds.find((id) => id === wanted) ??
    fieldIds.find((id) => fields[id].title.toLowerCase() === value.toLowerCase()) ??
    fieldIds.find((id) => id.startsWith(wanted));
  if (field) (not ? query.notFields : query.fields).push(field);
  else {
    const close = nearest(wanted, fieldIds);
    query.notes.push(`There is no field “${value}”.${close ? ` Did you mean field:${close}?` : ""}`);
  }
}

function readYear(query: ParsedQuery, value: string): void {
  const [, single, from, to] = /^(?:(\d{4})|(\d{4})?(?:-|\.\.|–)(\d{4})?)$/.exec(value) ?? [];
  if (single !== undefined) query.years.push({ from: Number(single), to: Number(single) });
  else if (from !== undefined || to !== undefined) {
    query.years.push({ from: Number(from ?? 0), to: Number(to ?? 9999) });
  } else query.notes.push(`“year:${value}” is not understood: write year:2023, year:2020-2023 or year:2020-.`);
}

/** Nothing is asked for. */
export function isEmpty(query: ParsedQuery): boolean {
  return (
    [query.terms, query.authors, query.fields, query.notFields, query.years, query.verdicts].every(
      (list) => list.length === 0,
    ) && query.runnable === undefined
  );
}
