import { isDeepStrictEqual } from "node:util";
import { getExperiment } from "../../src/papers/catalogue.ts";
import { execute } from "../../src/runs/execute.ts";
import { parseRequest } from "../../src/runs/request.ts";
import { mostInterruptions } from "../../src/store/runs.ts";
import type { BenchDatabase } from "./database.ts";
import type { Posted } from "./load.ts";

/** A run as the tables have it. */
export interface RunRow {
  id: string;
  kind: "claim" | "tool";
  slug: string;
  seed: number;
  state: string;
  attempts: number;
  interruptions: number;
  message: string | null;
  /** Milliseconds from the post to the end, and of the last attempt alone. */
  total: number;
  duration: number | null;
  /** How often the run was given a state that is an end. */
  ends: number;
  seqs: number[];
  /** Kind and name of each event that is not progress. */
  shape: string[];
  /** Hash of all bytes of its outputs, in order. */
  outputs: string | null;
}

const ended = "('done', 'bad input', 'limit', 'cancelled', 'failed')";

export function readRuns({ query }: BenchDatabase): Promise<RunRow[]> {
  return query<RunRow>(`
    select r.id, r.kind, r.slug, r.seed, r.state, r.attempts, r.interruptions, r.outcome->>'message' as message,
      extract(epoch from r.finished - r.created)::float8 * 1000 as total, r.duration_ms as duration,
      (select count(*)::integer from public.states s where s.run_id = r.id and s.state in ${ended}) as ends,
      coalesce((select array_agg(e.seq order by e.seq) from livepapers.run_events e where e.run_id = r.id), '{}') as seqs,
      coalesce((select array_agg(concat(e.event->>'type', ' ', e.event->>'name') order by e.seq)
        from livepapers.run_events e where e.run_id = r.id and e.event->>'type' <> 'progress'), '{}') as shape,
      (select md5(string_agg(p.data, '' order by p.position, p.part))
        from livepapers.run_file_parts p where p.run_id = r.id and p.direction = 'out') as outputs
    from livepapers.runs r order by r.seed`);
}

/** Runs that have ended, runs that have not. */
export async function progress({ query }: BenchDatabase): Promise<{ ended: number; open: number }> {
  const [row] = await query<{ ended: number; open: number }>(`
    select count(*) filter (where state in ${ended})::integer as ended,
      count(*) filter (where state not in ${ended})::integer as open
    from livepapers.runs`);
  return row ?? { ended: 0, open: 0 };
}

/** What is wrong with the runs, in sentences; nothing when every run ended exactly once, with a whole log in order. One that was given up is wrong too. */
export function faults(runs: readonly RunRow[], posted: readonly Posted[]): string[] {
  const found: string[] = [];
  for (const { post, id } of posted) {
    const rows = runs.filter(({ seed }) => seed === post.seed);
    if (rows.length === 0) found.push(`lost: the run of post ${post.seed}`);
    if (rows.length > 1) found.push(`doubled: post ${post.seed} is ${rows.length} runs`);
    if (rows.length > 0 && !rows.some((row) => row.id === id))
      found.push(`post ${post.seed} was answered with another id`);
  }
  if (runs.length > posted.length) found.push(`${runs.length} runs of ${posted.length} posts`);
  const whole = new Map<string, RunRow>();
  for (const run of runs)
    if (run.state === "done" && run.attempts === 1 && !whole.has(run.slug)) whole.set(run.slug, run);
  for (const run of runs) {
    const say = (what: string): void => void found.push(`run ${run.id} (post ${run.seed}): ${what}`);
    if (run.ends !== 1) say(`ended ${run.ends} times`);
    if (run.seqs.some((seq, i) => seq !== i + 1)) say(`its log is numbered ${run.seqs.join(" ")}`);
    if (run.interruptions > mostInterruptions) say(`was interrupted ${run.interruptions} times`);
    if (run.state !== "done") {
      say(
        givenUp(run)
          ? `was given up after ${run.interruptions} interruptions`
          : `ended as ${run.state}: ${run.message}`,
      );
      continue;
    }
    if (run.interruptions === mostInterruptions)
      say(`was interrupted ${run.interruptions} times and is done all the same`);
    const model = whole.get(run.slug);
    if (!isDeepStrictEqual(run.shape, model?.shape))
      say(`its log has ${run.shape.length} parts, not ${model?.shape.length}`);
    if (run.outputs !== model?.outputs) say("its outputs are not those of the others");
    if (run.kind === "tool" && run.outputs === null) say("it has no outputs");
  }
  return found;
}

/** Ended by the rule that a run is not started again for ever. */
export function givenUp({ state, interruptions }: RunRow): boolean {
  return state === "failed" && interruptions >= mostInterruptions;
}

/** Measures some claims again, here and undisturbed; resolves with those whose log says something else. */
export async function compareLogs({ query }: BenchDatabase, runs: readonly RunRow[]): Promise<string[]> {
  const found: string[] = [];
  for (const { id, slug, seed } of runs) {
    const [stored] = await query<{ params: Record<string, unknown>; scale: string }>(
      "select params, scale from livepapers.runs where id = $1",
      [id],
    );
    const events: unknown[] = [];
    const request = { kind: "claim" as const, slug, seed, scale: stored?.scale, params: stored?.params };
    const { job } = await parseRequest(request, getExperiment);
    await execute(job, { onEvent: ({ event }) => void (event.type === "progress" || events.push(event)) });
    const log = await query<{ event: unknown }>(
      "select event from livepapers.run_events where run_id = $1 and event->>'type' <> 'progress' order by seq",
      [id],
    );
    const same = isDeepStrictEqual(
      log.map(({ event }) => event),
      JSON.parse(JSON.stringify(events)),
    );
    if (!same) found.push(`run ${id} (post ${seed}): its log is not what the same job says undisturbed`);
  }
  return found;
}
