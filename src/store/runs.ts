import { and, count, desc, eq, inArray, sql } from "drizzle-orm";
import type { ClaimOutcome, Scale } from "../kit/paper.ts";
import { newId } from "./ids.ts";
import { type Origin, type RunState, runEvents, runs } from "./schema.ts";
import type { Db } from "./store.ts";

export type { Origin, RunState } from "./schema.ts";

/** A run as stored. */
export interface RunRecord {
  id: string;
  kind: "claim" | "tool";
  slug: string;
  /** Tools only. */
  tool: string | null;
  /** Claims only. */
  scale: Scale | null;
  seed: number;
  params: Record<string, unknown>;
  /** The parameters are the defaults of the scale. */
  standard: boolean;
  state: RunState;
  /** An `Outcome` of src/runs/types.ts, once ended. */
  outcome: unknown;
  /** The verdict's outcome, for claims that are done. */
  verdict: ClaimOutcome | null;
  origin: Origin;
  version: string;
  platform: string;
  /** How often it was started; more than 1 after a restart of the server. */
  attempts: number;
  /** How often its server died while it ran. */
  interruptions: number;
  cancelRequested: boolean;
  ticket: string | null;
  /** Narrower limits than the server's, for this run. */
  timeLimitMs: number | null;
  memoryLimitMb: number | null;
  created: Date;
  started: Date | null;
  finished: Date | null;
  durationMs: number | null;
}

export type NewRun = Omit<
  RunRecord,
  | "id"
  | "attempts"
  | "interruptions"
  | "cancelRequested"
  | "created"
  | "started"
  | "finished"
  | "durationMs"
  | "outcome"
  | "verdict"
  | "timeLimitMs"
  | "memoryLimitMb"
> &
  Partial<
    Pick<
      RunRecord,
      | "id"
      | "outcome"
      | "verdict"
      | "attempts"
      | "started"
      | "finished"
      | "durationMs"
      | "timeLimitMs"
      | "memoryLimitMb"
    >
  >;

/** Stores a run, under a new id unless it has one; resolves with its id. */
export async function insertRun(db: Db, run: NewRun): Promise<string> {
  const { id = newId() } = run;
  await db.insert(runs).values({ ...run, id });
  return id;
}

export async function getRun(db: Db, id: string): Promise<RunRecord | undefined> {
  const [run] = await db.select().from(runs).where(eq(runs.id, id));
  return run;
}

export interface RunFilter {
  slug?: string;
  kind?: "claim" | "tool";
  origins?: readonly Origin[];
  states?: readonly RunState[];
  /** 50 without. */
  limit?: number;
}

/** Runs, newest first; of one paper when `slug` is given. */
export function listRuns(db: Db, filter: RunFilter = {}): Promise<RunRecord[]> {
  return db
    .select()
    .from(runs)
    .where(
      and(
        filter.slug === undefined ? undefined : eq(runs.slug, filter.slug),
        filter.kind === undefined ? undefined : eq(runs.kind, filter.kind),
        filter.origins ? inArray(runs.origin, [...filter.origins]) : undefined,
        filter.states ? inArray(runs.state, [...filter.states]) : undefined,
      ),
    )
    .orderBy(desc(runs.created), desc(runs.id))
    .limit(filter.limit ?? 50);
}

/** What the feed and the scoreboard say about a paper. */
export interface PaperVerdict {
  slug: string;
  /** The latest claim run that is done. */
  run: RunRecord;
  /** How many claim runs are done. */
  runs: number;
  /** How many of them came out each way. */
  outcomes: Partial<Record<ClaimOutcome, number>>;
}

export interface VerdictFilter {
  slug?: string;
  scale?: Scale;
  /** Runs made in a reader's browser do not count unless asked for. */
  origins?: readonly Origin[];
  /** Also runs with parameters other than the defaults. */
  anyParams?: boolean;
}

/** The latest verdict of every paper that has one, and how many runs stand behind it. */
export async function latestVerdicts(db: Db, filter: VerdictFilter = {}): Promise<Map<string, PaperVerdict>> {
  const which = and(
    eq(runs.kind, "claim"),
    eq(runs.state, "done"),
    inArray(runs.origin, [...(filter.origins ?? ["server", "cli"])]),
    filter.slug === undefined ? undefined : eq(runs.slug, filter.slug),
    filter.scale === undefined ? undefined : eq(runs.scale, filter.scale),
    filter.anyParams ? undefined : eq(runs.standard, true),
  );
  const latest: RunRecord[] = await db
    .selectDistinctOn([runs.slug])
    .from(runs)
    .where(which)
    .orderBy(runs.slug, desc(runs.finished), desc(runs.id));
  const counts = await db
    .select({ slug: runs.slug, verdict: runs.verdict, count: count() })
    .from(runs)
    .where(which)
    .groupBy(runs.slug, runs.verdict);
  const verdicts = new Map<string, PaperVerdict>();
  for (const run of latest) verdicts.set(run.slug, { slug: run.slug, run, runs: 0, outcomes: {} });
  for (const { slug, verdict, count: times } of counts) {
    const entry = verdicts.get(slug);
    if (!entry || verdict === null) continue;
    entry.runs += times;
    entry.outcomes[verdict] = times;
  }
  return verdicts;
}

/** Starts a queued run: its state, a new attempt with an empty log. Undefined when it is not queued (any more). */
export function beginRun(db: Db, id: string): Promise<RunRecord | undefined> {
  return db.transaction(async (tx) => {
    const [run] = await tx
      .update(runs)
      .set({ state: "running", attempts: sql`${runs.attempts} + 1`, started: new Date(), finished: null })
      .where(and(eq(runs.id, id), eq(runs.state, "queued")))
      .returning();
    if (run) await tx.delete(runEvents).where(eq(runEvents.runId, id));
    return run;
  });
}

/** How a run ended, as stored. */
export interface RunEnd {
  state: RunState;
  outcome: unknown;
  verdict?: ClaimOutcome | null;
  durationMs?: number;
}

/** Ends a run; false when `attempt` is no longer the running one, or the run, without an attempt, no longer queued. */
export async function endRun(db: Db, id: string, attempt: number | "queued", end: RunEnd): Promise<boolean> {
  const current =
    attempt === "queued" ? eq(runs.state, "queued") : and(eq(runs.attempts, attempt), eq(runs.state, "running"));
  const ended = await db
    .update(runs)
    .set({ ...end, finished: new Date() })
    .where(and(eq(runs.id, id), current))
    .returning({ id: runs.id });
  return ended.length > 0;
}

/** Puts a run back into the queue, e.g. because its server is being stopped; its log stays until it starts again. */
export async function requeueRun(db: Db, id: string, attempt: number): Promise<boolean> {
  const requeued = await db
    .update(runs)
    .set({ state: "queued" })
    .where(and(eq(runs.id, id), eq(runs.attempts, attempt), eq(runs.state, "running")))
    .returning({ id: runs.id });
  return requeued.length > 0;
}

/** A run whose server died this many times is not started again, since it may be the cause. */
export const mostInterruptions = 5;

/** Marks a run whose server died: back into the queue, or ended with `end` the last time. Undefined when it was not running. */
export async function interruptRun(db: Db, id: string, end: RunEnd): Promise<RunRecord | undefined> {
  return db.transaction(async (tx) => {
    const [run] = await tx
      .update(runs)
      .set({ state: "queued", interruptions: sql`${runs.interruptions} + 1` })
      .where(and(eq(runs.id, id), eq(runs.state, "running")))
      .returning();
    if (!run || run.interruptions < mostInterruptions) return run;
    const [failed] = await tx
      .update(runs)
      .set({ ...end, finished: new Date() })
      .where(eq(runs.id, id))
      .returning();
    return failed;
  });
}

/** Asks for the end of a run, wherever it is; resolves with its state then, undefined when it has ended already. */
export async function requestCancel(db: Db, id: string): Promise<"queued" | "running" | undefined> {
  const [run] = await db
    .update(runs)
    .set({ cancelRequested: true })
    .where(and(eq(runs.id, id), inArray(runs.state, ["queued", "running"])))
    .returning({ state: runs.state });
  return run?.state as "queued" | "running" | undefined; // by the condition above
}

/** Those of these runs that someone asked to end. */
export async function cancelRequests(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const found = await db
    .select({ id: runs.id })
    .from(runs)
    .where(and(inArray(runs.id, [...ids]), eq(runs.cancelRequested, true)));
  return found.map(({ id }) => id);
}

export async function setTicket(db: Db, id: string, ticket: string): Promise<void> {
  await db.update(runs).set({ ticket }).where(eq(runs.id, id));
}

/** Removes a run with its events and files. */
export async function deleteRun(db: Db, id: string): Promise<void> {
  await db.delete(runs).where(eq(runs.id, id));
}
