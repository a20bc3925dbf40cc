import { sql } from "drizzle-orm";
import { toJson } from "./json.ts";
import { rowsOf } from "./rows.ts";
import type { Db } from "./store.ts";

/** A paper that was stored, with what its title and authors were before; null for a new one. */
export interface Worded {
  arxiv: string;
  title: string | null;
  authors: string[] | null;
  /** They are others now. */
  changed: boolean;
}

/** Brings the vocabulary, the words of titles and authors with how many papers have them, up to date with papers that have other words now. */
export async function countWords(db: Db, papers: readonly Worded[]): Promise<void> {
  const changed = papers.filter((paper) => paper.changed);
  if (changed.length === 0) return;
  const result = await db.execute(sql`
    with old as materialized (select * from jsonb_to_recordset(${toJson(changed)}::jsonb) as old (arxiv text, title text, authors text[])),
    said as (
      select p.arxiv, 1 as papers, 'title' as kind, ${wordsOf("to_tsvector('simple'::regconfig, livepapers.fold(p.title))")} as word
        from livepapers.papers p join old using (arxiv)
      union all select p.arxiv, 1, 'author', ${wordsOf("p.author_search")} from livepapers.papers p join old using (arxiv)
      union all select arxiv, -1, 'title', ${wordsOf("to_tsvector('simple'::regconfig, livepapers.fold(title))")} from old where title is not null
      union all select arxiv, -1, 'author', ${wordsOf("livepapers.name_vector(authors)")} from old where authors is not null
    )
    select kind, word, sum(papers)::integer as papers from said
    where length(word) between 4 and 40 and word !~ '[0-9]' group by word, kind having sum(papers) <> 0`);
  const words = rowsOf<{ kind: string; word: string; papers: number }>(result);
  const list = sql`jsonb_to_recordset(${toJson(words)}::jsonb) as said (kind text, word text, papers integer)`;
  // In one order, so that two imports do not wait for each other.
  await db.execute(sql`
    insert into livepapers.words as w (kind, word, papers) select kind, word, papers from ${list}
    where papers > 0 or exists (select 1 from livepapers.words k where k.word = said.word and k.kind = said.kind) order by word, kind
    on conflict (word, kind) do update set papers = w.papers + excluded.papers`);
  if (words.every(({ papers }) => papers > 0)) return;
  await db.execute(sql`
    delete from livepapers.words w using ${list} where w.word = said.word and w.kind = said.kind and w.papers <= 0`);
}

function wordsOf(vector: string) {
  return sql.raw(`unnest(tsvector_to_array(${vector}))`);
}
