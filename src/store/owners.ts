import { sql } from "drizzle-orm";
import { rowsOf } from "./rows.ts";
import type { Db } from "./store.ts";
import { takeTurn } from "./turns.ts";

/** Whose run it is: "account:ID", or "visitor:HASH" for a browser that nobody is signed in with. */
export interface RunOwner {
  owner: string;
  /** The hash of the address it was started from. */
  address?: string | undefined;
}

/** Notes whose run it is. */
export async function ownRun(db: Db, runId: string, { owner, address }: RunOwner): Promise<void> {
  await db.execute(sql`
    insert into livepapers.run_owners (run_id, owner, address) values (${runId}, ${owner}, ${address ?? null})`);
}

/** Gives a visitor's run to another browser of the same visitor. */
export async function handOver(db: Db, runId: string, owner: string): Promise<void> {
  await db.execute(sql`
    update livepapers.run_owners set owner = ${owner}
    where run_id = ${runId} and owner like 'visitor:%' and owner <> ${owner}`);
}

/** Whose run it is, and whether others may read it; undefined for a run that is nobody's. */
export async function ownerOf(db: Db, runId: string): Promise<{ owner: string; shared: boolean } | undefined> {
  const result = await db.execute(sql`select owner, shared from livepapers.run_owners where run_id = ${runId}`);
  return rowsOf<{ owner: string; shared: boolean }>(result)[0];
}

/** Lets everyone who knows a run's address read it, or no longer. */
export async function shareRun(db: Db, runId: string, shared: boolean): Promise<void> {
  await db.execute(sql`update livepapers.run_owners set shared = ${shared} where run_id = ${runId}`);
}

/** A run in its owner's list. */
export interface OwnedRun {
  id: string;
  kind: "claim" | "tool";
  slug: string;
  tool: string | null;
  state: string;
  verdict: string | null;
  owner: string;
  shared: boolean;
  created: Date;
}

/** The runs of these owners, newest first. */
export async function runsOfOwners(db: Db, owners: readonly string[], limit: number): Promise<OwnedRun[]> {
  if (owners.length === 0) return [];
  const result = await db.execute(sql`
    select r.id, r.kind, r.slug, r.tool, r.state, r.verdict, o.owner, o.shared, r.created
    from livepapers.run_owners o join livepapers.runs r on r.id = o.run_id
    where o.owner in ${[...owners]} order by o.at desc, r.id limit ${limit}`);
  return rowsOf<OwnedRun & { created: Date | string }>(result).map((row) => ({
    ...row,
    created: new Date(row.created),
  }));
}

/** How many runs are waiting or running, and how many were started in the last day. */
export interface RunLoad {
  open: number;
  today: number;
}

/**
 * The load of an owner, or of an address for `{ address }`; others of the same name wait until the transaction is over.
 */
export async function runLoad(tx: Db, who: { owner: string } | { address: string }): Promise<RunLoad> {
  const name = "owner" in who ? `owner ${who.owner}` : `address ${who.address}`;
  await takeTurn(tx, name);
  const mine = "owner" in who ? sql`o.owner = ${who.owner}` : sql`o.address = ${who.address}`;
  const result = await tx.execute(sql`
    select count(*) filter (where r.state in ('queued', 'running'))::integer as open,
      count(*) filter (where o.at > now() - interval '1 day')::integer as today
    from livepapers.run_owners o join livepapers.runs r on r.id = o.run_id
    where ${mine} and (o.at > now() - interval '1 day' or r.state in ('queued', 'running'))`);
  return rowsOf<RunLoad>(result)[0] ?? { open: 0, today: 0 };
}

/** Removes a tool's run with everything that was given to it and made by it; a claim's record stays and is nobody's. */
export async function disownRuns(db: Db, owner: string): Promise<void> {
  await db.execute(sql`
    delete from livepapers.runs r using livepapers.run_owners o
    where o.run_id = r.id and o.owner = ${owner} and r.kind = 'tool'`);
  await db.execute(sql`delete from livepapers.run_owners where owner = ${owner}`);
}

/** Removes the tool runs of visitors after `days`, and forgets from where and by which browser their claims were started. */
export async function forgetVisitorRuns(db: Db, days: number): Promise<void> {
  const old = sql`o.owner like 'visitor:%' and o.at < now() - make_interval(days => ${days}::integer)`;
  await db.execute(sql`
    delete from livepapers.runs r using livepapers.run_owners o
    where o.run_id = r.id and r.kind = 'tool' and r.state not in ('queued', 'running') and ${old}`);
  await db.execute(sql`
    delete from livepapers.run_owners o using livepapers.runs r where o.run_id = r.id and r.kind = 'claim' and ${old}`);
}

/** Removes what visitors' browsers sent of claims that ran there, after `days`; those of accounts stay. */
export async function forgetBrowserRecords(db: Db, days: number): Promise<void> {
  await db.execute(sql`
    delete from livepapers.runs r where r.origin = 'browser' and r.created < now() - make_interval(days => ${days}::integer)
      and not exists (select from livepapers.run_owners o where o.run_id = r.id and o.owner like 'account:%')`);
}
