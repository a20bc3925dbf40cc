/** A category of an entry. */
export interface Category {
  /** Its name for programs, as "cs.LG" or "model-merging". */
  term: string;
  /** The address of the list of names it is from. */
  scheme: string;
  /** Its name for people. */
  label: string;
}

/** A paper as feed readers are told of it. Texts are plain; `html` is safe HTML with whole addresses. */
export interface DocumentEntry {
  /** An address that stays the same, and leads to the paper, for as long as the site has its address. */
  id: string;
  /** Where it is read. */
  url: string;
  title: string;
  authors: readonly string[];
  /** ISO moments. */
  published: string;
  updated: string;
  categories: readonly Category[];
  summary: string;
  html: string;
  /** Its page at arXiv. */
  arxiv: string;
  /** The summary is the authors' own, as arXiv has it. */
  imported: boolean;
}

/** A list of the site as a document for feed readers, before it is written as Atom or JSON Feed. */
export interface FeedDocument {
  title: string;
  /** The page that shows the same list. */
  page: string;
  /** The address of the document in each form. */
  self: Record<DocumentForm, string>;
  site: string;
  entries: readonly DocumentEntry[];
}

export const documentForms = ["atom", "json"] as const;
export type DocumentForm = (typeof documentForms)[number];

export const mediaTypes: Record<DocumentForm, string> = { atom: "application/atom+xml", json: "application/feed+json" };

/** The moment of the entry that changed last; the epoch where there is none, so that an empty document stays the same. */
export function lastChange(entries: readonly DocumentEntry[]): string {
  return new Date(Math.max(0, ...entries.map(({ updated }) => Date.parse(updated)))).toISOString();
}

/** What no XML document may hold: control characters, halves of surrogate pairs, and two that are no characters (XML 1.0, 2.2). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unwritable = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uD800-\uDFFF\uFFFE\uFFFF]/gu;

/** A text without what XML cannot say, on one line. */
export function writable(text: string): string {
  return text.replace(unwritable, "").replace(/\s+/g, " ").trim();
}

/** A text as HTML. */
export function escaped(text: string): string {
  return writable(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
