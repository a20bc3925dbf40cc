import { XMLParser, XMLValidator } from "fast-xml-parser";
import type { Entry } from "./entry.ts";
import { ImportFailed, Passing } from "./failures.ts";
import type { RawEntry } from "./take-in.ts";

/** A page of the arXiv API. */
export interface AtomPage {
  /** Results of the query on all pages. */
  total: number;
  entries: RawEntry[];
}

const lists = new Set(["feed.entry", "feed.entry.author", "feed.entry.category"]);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true, // numeric ones; what a document declares itself is refused before it comes to this
  isArray: (_name, path) => lists.has(String(path)),
});

type Node = Record<string, unknown>;

/** The text of an element; undefined when it is absent or holds more than text. */
function text(node: unknown): string | undefined {
  if (typeof node === "string") return node;
  const inner = (node as Node | undefined)?.["#text"];
  return typeof inner === "string" ? inner : undefined;
}

function list(node: unknown): Node[] {
  return Array.isArray(node) ? node.filter((item) => typeof item === "object" && item !== null) : [];
}

/** Reads a page. A document that breaks off is `Passing`; one that declares entities of its own, or an error of the API, is `ImportFailed`. */
export function readAtom(xml: string): AtomPage {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) {
    throw new ImportFailed("The answer declares entities of its own, which no feed needs; it was not read.");
  }
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new Passing(`the answer is not whole (line ${valid.err.line}: ${valid.err.msg})`);
  const { feed } = parser.parse(xml) as { feed?: Node | string };
  if (typeof feed !== "object") throw new Passing("the answer is not an Atom feed");
  const total = Number(text(feed["opensearch:totalResults"]) ?? Number.NaN);
  if (!Number.isInteger(total) || total < 0) throw new Passing("the answer does not say how many results there are");
  return { total, entries: list(feed.entry).map(readNode) };
}

function readNode(node: Node): RawEntry {
  const address = text(node.id)?.trim() ?? "";
  const summary = text(node.summary) ?? "";
  if (/\/api\/errors/.test(address)) {
    throw new ImportFailed(`arXiv refuses the question: ${summary.replace(/\s+/g, " ").trim().slice(0, 200)}`);
  }
  const entry: Partial<Entry> = {
    arxiv: address,
    title: text(node.title) ?? "",
    authors: list(node.author).flatMap((author) => text(author.name) ?? []),
    abstract: summary,
    categories: list(node.category).flatMap((category) => text(category["@term"]) ?? []),
  };
  const published = text(node.published);
  const updated = text(node.updated);
  if (published !== undefined) entry.published = published;
  if (updated !== undefined) entry.updated = updated;
  // Categories of other schemes (MSC classes: "68T05; 62H30") are given the same way.
  entry.categories = entry.categories?.filter((name) => /^[A-Za-z-]+(\.[A-Za-z-]+)?$/.test(name)) ?? [];
  return { where: `arXiv ${address.replace(/^.*\/abs\//, "").slice(0, 40) || "(no id)"}`, value: entry };
}
