import { sql } from "drizzle-orm";
import { type FieldId, isField } from "../../kit/fields.ts";
import type { ClaimOutcome } from "../../kit/paper.ts";
import { type PaperRow, paperColumns, paperRow } from "../../store/papers.ts";
import { rowsOf } from "../../store/rows.ts";
import type { Db } from "../../store/store.ts";
import { candidates, counted } from "./candidates.ts";
import { isEmpty, type ParsedQuery, parseQuery } from "./parse.ts";
import { likelySlip, type Mended, type TextQuery, textQuery } from "./terms.ts";

export interface SearchOptions {
  /** From 1. */
  page?: number;
  order?: "best" | "newest";
  /** How the claims of papers came out, by slug, for `verdict:`. */
  verdicts?: ReadonlyMap<string, ClaimOutcome>;
}

/** A paper that was found. */
export interface Hit {
  paper: PaperRow;
  /** Our own words about it, summary and claim; "" for a paper that is imported only. */
  own: string;
}

export interface SearchResult {
  query: ParsedQuery;
  hits: Hit[];
  /** Papers found, up to `counted`. */
  total: number;
  /** There are more than `total`; counts are of the newest of them. */
  more: boolean;
  counts: { field: FieldId | null; papers: number }[];
  page: number;
  pages: number;
  mended: Mended[];
  /** The question with a word that much more papers have, where one of it looks like a slip. */
  meant?: string;
  /** Says of a word whether it is one that was searched for. */
  isHit: (word: string) => boolean;
}

export { counted } from "./candidates.ts";
export const hitsPerPage = 20;
/** No search has more pages; beyond them the database would be asked for rows that it cannot count. */
const mostPages = Math.ceil((2 * counted) / hitsPerPage);
/** Of those found, the newest are ranked, beside those with every word in the title. The others come behind them. */
const ranked = 250;

const nothing = { hits: [], total: 0, more: false, counts: [], page: 1, pages: 0, mended: [], isHit: () => false };

/**
 * Searches titles, authors, keywords, our summaries and abstracts. Ranked by how much and how close together the words stand, titles before keywords and
 * authors, those before summaries, those before abstracts; the same statements on the embedded database and on a server.
 */
export async function searchPapers(db: Db, text: string, options: SearchOptions = {}): Promise<SearchResult> {
  const query = parseQuery(text);
  if (isEmpty(query)) return { query, ...nothing };
  const words = await textQuery(db, query);
  const says =
    query.terms.length + query.authors.length === 0 || words.all !== undefined || words.authors !== undefined;
  if (!says) {
    query.notes.push("Words as common as these are not searched for.");
    if (isEmpty({ ...query, terms: [], authors: [] })) return { query, ...nothing };
  }
  const page = Math.min(Math.max(1, Math.floor(options.page ?? 1)), mostPages);
  let found = await find(db, query, words, { ...options, page });
  if (found.total === 0 && words.any) {
    found = await find(db, query, { ...words, ...words.any }, { ...options, page });
    if (found.total > 0) query.notes.push("No paper has all of these words. These have some of them.");
  }
  const slip = found.total <= ranked ? await likelySlip(db, query) : undefined; // a slip finds few papers
  const meant = slip && text.replace(new RegExp(`(?<![\\p{L}\\p{N}])${slip.word}(?![\\p{L}\\p{N}])`, "u"), slip.meant);
  const isHit = await hitTest(db, words.lexemes, found.hits);
  const more = meant === undefined || meant === text ? {} : { meant };
  return { query, ...found, ...more, mended: words.mended, page, pages: Math.ceil(found.total / hitsPerPage), isHit };
}

interface Found {
  hits: Hit[];
  total: number;
  more: boolean;
  counts: { field: FieldId | null; papers: number }[];
}

async function find(
  db: Db,
  query: ParsedQuery,
  words: TextQuery,
  { page, order = "best", verdicts = new Map() }: SearchOptions & { page: number },
): Promise<Found> {
  const ranks = words.wanted !== undefined && order === "best";
  const { found, titled } = await candidates(db, { query, words, verdicts, ranks });
  // Weights of D, C, B and A; the title counts once more, by how much of it was asked for.
  const score = ranks
    ? sql`ts_rank_cd('{0.1, 0.4, 0.6, 1}', search, ${words.wanted}::tsquery, 1) + ts_rank_cd('{1, 1, 1, 1}', title_search, ${words.wanted}::tsquery, 2)`
    : sql`0`;
  const result = await db.execute(sql`
    with found as materialized (${found}), titled as materialized (${titled}), candidates as materialized (
      select arxiv, serial, case when newer < ${ranked} then ${score} else 0 end as score
      from (select *, row_number() over (order by serial desc) as newer from found) placed
      where arxiv not in (select arxiv from titled)
      union all select arxiv, serial, ${score} from titled
    ), best as materialized (
      select * from candidates
      order by score desc, serial desc, arxiv limit ${hitsPerPage} offset ${(page - 1) * hitsPerPage}
    )
    select 'count' as part, field as name, count(*)::integer as value, null::json as paper from found group by field
    union all select 'total', '', (select count(*) from candidates)::integer, null
    union all select 'hit', '', (row_number() over (order by best.score desc, best.serial desc, best.arxiv))::integer, (
      select row_to_json(row) from (select ${paperColumns}, p.own from livepapers.papers p where p.arxiv = best.arxiv) row
    ) from best`);
  type Part = {
    part: "count" | "total" | "hit";
    name: string | null;
    value: number;
    paper: (PaperRow & { own: string }) | null;
  };
  const parts = rowsOf<Part>(result);
  const counts = parts.filter(({ part }) => part === "count");
  const hits = parts.filter(({ part }) => part === "hit").sort((a, b) => a.value - b.value);
  const seen = counts.reduce((sum, { value }) => sum + value, 0);
  const total = parts.find(({ part }) => part === "total")?.value ?? 0;
  return {
    hits: hits.flatMap(({ paper }) => (paper ? [hitOf(paper)] : [])),
    total: seen > counted ? Math.max(counted, total - 1) : total,
    more: seen > counted,
    counts: counts
      .map(({ name, value }) => ({ field: name !== null && isField(name) ? name : null, papers: value }))
      .sort((a, b) => b.papers - a.papers),
  };
}

function hitOf({ own, ...paper }: PaperRow & { own: string }): Hit {
  return { paper: paperRow(paper), own };
}

/** Words of a text as they are highlighted: letters and digits in a row. */
export const wordPattern = /[\p{L}\p{N}]+/gu;

/** Which words of the papers found have a stem that was searched for: the database says, so that it is what matched. */
async function hitTest(db: Db, lexemes: readonly string[], hits: readonly Hit[]): Promise<(word: string) => boolean> {
  if (lexemes.length === 0 || hits.length === 0) return () => false;
  // No stem begins with another letter than its word.
  const initials = new Set(lexemes.map(initialOf));
  const said = new Set<string>();
  for (const { paper, own } of hits) {
    for (const text of [paper.title, paper.authors.slice(0, 20).join(" "), own === "" ? paper.abstract : own]) {
      for (const [word] of text.matchAll(wordPattern)) if (initials.has(initialOf(word))) said.add(word.toLowerCase());
    }
  }
  const result = await db.execute(sql`
    select word from jsonb_array_elements_text(${JSON.stringify([...said])}::jsonb) as said (word)
    where ts_lexize('english_stem', livepapers.fold(word)) && array(select jsonb_array_elements_text(${JSON.stringify(lexemes)}::jsonb))`);
  const known = new Set(rowsOf<{ word: string }>(result).map(({ word }) => word));
  return (word) => known.has(word.toLowerCase());
}

function initialOf(word: string): string {
  return word.normalize("NFKD").charAt(0).toLowerCase();
}
