import { eq, sql } from "drizzle-orm";
import { toJson } from "./json.ts";
import { type RunState, runEvents } from "./schema.ts";
import type { Db } from "./store.ts";

/** An event as stored; `event` is a `RunEvent`. */
export interface StoredEvent {
  seq: number;
  at: number;
  event: unknown;
}

/**
 * Adds events to a run's log in one statement; false when `attempt` is no longer the running one, so that a worker that was given up for dead cannot
 * write into its successor's log. Events that are there already are left as they are: the answer to an earlier try may have been lost.
 */
export async function appendEvents(
  db: Db,
  id: string,
  attempt: number,
  events: readonly StoredEvent[],
): Promise<boolean> {
  if (events.length === 0) return true;
  const result = await db.execute(sql`
    with mine as (
      select id from livepapers.runs where id = ${id} and attempts = ${attempt} and state = 'running' for share
    ), added as (
      insert into livepapers.run_events (run_id, seq, at, event)
      select mine.id, e.seq, e.at, e.event
      from mine, jsonb_to_recordset(${toJson(events)}::jsonb) as e (seq integer, at integer, event jsonb)
      on conflict do nothing
    )
    select id from mine`);
  return (result as { rows: unknown[] }).rows.length > 0; // both drivers answer so
}

/** Stores a whole log. */
export async function insertEvents(db: Db, id: string, events: readonly StoredEvent[]): Promise<void> {
  for (let at = 0; at < events.length; at += 500) {
    await db.insert(runEvents).values(events.slice(at, at + 500).map((event) => ({ ...event, runId: id })));
  }
}

/** All events of a run, in order. */
export function listEvents(db: Db, id: string): Promise<StoredEvent[]> {
  return db
    .select({ seq: runEvents.seq, at: runEvents.at, event: runEvents.event })
    .from(runEvents)
    .where(eq(runEvents.runId, id))
    .orderBy(runEvents.seq);
}

/** A run's state and the next events of its log, as of one moment. */
export interface LogPage {
  attempt: number;
  state: RunState;
  outcome: unknown;
  events: StoredEvent[];
}

/**
 * Events after `seq` of the log of `attempt`, at most `limit`; from its beginning when the run is at another attempt by now. Undefined for an unknown run.
 * State and events are read together: an ended run's page that is not full is the end of its log.
 */
export async function readLog(
  db: Db,
  id: string,
  { attempt, seq, limit }: { attempt: number; seq: number; limit: number },
): Promise<LogPage | undefined> {
  const result = await db.execute(sql`
    select r.attempts, r.state, r.outcome, e.seq, e.at, e.event
    from livepapers.runs r
    left join lateral (
      select seq, at, event from livepapers.run_events
      where run_id = r.id and seq > case when r.attempts = ${attempt} then ${seq} else 0 end
      order by seq limit ${limit}
    ) e on true
    where r.id = ${id}
    order by e.seq`);
  const { rows } = result as {
    rows: { attempts: number; state: RunState; outcome: unknown; seq: number | null; at: number; event: unknown }[];
  };
  const [first] = rows;
  if (!first) return undefined;
  const events = rows.flatMap(({ seq: place, at, event }) => (place === null ? [] : [{ seq: place, at, event }]));
  return { attempt: first.attempts, state: first.state, outcome: first.outcome, events };
}
