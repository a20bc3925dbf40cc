import { sql } from "drizzle-orm";
import type { Db } from "./store.ts";

/** What waits in the queues of the database, for the operator. */
export interface QueueState {
  queued: number;
  running: number;
  /** How long the run that has waited longest has waited, in seconds; 0 when none waits. */
  oldestSeconds: number;
  /** Messages waiting to be delivered, those to be tried again included. */
  mail: number;
}

/** Counts by partial indexes; the queue's own tables must have been made. */
export async function queueState(db: Db): Promise<QueueState> {
  const result = await db.execute(sql`
    select
      count(*) filter (where state = 'queued')::int as queued,
      count(*) filter (where state = 'running')::int as running,
      coalesce(extract(epoch from now() - min(created) filter (where state = 'queued')), 0)::float8 as oldest,
      (select count(*)::int from pgboss.job where name = 'mail' and state in ('created', 'retry')) as mail
    from livepapers.runs where state in ('queued', 'running')`);
  const [row] = (result as unknown as { rows: { queued: number; running: number; oldest: number; mail: number }[] })
    .rows; // both drivers answer so
  return {
    queued: row?.queued ?? 0,
    running: row?.running ?? 0,
    oldestSeconds: Math.max(0, row?.oldest ?? 0),
    mail: row?.mail ?? 0,
  };
}
