import { type SQL, sql } from "drizzle-orm";
import { rowsOf } from "../../store/rows.ts";
import type { Db } from "../../store/store.ts";
import type { ParsedQuery } from "./parse.ts";

/** A word that nothing has, and what was taken for it. */
export interface Mended {
  word: string;
  taken: string[];
}

/** The question as the database's text search takes it. */
export interface TextQuery {
  /** All terms, exclusions too; undefined where none says anything. */
  all?: string;
  /** Without the exclusions: what can rank. */
  wanted?: string;
  /** Any of the wanted terms, and the exclusions, where several are wanted. */
  any?: { all: string; wanted: string };
  /** The exclusions alone. */
  excluded?: string;
  authors?: string;
  /** Some author is wanted, not only others excluded. */
  wantsAuthor: boolean;
  /** Stems that are highlighted. */
  lexemes: string[];
  mended: Mended[];
}

interface Piece {
  position: number;
  kind: "term" | "author";
  text: string;
  phrase: boolean;
  not: boolean;
}

interface Read extends Piece {
  query: string;
  lexemes: string[];
  known: boolean;
}

/** Words below this length are not mended: there are too many near them. */
const leastLength = 4;
/** Letters, and between names also spaces and hyphens: neither numbers nor formulas are mended. */
const mendable = /^[\p{L}\p{M}' -]{4,60}$/u;
/** Words taken for one that nothing has. */
const mostTaken = 3;

/** Turns the words of a question into text queries. A word that no paper has is taken for those of titles and authors that look most like it. */
export async function textQuery(db: Db, query: ParsedQuery): Promise<TextQuery> {
  const pieces: Piece[] = [
    ...query.terms.map((term, position) => ({ position, kind: "term" as const, ...term })),
    ...query.authors.map((author, position) => ({ position, kind: "author" as const, phrase: false, ...author })),
  ];
  if (pieces.length === 0) return { wantsAuthor: false, lexemes: [], mended: [] };
  const read = await readPieces(db, pieces);
  const mended: Mended[] = [];
  for (const piece of read) {
    if (piece.known || piece.not || piece.phrase || piece.query === "") continue;
    const mend = await mendPiece(db, piece);
    if (mend) mended.push(mend);
  }
  const ofTerms = read.filter(({ kind, query }) => kind === "term" && query !== "");
  const ofAuthors = read.filter(({ kind, query }) => kind === "author" && query !== "");
  const wanted = ofTerms.filter(({ not }) => !not);
  return {
    ...joined("all", ofTerms),
    ...joined("wanted", wanted),
    ...(wanted.length > 1 ? { any: anyOf(ofTerms) } : {}),
    ...joined(
      "excluded",
      ofTerms.filter(({ not }) => not),
    ),
    ...joined("authors", ofAuthors),
    wantsAuthor: ofAuthors.some(({ not }) => !not),
    lexemes: [...new Set(read.filter(({ not }) => !not).flatMap(({ lexemes }) => lexemes))],
    mended,
  };
}

function joined<K extends string>(key: K, pieces: readonly Read[]): Partial<Record<K, string>> {
  if (pieces.length === 0) return {};
  const text = pieces.map(({ query, not }) => (not ? `!(${query})` : `(${query})`)).join(" & ");
  return { [key]: text } as Record<K, string>;
}

function anyOf(pieces: readonly Read[]): { all: string; wanted: string } {
  const wanted = `(${pieces
    .filter(({ not }) => !not)
    .map(({ query }) => `(${query})`)
    .join(" | ")})`;
  const without = pieces.filter(({ not }) => not).map(({ query }) => `!(${query})`);
  return { all: [wanted, ...without].join(" & "), wanted };
}

const queryOf = sql`case
  when kind = 'author' then plainto_tsquery('simple'::regconfig, livepapers.fold(text))
  when phrase then phraseto_tsquery('english'::regconfig, livepapers.fold(text))
  else plainto_tsquery('english'::regconfig, livepapers.fold(text)) end`;

async function readPieces(db: Db, pieces: readonly Piece[]): Promise<Read[]> {
  const result = await db.execute(sql`
    select position, kind, text, phrase, "not", q::text as query,
      to_json(tsvector_to_array(to_tsvector('english'::regconfig, livepapers.fold(text)))) as lexemes,
      exists (select 1 from livepapers.words w where w.word = livepapers.fold(text) and (pieces.kind = 'term' or w.kind = 'author')) as known
    from jsonb_to_recordset(${JSON.stringify(pieces)}::jsonb) as pieces (position integer, kind text, text text, phrase boolean, "not" boolean),
      lateral (select ${queryOf} as q) as read
    order by kind desc, position`);
  return rowsOf<Read>(result);
}

/** Makes a piece match words that look like its own when no paper has it; undefined when some paper has. */
async function mendPiece(db: Db, piece: Read): Promise<Mended | undefined> {
  if (!mendable.test(piece.text)) return undefined;
  // Without an order the planner may go through the whole table for a word that it takes for a common one.
  const column = sql.raw(piece.kind === "author" ? "author_search" : "search");
  const found = await db.execute(sql`
    select 1 from livepapers.papers p where ${column} @@ ${piece.query}::tsquery and not hidden order by p.serial + 0 limit 1`);
  if (rowsOf(found).length > 0) return undefined;
  const words =
    piece.kind === "author" ? piece.text.split(/[\s-]+/).filter((word) => word.length >= leastLength) : [piece.text];
  const taken: string[] = [];
  const lexemes = new Set<string>();
  const queries: string[] = [];
  for (const word of words) {
    const alike = await wordsLike(db, word, piece.kind);
    if (alike.length === 0) continue;
    taken.push(...alike.map((each) => each.word));
    for (const { lexemes: own } of alike) for (const lexeme of own) lexemes.add(lexeme);
    queries.push(`(${alike.map((each) => each.query).join(" | ")})`);
  }
  if (queries.length === 0) return undefined;
  piece.query = queries.join(" & ");
  piece.lexemes = [...lexemes];
  return { word: piece.text, taken };
}

async function wordsLike(
  db: Db,
  word: string,
  kind: Piece["kind"],
): Promise<{ word: string; query: string; lexemes: string[] }[]> {
  const config: SQL = sql.raw(kind === "author" ? "'simple'::regconfig" : "'english'::regconfig");
  const ofKind = kind === "author" ? sql`and kind = 'author'` : sql``;
  // One slip of the finger away, or else the most trigrams in common; the word that more papers have before the others.
  const result = await db.execute(sql`
    with asked as (select livepapers.fold(${word}) as word), slips as (
      select w.word, sum(w.papers) as papers, 1 as likeness from livepapers.words w
      where w.word in (select jsonb_array_elements_text(${JSON.stringify(slipsOf(word))}::jsonb)) ${ofKind} group by w.word
    ), alike as (
      select w.word, sum(w.papers) as papers, max(similarity(w.word, asked.word)) as likeness from livepapers.words w, asked
      where w.word % asked.word and abs(length(w.word) - length(asked.word)) <= 2 ${ofKind} and not exists (select 1 from slips)
      group by w.word
    ), taken as (select * from slips union all select * from alike where likeness >= (select max(likeness) from alike) - 0.08)
    select word, plainto_tsquery(${config}, word)::text as query,
      to_json(tsvector_to_array(to_tsvector('english'::regconfig, word))) as lexemes
    from taken order by likeness desc, papers desc, word limit ${mostTaken}`);
  return rowsOf<{ word: string; query: string; lexemes: string[] }>(result).filter(({ query }) => query !== "");
}

/** A word is likely a slip when one a slip away stands in so many times as many titles. */
const slipTimes = 20;
/** What stands in more titles than this is no slip. */
const slipTitles = 2;

/** A word of the question that is likely a slip for a much commoner one, though some papers have it. */
export interface Meant {
  word: string;
  meant: string;
}

/** Of the words that are wanted, the first that is likely a slip; undefined where none is. */
export async function likelySlip(db: Db, { terms }: ParsedQuery): Promise<Meant | undefined> {
  const words = terms
    .filter(({ text, phrase, not }) => !phrase && !not && /^[\p{L}\p{M}]{4,60}$/u.test(text))
    .map(({ text }) => text);
  if (words.length === 0) return undefined;
  const rare = await db.execute(sql`
    select asked.word from jsonb_array_elements_text(${JSON.stringify(words)}::jsonb) with ordinality as asked (word, position)
    where coalesce((select w.papers from livepapers.words w where w.kind = 'title' and w.word = livepapers.fold(asked.word)), 0) <= ${slipTitles}
    order by position`);
  for (const { word } of rowsOf<{ word: string }>(rare)) {
    const best = await commonest(db, word);
    if (best && best.papers >= slipTimes && (await isRare(db, word, best.papers / slipTimes))) {
      return { word, meant: best.word };
    }
  }
  return undefined;
}

/** The word with another stem, one slip away, that most titles have. */
async function commonest(db: Db, word: string): Promise<{ word: string; papers: number } | undefined> {
  const result = await db.execute(sql`
    select w.word, w.papers from livepapers.words w
    where w.kind = 'title' and w.word in (select jsonb_array_elements_text(${JSON.stringify(slipsOf(word))}::jsonb))
      and plainto_tsquery('english'::regconfig, w.word)::text <> plainto_tsquery('english'::regconfig, livepapers.fold(${word}))::text
    order by w.papers desc, w.word limit 1`);
  return rowsOf<{ word: string; papers: number }>(result)[0];
}

/** Whether no more than `most` papers have a word anywhere, and some have. */
async function isRare(db: Db, word: string, most: number): Promise<boolean> {
  const result = await db.execute(sql`
    select count(*)::integer as papers from (
      select 1 from livepapers.papers p
      where p.search @@ plainto_tsquery('english'::regconfig, livepapers.fold(${word})) and not p.hidden order by p.serial + 0 limit ${Math.floor(most) + 1}
    ) probed`);
  const papers = rowsOf<{ papers: number }>(result)[0]?.papers ?? 0;
  return papers > 0 && papers <= most;
}

const letters = "abcdefghijklmnopqrstuvwxyz";

/** Words one slip away: a letter too many, one too few, one wrong, or two exchanged. */
export function slipsOf(word: string): string[] {
  const folded = [...word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()];
  const slips = new Set<string>();
  for (let i = 0; i <= folded.length; i++) {
    const head = folded.slice(0, i).join("");
    const [first = "", second = "", ...others] = folded.slice(i);
    const [rest, tail] = [second + others.join(""), first + second + others.join("")];
    if (tail !== "") slips.add(head + rest);
    if (second !== "") slips.add(head + second + first + others.join(""));
    for (const letter of letters) {
      slips.add(head + letter + tail);
      if (tail !== "") slips.add(head + letter + rest);
    }
  }
  slips.delete(folded.join(""));
  return [...slips];
}
