import { sql } from "drizzle-orm";
import type { Db } from "./store.ts";

/**
 * Whose ballot it is: "account:ID" for someone signed in, "address:HASH" for someone who is not. `address` is the hash of the address a ballot came
 * from, also for accounts, so that many accounts at one address do not count without bound.
 */
export interface Person {
  id: string;
  address?: string | undefined;
}

/** Most ballots of one address that count for a paper: accounts cost nothing, so that who opens a thousand has one ballot still. */
export const addressWeight = 1;

/** Votes for a paper; a second vote of the same person changes nothing. False when it was there already. */
export async function castVote(db: Db, slug: string, { id, address }: Person, at = new Date()): Promise<boolean> {
  const result = await db.execute(sql`
    insert into livepapers.votes (slug, voter, address, at) values (${slug}, ${id}, ${address ?? null}, ${at.toISOString()})
    on conflict do nothing returning slug`);
  return rowsOf(result).length > 0;
}

/** Takes a vote back; false when there was none. */
export async function retractVote(db: Db, slug: string, voter: string): Promise<boolean> {
  const result = await db.execute(
    sql`delete from livepapers.votes where slug = ${slug} and voter = ${voter} returning slug`,
  );
  return rowsOf(result).length > 0;
}

/** Those of these papers the person voted for. */
export async function votesOf(db: Db, voter: string, slugs: readonly string[]): Promise<Set<string>> {
  if (slugs.length === 0) return new Set();
  const result = await db.execute(
    sql`select slug from livepapers.votes where voter = ${voter} and slug in ${[...slugs]}`,
  );
  return new Set(rowsOf<{ slug: string }>(result).map((row) => row.slug));
}

/** How many votes count for each of these papers: of one address, `addressWeight` at most. */
export async function countVotes(db: Db, slugs: readonly string[]): Promise<Map<string, number>> {
  if (slugs.length === 0) return new Map();
  const result = await db.execute(sql`
    select slug, count(*)::integer as votes from (
      select slug, row_number() over (partition by slug, coalesce(address, voter) order by at) as place
      from livepapers.votes where slug in ${[...slugs]}
    ) placed where place <= ${addressWeight} group by slug`);
  return new Map(rowsOf<{ slug: string; votes: number }>(result).map(({ slug, votes }) => [slug, votes]));
}

/** Notes that a person read a paper; only the first time counts. */
export async function recordRead(db: Db, slug: string, { id, address }: Person, at = new Date()): Promise<void> {
  await db.execute(sql`
    insert into livepapers.reads (slug, reader, address, day)
    values (${slug}, ${id}, ${address ?? null}, ${at.toISOString().slice(0, 10)}) on conflict do nothing`);
}

/** Notes who started a run. It counts once the run is done, and once a person and paper. */
export async function recordRunner(db: Db, runId: string, slug: string, { id, address }: Person): Promise<void> {
  await db.execute(sql`
    insert into livepapers.run_ballots (run_id, slug, runner, address)
    values (${runId}, ${slug}, ${id}, ${address ?? null}) on conflict do nothing`);
}

/** What one kind of ballot says about a paper. */
export interface Tally {
  /** Ballots that count. */
  ballots: number;
  /** The same, each halved for every half-life of its age. */
  weight: number;
}

export interface SignalCounts {
  votes: Tally;
  reads: Tally;
  runs: Tally;
}

export interface Period {
  since?: Date;
  /** Ballots from this moment on do not count. */
  until?: Date;
  /** Days after which a ballot weighs half; without it, it weighs 1 for ever. */
  halfLifeDays?: number;
  /** The moment at which ages are measured; now without. */
  now?: Date;
  /** These papers only. */
  slugs?: readonly string[];
  /** Papers listed from the first of these ISO days on, and before the second, only. */
  listed?: { since: string; until: string };
}

const beginning = new Date(0);
const end = new Date("9999-12-31T00:00:00Z");
export const noTally: Tally = { ballots: 0, weight: 0 };

/** Votes, reads and completed runs of every paper that has some in the period. Of one address, `addressWeight` ballots count for a paper: its earliest. */
export async function countSignals(db: Db, period: Period = {}): Promise<Map<string, SignalCounts>> {
  const since = (period.since ?? beginning).toISOString();
  const until = (period.until ?? end).toISOString();
  const now = (period.now ?? new Date()).toISOString();
  const halfLife = period.halfLifeDays ?? Number.MAX_VALUE;
  if (period.slugs?.length === 0) return new Map();
  const { slugs, listed } = period;
  const ofSlugs = slugs ? sql`and b.slug in ${[...slugs]}` : sql``;
  const chosen = listed
    ? sql`${ofSlugs} and b.slug in (
        select p.slug from livepapers.papers p where not p.hidden and p.listed >= ${listed.since}::date and p.listed < ${listed.until}::date)`
    : ofSlugs;
  const result = await db.execute(sql`
    with ballots as (
      select 'votes' as kind, b.slug, b.voter as person, b.address, b.at from livepapers.votes b
      where b.at >= ${since}::timestamptz and b.at < ${until}::timestamptz ${chosen}
      union all
      select 'reads', b.slug, b.reader, b.address, b.day::timestamp at time zone 'utc' from livepapers.reads b
      where b.day >= (${since}::timestamptz at time zone 'utc')::date and b.day::timestamp at time zone 'utc' < ${until}::timestamptz ${chosen}
      union all
      select 'runs', b.slug, b.runner, min(b.address), min(r.finished)
      from livepapers.run_ballots b join livepapers.runs r on r.id = b.run_id
      where r.state = 'done' and r.finished >= ${since}::timestamptz and r.finished < ${until}::timestamptz ${chosen}
      group by b.slug, b.runner
    ), placed as (
      select kind, slug, at, row_number() over (partition by kind, slug, coalesce(address, person) order by at, person) as place
      from ballots
    )
    select kind, slug, count(*)::integer as ballots,
      sum(power(0.5::double precision, least(1000, greatest(0, extract(epoch from ${now}::timestamptz - at))::double precision / 86400 / ${halfLife}::double precision)))::double precision as weight
    from placed where place <= ${addressWeight} group by kind, slug`);
  const counts = new Map<string, SignalCounts>();
  for (const row of rowsOf<{ kind: keyof SignalCounts; slug: string } & Tally>(result)) {
    const entry = counts.get(row.slug) ?? { votes: noTally, reads: noTally, runs: noTally };
    entry[row.kind] = { ballots: row.ballots, weight: row.weight };
    counts.set(row.slug, entry);
  }
  return counts;
}

/** Hands what readers said of a paper, and were sent of it, on to another, e.g. when an imported paper gets a card; who said something of both keeps what was said of the other. */
export async function moveSignals(db: Db, from: string, to: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`
      insert into livepapers.votes (slug, voter, address, at)
      select ${to}, voter, address, at from livepapers.votes where slug = ${from} on conflict do nothing`);
    await tx.execute(sql`delete from livepapers.votes where slug = ${from}`);
    await tx.execute(sql`
      insert into livepapers.reads (slug, reader, address, day)
      select ${to}, reader, address, day from livepapers.reads where slug = ${from} on conflict do nothing`);
    await tx.execute(sql`delete from livepapers.reads where slug = ${from}`);
    await tx.execute(sql`update livepapers.run_ballots set slug = ${to} where slug = ${from}`);
    await tx.execute(sql`
      insert into livepapers.bookmarks (person, slug, tags, at)
      select person, ${to}, tags, at from livepapers.bookmarks where slug = ${from} on conflict do nothing`);
    await tx.execute(sql`delete from livepapers.bookmarks where slug = ${from}`);
    await tx.execute(sql`
      insert into livepapers.answers (person, slug, would_read, at)
      select person, ${to}, would_read, at from livepapers.answers where slug = ${from} on conflict do nothing`);
    await tx.execute(sql`delete from livepapers.answers where slug = ${from}`);
    // Who had it in a digest is not sent it again under its new name.
    await tx.execute(sql`
      update livepapers.deliveries set slugs = slugs - ${from}::text || jsonb_build_array(${to}::text)
      where slugs @> to_jsonb(${from}::text)`);
  });
}

/** Forgets every ballot of a person. */
export async function deleteSignals(db: Db, person: string): Promise<void> {
  await db.execute(sql`delete from livepapers.votes where voter = ${person}`);
  await db.execute(sql`delete from livepapers.reads where reader = ${person}`);
  await db.execute(sql`delete from livepapers.run_ballots where runner = ${person}`);
}

/**
 * Forgets who of those not signed in read a paper or ran its claim, after so many days. Lists must not look further back: a ballot counts the same until its
 * day is over.
 */
export async function forgetAddressBallots(db: Db, days: number): Promise<void> {
  const first = sql`((now() at time zone 'utc')::date - ${days}::integer)`;
  await db.execute(sql`delete from livepapers.reads where reader like 'address:%' and day < ${first}`);
  await db.execute(sql`
    delete from livepapers.run_ballots b using livepapers.runs r
    where r.id = b.run_id and b.runner like 'address:%' and r.finished < ${first}::timestamp at time zone 'utc'`);
}

function rowsOf<T = unknown>(result: unknown): T[] {
  return (result as { rows: T[] }).rows; // both drivers answer so
}
