import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import {
  cellNumber,
  cellNumberRequired,
  cellPlace,
  columnIndex,
  type RawTable,
  readJsonLines,
  readTable,
} from "../../../kit/tables.ts";
import { bm25 } from "./bm25.ts";
import { lexicalFeatureNames, textFeatureNames, textFeatures } from "./text-features.ts";
import type { Query } from "./triples.ts";

/** A reader's queries with their candidates, features as given. */
export interface Candidates {
  file: string;
  /** `rankings.given`: the candidates in the order of the retriever whose top gives the negatives. */
  queries: Query[];
  featureNames: string[];
  /** Features that a word-matching search engine works with, where that is known. */
  lexical: string[];
  /** Texts of queries and documents, where there are any. */
  texts?: { query: string[]; doc: Map<string, string> };
}

const cellLimit = 50_000_000;
const rowLimit = 2_000_000;

/** Reads a table of features, or JSON Lines of queries with a file of documents. */
export function readCandidates(file: InputFile, docs: InputFile | undefined): Promise<Candidates> {
  const lines = /\.(jsonl|ndjson)$/i.test(file.name);
  if (lines && docs) return readTexts(file, docs);
  if (lines) {
    throw new BadInput("queries with texts need a file of documents", {
      where: file.name,
      remedy: 'Add one with {"id", "text"} on every line, or give a table qid,docid,label,rank,features.',
    });
  }
  if (docs) {
    throw new BadInput("a table of features takes no documents", {
      where: docs.name,
      remedy: 'Give the table alone, or queries as JSON Lines {"query", "positives", "ranked"} with the documents.',
    });
  }
  return readFeatureTable(file);
}

/* ---------------------------------------------------------------- a table of features */

const fixedColumns = ["qid", "docid", "label", "rank"];

/** `qid,docid,label,rank,feature…`, one candidate a row; label above 0 is relevant, 0 or empty unlabelled; rank is optional. */
async function readFeatureTable(file: InputFile): Promise<Candidates> {
  const table = await readTable(file, { maxRows: rowLimit });
  const [qid, docid, label] = ["qid", "docid", "label"].map((name) => columnIndex(table, name)) as [
    number,
    number,
    number,
  ];
  const rank = table.columns.indexOf("rank");
  const columns = table.columns.flatMap((name, i) => (fixedColumns.includes(name) ? [] : [i]));
  if (columns.length < 2) {
    throw new BadInput("there are fewer than two features", {
      where: file.name,
      remedy: "Every column but qid, docid, label and rank is a feature; two models need different ones.",
    });
  }
  if (columns.length * table.rows.length > cellLimit)
    throw new BadInput(`there are more than ${cellLimit.toLocaleString("en")} feature values`, { where: file.name });
  const byId = new Map<string, { query: Query; ranks: number[]; seen: Set<string> }>();
  for (let r = 0; r < table.rows.length; r++) {
    const id = nameIn(table, r, qid);
    const entry = byId.get(id) ?? { query: emptyQuery(id), ranks: [], seen: new Set<string>() };
    byId.set(id, entry);
    const doc = nameIn(table, r, docid);
    if (entry.seen.has(doc))
      throw new BadInput(`document ${shown(doc)} stands twice under query ${shown(id)}`, {
        where: cellPlace(table, r, docid),
      });
    entry.seen.add(doc);
    const position = entry.query.docs.push(doc) - 1;
    entry.query.features.push(columns.map((column) => cellNumberRequired(table, r, column)));
    if (labelIn(table, r, label)) entry.query.positives.push(position);
    entry.ranks.push(rank < 0 ? position : (cellNumber(table, r, rank) ?? Number.POSITIVE_INFINITY));
  }
  const queries = [...byId.values()].map(({ query, ranks }) => {
    const order = [...ranks.keys()].sort((a, b) => compare(ranks[a] as number, ranks[b] as number) || a - b);
    return { ...query, rankings: { given: order } };
  });
  const featureNames = columns.map((column) => table.columns[column] as string);
  return { file: file.name, queries, featureNames, lexical: [] };
}

/** −1, 0 or 1, also where both are infinite. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function emptyQuery(id: string): Query {
  return { id, docs: [], features: [], positives: [], rankings: {} };
}

function nameIn(table: RawTable, row: number, column: number): string {
  const name = table.rows[row]?.[column] ?? "";
  if (name === "")
    throw new BadInput("the cell is empty and a name is wanted", { where: cellPlace(table, row, column) });
  return name;
}

function labelIn(table: RawTable, row: number, column: number): boolean {
  const value = cellNumber(table, row, column) ?? 0;
  if (value < 0) {
    throw new BadInput(`the label is ${value}`, {
      where: cellPlace(table, row, column),
      remedy: "Above 0 is relevant, 0 or empty unlabelled.",
    });
  }
  return value > 0;
}

/* ---------------------------------------------------------------- texts */

/** Queries `{"query", "id"?, "positives": [ids], "ranked": [ids]}` with documents `{"id", "text"}`; features are made here. */
async function readTexts(file: InputFile, docsFile: InputFile): Promise<Candidates> {
  const ids: string[] = [];
  const texts: string[] = [];
  const place = new Map<string, number>();
  for await (const { value, line } of readJsonLines(docsFile, { maxRows: rowLimit })) {
    const where = `${docsFile.name}, line ${line}`;
    const object = asObject(value, where);
    const id = asName(object.id, "id", where);
    if (place.has(id)) throw new BadInput(`two documents have the id ${shown(id)}`, { where });
    if (typeof object.text !== "string") throw new BadInput(`"text" is ${shown(object.text)}, not a text`, { where });
    place.set(id, ids.push(id) - 1);
    texts.push(object.text);
  }
  if (ids.length === 0) throw new BadInput("the file is empty", { where: docsFile.name });
  const features = textFeatures(bm25(texts), texts);
  const queries: Query[] = [];
  const queryTexts: string[] = [];
  const seen = new Set<string>();
  let cells = 0;
  for await (const { value, line } of readJsonLines(file, { maxRows: rowLimit })) {
    const where = `${file.name}, line ${line}`;
    const object = asObject(value, where);
    const text = asName(object.query, "query", where);
    const id = object.id === undefined ? text : asName(object.id, "id", where);
    if (seen.has(id)) throw new BadInput(`two queries are called ${shown(id)}`, { where });
    seen.add(id);
    const ranked = asDocs(object.ranked, "ranked", where, place);
    const positives = asDocs(object.positives ?? [], "positives", where, place);
    // A labelled document that the retriever did not find is a candidate nevertheless, after all others.
    const rows = [...new Set([...ranked, ...positives])];
    cells += rows.length * textFeatureNames.length;
    if (cells > cellLimit)
      throw new BadInput(`there are more than ${cellLimit.toLocaleString("en")} feature values`, { where });
    queryTexts.push(text);
    queries.push({
      id,
      docs: rows.map((row) => ids[row] as string),
      features: rows.map((row) => features(text, row)),
      positives: positives.map((row) => rows.indexOf(row)),
      rankings: { given: ranked.map((_, i) => i) },
    });
  }
  if (queries.length === 0) throw new BadInput("the file is empty", { where: file.name });
  return {
    file: file.name,
    queries,
    featureNames: [...textFeatureNames],
    lexical: [...lexicalFeatureNames],
    texts: { query: queryTexts, doc: new Map(ids.map((id, i) => [id, texts[i] as string])) },
  };
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "missing").slice(0, 60);
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new BadInput("the line is not a JSON object", { where });
}

function asName(value: unknown, key: string, where: string): string {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "string" && value.trim() !== "") return value;
  throw new BadInput(`"${key}" is ${shown(value)}, not a text`, { where });
}

/** Rows of the documents named by a list of ids. */
function asDocs(value: unknown, key: string, where: string, place: ReadonlyMap<string, number>): number[] {
  if (!Array.isArray(value)) throw new BadInput(`"${key}" is ${shown(value)}, not a list of document ids`, { where });
  const rows = value.map((item) => {
    const id = asName(item, key, where);
    const row = place.get(id);
    if (row === undefined)
      throw new BadInput(`"${key}" names the document ${shown(id)}, which is not there`, { where });
    return row;
  });
  if (new Set(rows).size < rows.length) throw new BadInput(`"${key}" names a document twice`, { where });
  return rows;
}
