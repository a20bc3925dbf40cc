import { setTimeout } from "node:timers/promises";
import { appendEvents } from "../store/events.ts";
import { listFiles } from "../store/files.ts";
import { isOutage, throughOutage } from "../store/outage.ts";
import type { RunFiles } from "../store/run-files.ts";
import {
  beginRun,
  endRun,
  getRun,
  interruptRun,
  mostInterruptions,
  type RunEnd,
  type RunRecord,
  requeueRun,
} from "../store/runs.ts";
import { type Db, reasonOf, type Store } from "../store/store.ts";
import { EventLog, RunLost } from "./event-log.ts";
import { execute } from "./execute.ts";
import type { Bell } from "./follow.ts";
import { memorySink } from "./memory-sink.ts";
import type { Job, JobFile, Limits, Outcome, RunLog, StampedEvent } from "./types.ts";

/** The outcome of a run whose server died too often while it ran. */
export const deadServer: Outcome = {
  status: "failed",
  message: `The server stopped ${mostInterruptions} times while this run was in progress; it is not started again.`,
};

/** How long a run in progress waits for a database that is away. Its process then gives it up, and another attempt begins when the queue can be read. */
const outageMs = 60_000;

/** An outcome as the store keeps it. */
export function endOf(outcome: Outcome): RunEnd {
  return {
    state: outcome.status,
    outcome,
    verdict: outcome.status === "done" && "verdict" in outcome ? outcome.verdict.outcome : null,
  };
}

/** A run that ended in this process, for its log and its measures. */
export interface RunEnded {
  id: string;
  kind: Job["kind"];
  slug: string;
  status: Outcome["status"];
  attempt: number;
  durationMs: number;
}

export interface RunnerOptions {
  store: Store;
  files: RunFiles;
  bell: Bell;
  limits: Limits;
  maxOutputBytes: number;
  catalogue: string | URL | undefined;
  log(entry: Partial<RunLog> & { message: string }): void;
  onEnd(ended: RunEnded): void;
}

interface Active {
  controller: AbortController;
  attempt: number;
  events: EventLog | undefined;
  done: Promise<void>;
}

/** Why a run was aborted, when it was not its reader. */
class Stopped extends Error {
  override readonly name = "Stopped";
}

function jobOf(run: RunRecord): Job {
  const { slug, seed, params } = run;
  return run.kind === "claim"
    ? { kind: "claim", slug, scale: run.scale ?? "quick", seed, params }
    : { kind: "tool", slug, tool: run.tool ?? "", seed, params };
}

/** The narrower of a run's own limits and the server's. */
function limitsOf(run: RunRecord, limits: Limits): Limits {
  return {
    ...limits,
    timeMs: Math.min(run.timeLimitMs ?? limits.timeMs, limits.timeMs),
    memoryMb: Math.min(run.memoryLimitMb ?? limits.memoryMb, limits.memoryMb),
  };
}

async function inputsOf(db: Db, files: RunFiles, id: string): Promise<Record<string, JobFile[]>> {
  const inputs: Record<string, JobFile[]> = {};
  for (const file of await listFiles(db, id)) {
    if (file.direction !== "in") continue;
    const role = inputs[file.role] ?? [];
    role.push({ name: file.name, bytes: await files.readWhole(id, file) });
    inputs[file.role] = role;
  }
  return inputs;
}

/** Executes the runs whose tickets this process has drawn from the queue. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #active = new Map<string, Active>();
  #stopping = false;
  /** Aborts when a database that is away is not waited for any more. */
  readonly #hurry = new AbortController();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  ids(): string[] {
    return [...this.#active.keys()];
  }

  recent(id: string, attempt: number, seq: number): readonly StampedEvent[] | undefined {
    const active = this.#active.get(id);
    return active?.attempt === attempt ? active.events?.recent(seq) : undefined;
  }

  cancel(id: string): void {
    this.#active.get(id)?.controller.abort();
  }

  /** Takes no more runs, lets those in progress end for up to `finishMs`, then ends the rest and puts them back into the queue. */
  async stop(finishMs = 0): Promise<void> {
    this.#stopping = true;
    const all = [...this.#active.values()];
    if (finishMs > 0 && all.length > 0) {
      const patience = new AbortController();
      const late = setTimeout(finishMs, undefined, { signal: patience.signal }).catch(() => {});
      await Promise.race([Promise.allSettled(all.map(({ done }) => done)), late]);
      patience.abort();
    }
    this.#hurry.abort();
    for (const { controller } of all) controller.abort(new Stopped("the server is stopping"));
    await Promise.allSettled(all.map(({ done }) => done));
  }

  /**
   * Runs what a ticket names, to its end. `retried` tells that the ticket was drawn before; `lost` aborts when the queue has given it to another worker.
   * Rejects when the ticket has to go back into the queue.
   */
  run(id: string, retried: boolean, lost: AbortSignal): Promise<void> {
    const running = this.#active.get(id);
    // The queue took us for dead while we were only slow: then what we do ends first, and the store says what is left to do.
    if (running) return running.done.catch(() => {}).then(() => this.run(id, true, lost));
    if (this.#stopping) return Promise.reject(new Stopped("the server is stopping"));
    const active: Active = {
      controller: new AbortController(),
      attempt: 0,
      events: undefined,
      done: Promise.resolve(),
    };
    this.#active.set(id, active);
    const onLost = (): void => active.controller.abort(new RunLost("the queue has given this run to another worker"));
    lost.addEventListener("abort", onLost, { once: true });
    active.done = this.#perform(id, retried, active).finally(() => {
      lost.removeEventListener("abort", onLost);
      this.#active.delete(id);
      this.#options.bell.ring(id);
    });
    return active.done;
  }

  async #perform(id: string, retried: boolean, active: Active): Promise<void> {
    const { store, files, bell, onEnd } = this.#options;
    const { db } = store;
    const { signal } = active.controller;
    if (retried && (await getRun(db, id))?.state === "running") await interruptRun(db, id, endOf(deadServer));
    const run = await beginRun(db, id);
    if (!run) return; // cancelled, or ended: the ticket is void
    const safely = <T>(work: () => Promise<T>): Promise<T> => throughOutage(work, outageMs, this.#hurry.signal);
    const began = performance.now();
    const attempt = run.attempts;
    const events = new EventLog({
      append: (batch) => safely(() => appendEvents(db, id, attempt, batch)),
      onStored: () => bell.ring(id),
      onFailure: (reason) => active.controller.abort(reason),
    });
    active.attempt = attempt;
    active.events = events;
    bell.ring(id);
    if (run.cancelRequested) active.controller.abort();

    const given = await this.#filed(run, "given to", () => safely(() => inputsOf(db, files, id)));
    const done =
      "failed" in given ? { outcome: given.failed, outputs: [] } : await this.#execute(run, given.done, active);
    await events.close();
    if (signal.reason instanceof RunLost) return;
    if (signal.reason instanceof Stopped) {
      await requeueRun(db, id, attempt);
      throw signal.reason;
    }
    const durationMs = Math.round(performance.now() - began);
    const placed = await this.#filed(run, "made by", () => safely(() => files.place(id, "out", done.outputs)));
    const outcome = "failed" in placed ? placed.failed : done.outcome;
    const ended = await safely(() =>
      db.transaction(async (tx) => {
        if (!(await endRun(tx, id, attempt, { ...endOf(outcome), durationMs }))) return false;
        if ("done" in placed) await files.insert(tx, id, placed.done);
        return true;
      }),
    );
    if (ended) onEnd({ id, kind: run.kind, slug: run.slug, status: outcome.status, attempt, durationMs });
  }

  async #execute(run: RunRecord, given: Record<string, JobFile[]>, { controller, events }: Active) {
    const { limits, maxOutputBytes, catalogue, log } = this.#options;
    const sink = memorySink({ maxBytes: maxOutputBytes });
    const outcome = await execute(jobOf(run), {
      files: given,
      sink,
      signal: controller.signal,
      limits: limitsOf(run, limits),
      background: true,
      onEvent: (event) => events?.push(event),
      log: (entry) => log({ ...entry, message: `run ${run.id}: ${entry.message}` }),
      ...(catalogue === undefined ? {} : { catalogue }),
    });
    return { outcome, outputs: sink.outputs.map((output) => ({ ...output, role: "" })) };
  }

  /** What `work` does with files outside the database, or the run's outcome when that cannot be done. A database that is away is another matter. */
  async #filed<T>(
    run: RunRecord,
    whose: "given to" | "made by",
    work: () => Promise<T>,
  ): Promise<{ done: T } | { failed: Outcome }> {
    try {
      return { done: await work() };
    } catch (error) {
      if (isOutage(error)) throw error;
      const message = `The files ${whose} this run could not be ${whose === "made by" ? "kept" : "read"}`;
      const stack = error instanceof Error ? error.stack : undefined;
      this.#options.log({
        ...{ job: jobOf(run), message: `run ${run.id}: ${reasonOf(error)}`, weight: "error" },
        ...(stack ? { stack } : {}),
      });
      return { failed: { status: "failed", message: `${message}. The operator of this site can say why.` } };
    }
  }
}
