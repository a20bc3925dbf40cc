import { sql } from "drizzle-orm";
import { type FieldId, fields, isField } from "../../kit/fields.ts";
import type { ClaimOutcome, Paper } from "../../kit/paper.ts";
import { type PaperRow, paperColumns, paperRow } from "../../store/papers.ts";
import { rowsOf } from "../../store/rows.ts";
import { latestVerdicts } from "../../store/runs.ts";
import type { Db } from "../../store/store.ts";
import { findCandidates } from "../candidates.ts";
import { type Candidate, placeCandidates } from "../trending.ts";
import { pickDiverse } from "./pick.ts";

/** A paper in a digest. Texts may hold inline maths. */
export interface DigestEntry {
  slug: string;
  title: string;
  authors: string[];
  year: number;
  fieldTitle: string | null;
  arxiv: string;
  /** Where it is read on this site. */
  path: string;
  /** The claim in words, or how the abstract of an imported paper begins. */
  words: string;
  isClaim: boolean;
  runnable: boolean;
  /** How the claim last came out. */
  verdict: { outcome: ClaimOutcome; runs: number } | null;
}

export interface EntriesQuery {
  /** None stands for all. */
  fields: readonly FieldId[];
  now: Date;
  count: number;
  /** Slugs that are left out: the reader had them. */
  had: ReadonlySet<string>;
  /** The cards that may be shown. */
  papers: readonly Paper[];
}

/** Papers to read in a mail. */
export const entriesPerDigest = { day: 6, week: 12 } as const;
/** Of the order of what trends, this many are picked from. */
const pool = 40;
const longestWords = 400;

/** What trends, for many digests that are made at one time. */
export class DigestSource {
  readonly #candidates = new Map<string, Promise<Candidate[]>>();

  #of(db: Db, fieldIds: readonly FieldId[], now: Date): Promise<Candidate[]> {
    const key = fieldIds.join();
    const known = this.#candidates.get(key);
    if (known) return known;
    const wanted: { field?: FieldId }[] = fieldIds.length === 0 ? [{}] : fieldIds.map((field) => ({ field }));
    const until = new Date(now.getTime() + 86_400_000).toISOString().slice(0, 10);
    const found = (async () => {
      const lists: Candidate[][] = [];
      for (const query of wanted) lists.push(await findCandidates(db, { now, until, ...query }));
      return inTurn(lists);
    })();
    this.#candidates.set(key, found);
    found.catch(() => this.#candidates.delete(key));
    return found;
  }

  /** The entries of a digest, best first: of what trends and was not had yet, a diverse choice. */
  async entries(db: Db, { fields: fieldIds, now, count, had, papers }: EntriesQuery): Promise<DigestEntry[]> {
    const candidates = (await this.#of(db, fieldIds, now)).filter(({ slug }) => !had.has(slug));
    const placed = placeCandidates(candidates, pool).slice(0, pool);
    if (placed.length === 0) return [];
    const result = await db.execute(sql`
      select ${paperColumns}, p.own from livepapers.papers p
      where p.slug in (select jsonb_array_elements_text(${JSON.stringify(placed.map(({ slug }) => slug))}::jsonb)) and not p.hidden`);
    const rows = new Map(rowsOf<PaperRow & { own: string }>(result).map((row) => [row.slug, paperRow(row)]));
    const ordered = placed.flatMap(({ slug }) => rows.get(slug) ?? []);
    const picked = pickDiverse(ordered, count);
    const verdicts = await latestVerdicts(db);
    return picked.map((row) => entryOf(row, papers, verdicts));
  }
}

function entryOf(
  row: PaperRow,
  papers: readonly Paper[],
  verdicts: Awaited<ReturnType<typeof latestVerdicts>>,
): DigestEntry {
  const card = row.catalogued ? papers.find((paper) => paper.card.slug === row.slug)?.card : undefined;
  const verdict = verdicts.get(row.slug);
  return {
    slug: row.slug,
    title: card?.title ?? row.title,
    authors: row.authors,
    year: row.year,
    fieldTitle: row.field !== null && isField(row.field) ? fields[row.field].title : null,
    arxiv: row.arxiv,
    path: row.catalogued ? `/papers/${row.slug}` : `/arxiv/${row.arxiv}`,
    words: card?.claim.words ?? clipped(row.abstract),
    isClaim: card !== undefined,
    runnable: row.runnable,
    verdict: verdict?.run.verdict ? { outcome: verdict.run.verdict, runs: verdict.runs } : null,
  };
}

/** One of each list, then the next one of each: equals of one field do not all stand before those of another. */
function inTurn<T>(lists: readonly T[][]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}

/** The beginning of a long text, up to the end of a sentence where one is near. */
function clipped(text: string): string {
  if (text.length <= longestWords) return text;
  const head = text.slice(0, longestWords);
  const stop = head.lastIndexOf(". ");
  return stop > longestWords / 3 ? head.slice(0, stop + 1) : `${head.replace(/\s+\S*$/, "")} …`;
}
