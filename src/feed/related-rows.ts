import { sql } from "drizzle-orm";
import { type PaperRow, paperColumns, paperRow } from "../store/papers.ts";
import { rowsOf } from "../store/rows.ts";
import type { Db } from "../store/store.ts";
import { countTerms, documentCounts, inner, type Terms, unitVector } from "./text.ts";

/** Words of the title that candidates must share one of: the rarest that others have too. */
const sought = 6;
/** Together they may have this many papers; the rarest may have any number. */
const soughtPapers = 1000;
/** Of the newest that share one, this many are compared. */
const compared = 80;
/** Below this cosine, two papers have little to do with each other. */
const leastCosine = 0.08;

type Compared = PaperRow & { own: string };

function termsOf({ title, abstract, own, field }: Compared): Terms {
  const words = countTerms([
    [title, 3],
    [own === "" ? abstract : own, 1],
  ]);
  return new Map([...words, ...(field ? ([[`field ${field}`, 2]] as const) : [])]);
}

/**
 * Papers on the subject of another, by the cosine of the TF–IDF vectors of their texts. Compared are the newest of those that share one of the rarest words
 * of its title; how rare a word is, the papers compared say.
 */
export async function relatedRows(db: Db, paper: PaperRow, count = 4): Promise<PaperRow[]> {
  const asked = await db.execute(sql`
    with said as (
      select w.word, w.papers, row_number() over rarest as place, sum(w.papers) over rarest as together
      from unnest(tsvector_to_array(to_tsvector('simple'::regconfig, livepapers.fold(${paper.title})))) as t (word)
        join livepapers.words w on w.kind = 'title' and w.word = t.word
      where w.papers > 1 window rarest as (order by w.papers, w.word)
    )
    select coalesce(string_agg(nullif(plainto_tsquery('english'::regconfig, word)::text, ''), ' | '), '') as question,
      coalesce(max(together), 0)::double precision as papers
    from said where place <= ${sought} and (together <= ${soughtPapers} or place = 1)`);
  const [{ question = "", papers = 0 } = {}] = rowsOf<{ question: string; papers: number }>(asked);
  // Few papers are found by their words and sorted; of many, the newest are gone through.
  const newest = sql.raw(papers <= soughtPapers ? "p.serial + 0" : "p.serial");
  const result = await db.execute(sql`
    with near as materialized (
      select p.arxiv from livepapers.papers p
      where p.title_search @@ ${question}::tsquery and not p.hidden order by ${newest} desc limit ${compared}
    )
    select ${paperColumns}, p.own from livepapers.papers p join near using (arxiv)
    union all select ${paperColumns}, p.own from livepapers.papers p where p.arxiv = ${paper.arxiv} and not exists (select 1 from near where near.arxiv = p.arxiv)`);
  const rows = rowsOf<Compared>(result).map(paperRow);
  const documents = rows.map(termsOf);
  const counts = documentCounts(documents);
  // What the papers compared have in common is rarer among all.
  const vectors = documents.map((document) => unitVector(document, counts, 4 * rows.length));
  const own = vectors[rows.findIndex((row) => row.arxiv === paper.arxiv)] ?? new Map<string, number>();
  return rows
    .map((row, i) => ({ row, cosine: row.arxiv === paper.arxiv ? -1 : inner(own, vectors[i] ?? new Map()) }))
    .filter(({ cosine }) => cosine >= leastCosine)
    .sort((a, b) => b.cosine - a.cosine || b.row.serial - a.row.serial)
    .slice(0, count)
    .map(({ row }) => row);
}
