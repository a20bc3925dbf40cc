import { type SQL, sql } from "drizzle-orm";
import type { FieldId } from "../kit/fields.ts";
import { rowsOf } from "../store/rows.ts";
import { countSignals, type SignalCounts } from "../store/signals.ts";
import type { Db } from "../store/store.ts";
import type { Candidate } from "./trending.ts";

export interface CandidateQuery {
  /** ISO days: papers listed from `since` on, up to the day before `until`. */
  since?: string;
  until?: string;
  field?: FieldId;
  runnable?: boolean;
  now: Date;
  /** What `recentSignals` gave, a little earlier. */
  recent?: Signals;
}

/** What ballots say, and which papers they name, those first for which they say most. */
export interface Signals {
  counts: ReadonlyMap<string, SignalCounts>;
  strongest: Record<"votes" | "reads" | "runs", readonly string[]>;
}

/** Days after which a ballot, a vote elsewhere and freshness count half. */
export const halfLifeDays = 3;
/** Freshness counts for this long; older papers are all as fresh. */
const freshDays = 5 * halfLifeDays;
/** Ballots and votes elsewhere count for this long. Then those of readers who were not signed in are removed. */
export const memoryDays = 60;
/** Of every signal, this many of its first papers are candidates. */
const ofSignal = 250;
/** In a period, a field or among those that run, of all papers. */
const ofPart = 4 * ofSignal;
/** And this many of the papers listed last. */
const ofNewest = 500;
const dayMs = 86_400_000;

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function signalsOf(counts: ReadonlyMap<string, SignalCounts>): Signals {
  const ranked = (signal: keyof SignalCounts): string[] =>
    [...counts]
      .filter(([, count]) => count[signal].weight > 0)
      .sort(([, a], [, b]) => b[signal].weight - a[signal].weight)
      .slice(0, ofPart)
      .map(([slug]) => slug);
  return { counts, strongest: { votes: ranked("votes"), reads: ranked("reads"), runs: ranked("runs") } };
}

/** The ballots that are remembered: one question for all lists of what is new. */
export async function recentSignals(db: Db, now: Date): Promise<Signals> {
  return signalsOf(await countSignals(db, { since: new Date(horizonOf(now)), halfLifeDays, now }));
}

function horizonOf(now: Date): string {
  return isoDay(now.getTime() - memoryDays * dayMs);
}

/**
 * The papers that may trend, newest listing first: those that stand high in some signal and the latest, not the whole table. In a period, the papers listed
 * in it, with all ballots since it began.
 */
export async function findCandidates(
  db: Db,
  { since, until, field, runnable, now, recent }: CandidateQuery,
): Promise<Candidate[]> {
  const horizon = horizonOf(now);
  const from = since ?? horizon;
  const listed = { since: from, until: until ?? "9999-12-31" };
  const { counts, strongest: named } =
    from < horizon
      ? signalsOf(await countSignals(db, { since: new Date(from), halfLifeDays, now, listed }))
      : (recent ?? (await recentSignals(db, now)));
  // Of a part of the papers, those that stand high among all are fewer.
  const most = field || runnable || since ? ofPart : ofSignal;
  const strongest = new Set(Object.values(named).flatMap((slugs) => slugs.slice(0, most)));
  const conditions: SQL[] = [sql`not p.hidden`];
  if (field) conditions.push(sql`p.field = ${field}`);
  if (runnable) conditions.push(sql`p.runnable`);
  if (since) conditions.push(sql`p.listed >= ${since}::date`);
  if (until) conditions.push(sql`p.listed < ${until}::date`);
  const where = sql.join(conditions, sql` and `);
  // A thousand halvings are as many as a double takes.
  const weight = sql`p.upvotes * power(0.5::double precision, least(1000, greatest(0, ${isoDay(now.getTime())}::date - p.listed) / ${halfLifeDays}::double precision))`;
  const result = await db.execute(sql`
    with chosen as (
      (select p.arxiv from livepapers.papers p where ${where}
        and p.slug in (select jsonb_array_elements_text(${JSON.stringify([...strongest])}::jsonb)))
      union
      (select p.arxiv from livepapers.papers p where ${where} and p.upvotes > 0 and p.listed >= ${from}::date
        order by ${weight} desc limit ${ofSignal})
      union
      (select p.arxiv from livepapers.papers p where ${where} order by p.listed desc, p.serial desc limit ${ofNewest})
    )
    select p.slug, coalesce(p.field, '') as "group", coalesce(${weight}, 0)::double precision as upvotes,
      to_char(p.listed, 'YYYY-MM-DD') as listed
    from livepapers.papers p join chosen using (arxiv) order by p.listed desc, p.serial desc, p.arxiv`);
  const rows = rowsOf<{ slug: string; group: string; upvotes: number; listed: string }>(result);
  return rows.map(({ slug, group, upvotes, listed }) => {
    const count = counts.get(slug);
    return {
      slug,
      group,
      votes: count?.votes.weight ?? 0,
      reads: count?.reads.weight ?? 0,
      runs: count?.runs.weight ?? 0,
      upvotes,
      freshness: freshness(listed, now),
    };
  });
}

/** $2^{-a/h}$ for a paper listed a days ago, 0 once it is old. */
export function freshness(listed: string, now: Date): number {
  const age = Math.max(0, Math.floor((now.getTime() - Date.parse(listed)) / dayMs));
  return age > freshDays ? 0 : 0.5 ** (age / halfLifeDays);
}
