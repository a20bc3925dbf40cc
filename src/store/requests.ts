import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { rowsOf } from "./rows.ts";
import type { Db } from "./store.ts";

/** A post of a run that may come twice, since its sender may have missed the answer. */
export interface RunRequest {
  /** Who sent it, "account:ID" or "address:HASH": keys of others do not count. */
  asker: string;
  /** What the sender calls it. It is kept as a hash. */
  key: string;
  /** A hash of what is asked for. */
  content: string;
}

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("base64url");
}

/**
 * Notes which run answers a request, in the transaction that stores the run; false when another run does already. While another transaction is about to say
 * so, it waits for its end.
 */
export async function noteRequest(tx: Db, { asker, key, content }: RunRequest, runId: string): Promise<boolean> {
  const result = await tx.execute(sql`
    insert into livepapers.run_requests (asker, key, content, run_id)
    values (${asker}, ${hashOf(key)}, ${content}, ${runId}) on conflict do nothing returning run_id`);
  return rowsOf(result).length > 0;
}

/** The run that answers a request, and what was asked for then. */
export async function requestedRun(
  db: Db,
  { asker, key }: Pick<RunRequest, "asker" | "key">,
): Promise<{ runId: string; content: string } | undefined> {
  const result = await db.execute(sql`
    select run_id as "runId", content from livepapers.run_requests where asker = ${asker} and key = ${hashOf(key)}`);
  return rowsOf<{ runId: string; content: string }>(result)[0];
}

/** Forgets the keys of a person. */
export async function forgetRequestsOf(db: Db, asker: string): Promise<void> {
  await db.execute(sql`delete from livepapers.run_requests where asker = ${asker}`);
}

/** Forgets keys that nobody will send again. */
export async function forgetOldRequests(db: Db, days: number): Promise<void> {
  await db.execute(sql`
    delete from livepapers.run_requests where at < now() - make_interval(days => ${days}::integer)`);
}
