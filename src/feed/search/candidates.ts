import { type SQL, sql } from "drizzle-orm";
import type { ClaimOutcome } from "../../kit/paper.ts";
import type { Db } from "../../store/store.ts";
import { monthOf } from "../arxiv-id.ts";
import type { ParsedQuery } from "./parse.ts";
import { findReach, type Reach } from "./reach.ts";
import type { TextQuery } from "./terms.ts";

/** Of more papers than this, the newest are counted and ranked. */
export const counted = 1000;
/** And these of those that have every word in the title, the newest again. */
const titledMost = 200;
/** A word stands in so many fewer titles than texts, less what fewer titles are enough. */
const titleRarer = 4;
/** A phrase is looked for in this many of the papers that have all its words: whether they stand in order, only the paper itself says. */
const looked = 700;

const columns = sql.raw("p.arxiv, p.field, p.serial, p.search, p.title_search");
/** As the index `papers_found` has it. */
const facets = sql.raw("(array[p.field, p.year::text])");
/** Years that papers are of. */
const [firstYear, lastYear] = [1900, 2100];

export interface Asked {
  query: ParsedQuery;
  words: TextQuery;
  verdicts: ReadonlyMap<string, ClaimOutcome>;
  /** The papers are ranked, so that words in the title count. */
  ranks: boolean;
}

/** Statements for the papers p that match, the newest of them, and for those with every word in the title. Notes what they leave out. */
export async function candidates(db: Db, asked: Asked): Promise<{ found: SQL; titled: SQL }> {
  const { query, words, ranks } = asked;
  const empty = sql`select ${columns} from livepapers.papers p limit 0`;
  const where = conditions(asked);
  // An index that has to find what is not there would be gone through from end to end.
  const without = words.excluded === undefined ? sql`` : sql`and (p.search @@ ${words.excluded}::tsquery) is true`;
  const matches =
    words.wanted === undefined ? sql`${where} ${without}` : sql`p.search @@ ${words.all}::tsquery and ${where}`;
  if (!isFound(asked)) {
    // The newest papers are gone through until there are enough.
    const found = sql`select ${columns} from livepapers.papers p where ${matches} order by p.serial desc limit ${counted + 1}`;
    return { found, titled: empty };
  }
  const newest = (conditions: SQL, reach: Reach | undefined, most: number): SQL => {
    const within = reach ? sql`and ${reach.within}` : sql``;
    // Sorting by what no index has leaves the planner the index of the words.
    return sql`select ${columns} from livepapers.papers p where ${conditions} ${within} order by p.serial + 0 desc limit ${most}`;
  };
  const year = query.years.length === 0 ? undefined : Math.max(...query.years.map(({ to }) => to));
  const small = query.runnable === true || query.verdicts.length > 0;
  const reach = (where: SQL, enough: number, first?: number) =>
    small ? undefined : findReach(db, { where, enough, year, ...(first === undefined ? {} : { first }) });
  const phrase = isPhrase(words.wanted);
  const loosely = phrase ? sql`p.search @@ ${loose(words.all)}::tsquery and ${where}` : matches;
  const far = await reach(loosely, phrase ? looked : counted + 1);
  const found = newest(matches, far, counted + 1);
  if (!ranks || words.wanted === undefined) return { found, titled: empty };
  const inTitle = (text: string | undefined): SQL => sql`p.title_search @@ ${text}::tsquery and ${where}`;
  // When all papers were looked at, those with the words in the title are few; otherwise a word stands in fewer titles than texts.
  const loosest = inTitle(phrase ? loose(words.wanted) : words.wanted);
  const titleFar = far && (await reach(loosest, phrase ? looked : titledMost, titleRarer * far.papers));
  if (phrase && far) {
    const titles = titleFar ? "" : " and in all titles";
    const month = monthOf(Math.floor(far.serial / 1e7) * 1e7).slice(0, 7);
    query.notes.push(`Many papers have the words of the phrase: it was looked for in those since ${month}${titles}.`);
  }
  return { found, titled: newest(sql`${inTitle(words.wanted)} ${without}`, titleFar, titledMost) };
}

/** The index `papers_found` has something to begin with. Fields alone, and what is left out, have lists of their own, the newest first. */
function isFound({ query, words }: Pick<Asked, "query" | "words">): boolean {
  return words.wanted !== undefined || words.wantsAuthor || query.years.length > 0;
}

/** A query in which the order of words counts. */
function isPhrase(text: string | undefined): boolean {
  return text !== undefined && /<(?:-|\d+)>/.test(text);
}

/** The query without the order of words. */
function loose(text: string | undefined): string | undefined {
  return text?.replace(/<(?:-|\d+)>/g, "&");
}

function textArray(values: readonly (string | number)[]): SQL {
  return sql`${`{${values.join()}}`}::text[]`; // fields and years, which need no quotes
}

/** Everything but the words. Years, and fields with words or years, come out of the same index as words. */
function conditions({ query, words, verdicts }: Asked): SQL {
  const list: SQL[] = [sql`not p.hidden`];
  const among = (values: readonly string[]): SQL =>
    sql`in (select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`;
  const found = isFound({ query, words });
  if (words.authors !== undefined) list.push(sql`p.author_search @@ ${words.authors}::tsquery`);
  if (query.fields.length > 0) {
    if (found) list.push(sql`${facets} && ${textArray(query.fields)}`);
    else if (query.fields.length === 1) list.push(sql`p.field = ${query.fields[0]}`);
    else list.push(sql`p.field ${among(query.fields)}`);
  }
  if (query.notFields.length > 0) list.push(sql`(p.field is null or p.field not ${among(query.notFields)})`);
  if (query.years.length > 0) list.push(sql`${facets} && ${textArray(yearsOf(query))}`);
  if (query.runnable === true) list.push(sql`p.runnable`);
  if (query.runnable === false) list.push(sql`not p.runnable`);
  if (query.verdicts.length > 0) {
    const slugs = [...verdicts].filter(([, verdict]) => query.verdicts.includes(verdict)).map(([slug]) => slug);
    list.push(sql`p.slug ${among(slugs)}`);
  }
  return sql.join(list, sql` and `);
}

function yearsOf({ years }: ParsedQuery): number[] {
  const all = new Set<number>();
  for (const { from, to } of years) {
    for (let year = Math.max(from, firstYear); year <= Math.min(to, lastYear); year++) all.add(year);
  }
  return [...all];
}
