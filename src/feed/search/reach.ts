import { type SQL, sql } from "drizzle-orm";
import { rowsOf } from "../../store/rows.ts";
import type { Db } from "../../store/store.ts";
import { type Ages, agesOf, erasColumn } from "./eras.ts";

/** How far back papers are looked at: those with this serial and newer ones. */
export interface Reach {
  serial: number;
  /** How many these are, without those of later years than were asked for. */
  papers: number;
  /** In SQL, of a table p. */
  within: SQL;
}

export interface ReachOptions {
  /** What papers p have to satisfy, in SQL that the index `papers_found` answers. */
  where: SQL;
  /** How many of them are enough. */
  enough: number;
  /** The latest year that is asked for. */
  year?: number | undefined;
  /** How many of the newest papers are tried first; 2,000 without. */
  first?: number;
  /** What is known of the ages, and among how many papers all are looked at, for tests. */
  ages?: Ages;
  few?: number;
}

/** Among so many papers all are looked at. */
const fewPapers = 5000;
/** Of the newest papers, this many are tried first. */
const firstPapers = 2000;
/** The next try is for this much more than what should be enough. */
const margin = 1.3;
/** A try is for so many times as many papers as the one before, at the least and at the most. */
const [least, most] = [1.5, 16];

function reachOf(ages: Ages, serial: number, papers: number): Reach {
  const eras = `{${ages.eras(serial).join()}}`;
  // The sum keeps the planner from going through all papers in the order of their serials.
  return { serial, papers, within: sql`${erasColumn} && ${eras}::bigint[] and p.serial + 0 >= ${serial}::bigint` };
}

async function count(db: Db, where: SQL, enough: number): Promise<number> {
  // Sorting by what no index has leaves the planner the index of the words.
  const result = await db.execute(sql`
    select count(*)::integer as n from (
      select 1 from livepapers.papers p where ${where} order by p.serial + 0 desc limit ${enough}
    ) probed`);
  return rowsOf<{ n: number }>(result)[0]?.n ?? 0;
}

/**
 * How far back one has to look for `enough` papers, the newest first: some thousands where the words are common. Found by trying, each time as far as the
 * last try makes likely. Undefined when all papers have to be looked at, which are then not many times `enough` that match.
 */
export async function findReach(db: Db, { where, enough, year, ...more }: ReachOptions): Promise<Reach | undefined> {
  const { ages = await agesOf(db), few = fewPapers, first = firstPapers } = more;
  const skipped = year === undefined ? 0 : ages.after(year);
  const total = ages.total - skipped;
  if (total <= few) return undefined;
  for (let wanted = first; ; ) {
    const newest = ages.newest(skipped + wanted);
    const looked = Math.max(1, newest.papers - skipped);
    if (looked >= total) return undefined;
    const reach = reachOf(ages, newest.serial, looked);
    const found = await count(db, sql`${where} and ${reach.within}`, enough);
    if (found >= enough) return reach;
    // All of them are hardly more than would be enough.
    if ((found / looked) * total < 2 * enough && looked >= firstPapers * most) return undefined;
    wanted = looked * Math.min(most, Math.max(least, (margin * enough) / Math.max(found, 1)));
    if (wanted >= total / 2) return undefined;
  }
}
