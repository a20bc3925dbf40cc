import { sql } from "drizzle-orm";
import { fields, isField } from "../../kit/fields.ts";
import { Random } from "../../kit/random.ts";
import { type PaperRow, paperColumns, paperRow } from "../../store/papers.ts";
import { voteList } from "../../store/personal-data.ts";
import { rowsOf } from "../../store/rows.ts";
import { bookmarksOf } from "../../store/shelf.ts";
import type { Db } from "../../store/store.ts";
import { answersOf } from "../../store/tastes.ts";
import { countTerms } from "../text.ts";
import { chooseQuestions, type Described, type Evidence, learnTaste } from "./taste.ts";

/** Of the papers listed last, this many are ranked and asked about. */
const considered = 300;
/** Of what a reader has said, this many latest things count. */
const remembered = 400;
const shown = 25;
/** Questions on one visit, and on one day. */
const atOnce = 3;
const aDay = 12;
const fieldTerm = "field ";

/** A paper in a reader's own ranking. */
export interface OwnEntry {
  paper: PaperRow;
  /** P(would read), by what was learnt. */
  chance: number;
  /** What speaks for it: words, and the title of a field. */
  because: string[];
}

/** A reader's own ranking of the papers listed last, and what to ask to make it better. */
export interface ForYou {
  entries: OwnEntry[];
  questions: PaperRow[];
  /** What it rests on. */
  counts: { votes: number; bookmarks: number; answers: number };
}

type Text = PaperRow & { own: string; keywords: string[] };

function describe({ slug, title, abstract, own, field, keywords }: Text): Described {
  const words = countTerms([
    [keywords.join(" "), 2],
    [title, 3],
    [own === "" ? abstract : own, 1],
  ]);
  return { slug, terms: new Map([...words, ...(field ? ([[`${fieldTerm}${field}`, 3]] as const) : [])]) };
}

async function textsOf(db: Db, slugs: readonly string[]): Promise<Text[]> {
  const said = sql`(select jsonb_array_elements_text(${JSON.stringify(slugs)}::jsonb))`;
  const result = await db.execute(sql`
    with chosen as (
      (select p.arxiv from livepapers.papers p where not p.hidden
        order by p.listed desc, p.serial desc limit ${considered})
      union select p.arxiv from livepapers.papers p where not p.hidden and p.slug in ${said}
      union select p.arxiv from livepapers.papers p where not p.hidden and p.arxiv in ${said}
    )
    select ${paperColumns}, p.own, to_json(p.keywords) as keywords from livepapers.papers p join chosen using (arxiv)`);
  return rowsOf<Text>(result).map(paperRow);
}

function inWords(term: string): string {
  const field = term.slice(fieldTerm.length);
  return term.startsWith(fieldTerm) && isField(field) ? fields[field].title.toLowerCase() : term;
}

/** Makes a reader's ranking from nothing but their votes, bookmarks and answers. It is made at every visit and kept nowhere. */
export async function forYou(db: Db, person: string, now: Date): Promise<ForYou> {
  const [votes, bookmarks, answers] = await Promise.all([
    voteList(db, person),
    bookmarksOf(db, person),
    answersOf(db, person),
  ]);
  const words = [
    ...[...votes, ...bookmarks].map(({ slug, at }) => ({ slug, likes: true, at })),
    ...answers.map(({ slug, wouldRead, at }) => ({ slug, likes: wouldRead, at })), // last: an answer says it outright
  ].sort((a, b) => a.at.getTime() - b.at.getTime());
  // The last word on a paper counts, whichever way it was said.
  const said = new Map(words.map(({ slug, likes, at }) => [slug, { likes, at }]));
  const latest = [...said].sort(([, a], [, b]) => b.at.getTime() - a.at.getTime()).slice(0, remembered);
  const rows = await textsOf(
    db,
    latest.map(([slug]) => slug),
  );
  const bySlug = new Map(rows.flatMap((row) => [[row.slug, row] as const, [row.arxiv, row] as const]));
  const evidence: Evidence[] = latest.reverse().flatMap(([slug, { likes }]) => {
    const row = bySlug.get(slug);
    return row ? [{ ...describe(row), likes }] : [];
  });
  const known = new Set(evidence.map(({ slug }) => slug));
  const candidates = rows
    .filter((row) => !known.has(row.slug))
    .sort((a, b) => b.listed.localeCompare(a.listed) || b.serial - a.serial || a.slug.localeCompare(b.slug));
  const described = candidates.map(describe);
  const day = now.toISOString().slice(0, 10);
  // The same papers are asked about until there is an answer, or another day.
  const random = new Random(0).fork(person).fork(`${day} ${answers.length}`);
  const taste = learnTaste(evidence, described, random.fork("learn"));
  const today = answers.filter(({ at }) => at.toISOString().slice(0, 10) === day).length;
  const most = Math.max(0, Math.min(atOnce, aDay - today));
  const asked = new Set(chooseQuestions(described, taste, { most, random: random.fork("ask") }));
  const entries = candidates
    .map((paper, i): OwnEntry => {
      const words = described[i] as Described; // one for each
      return { paper, chance: taste.chance(words), because: taste.because(words, 4).map(inWords) };
    })
    .sort((a, b) => b.chance - a.chance);
  return {
    entries: evidence.length > 0 ? entries.slice(0, shown) : [],
    questions: candidates.filter(({ slug }) => asked.has(slug)),
    counts: { votes: votes.length, bookmarks: bookmarks.length, answers: answers.length },
  };
}
