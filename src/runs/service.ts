import { createHash, randomUUID } from "node:crypto";
import { BadInput } from "../kit/errors.ts";
import type { Experiment } from "../kit/paper.ts";
import { insertEvents } from "../store/events.ts";
import type { NewFile } from "../store/files.ts";
import { newId } from "../store/ids.ts";
import { noteRequest, type RunRequest, requestedRun } from "../store/requests.ts";
import { RunFiles } from "../store/run-files.ts";
import {
  cancelRequests,
  endRun,
  getRun,
  insertRun,
  interruptRun,
  listRuns,
  type Origin,
  type RunRecord,
  requestCancel,
  setTicket,
} from "../store/runs.ts";
import { type Db, reasonOf, type Store } from "../store/store.ts";
import type { Tell } from "../store/tell.ts";
import { platform, version } from "./about.ts";
import { defaultLimits } from "./execute.ts";
import { Bell, follow, type RunMessage } from "./follow.ts";
import { RunQueue } from "./queue.ts";
import { checkEvents, checkOutcome } from "./recorded.ts";
import { type JobRequest, parseFiles, parseRequest } from "./request.ts";
import { deadServer, endOf, type RunEnded, Runner } from "./runner.ts";
import { SharedLog } from "./shared-log.ts";
import type { Job, JobFiles, Limits, Outcome, RunLog, StampedEvent } from "./types.ts";

export type { RunMessage } from "./follow.ts";
export type { JobRequest } from "./request.ts";

export interface RunServiceOptions {
  store: Store;
  /** Where their files are; the database without. */
  files?: RunFiles;
  /** Of every run; 30 minutes, 1024 MB a worker, and as many workers as cores without. */
  limits?: Partial<Limits>;
  /** Most bytes of a run's files together, and of its outputs; 64 MB without. */
  maxFileBytes?: number;
  /** Faults of runs with their stack, and what happens to the queue. */
  log?(entry: Partial<RunLog> & { message: string }): void;
  /** Told of every run that ended in this process. */
  onEnd?(ended: RunEnded): void;
  /** See `ExecuteOptions.catalogue`. */
  catalogue?: string | URL;
}

export interface SubmitOptions {
  /** Narrower limits than the service's, for this run. */
  limits?: { timeMs: number; memoryMb: number };
  /** Done in the transaction that stores the run, e.g. to note whose it is; when it throws, the run is not stored. */
  alongside?(tx: Db, id: string): Promise<void>;
  /** A name for this request, with which it may be made again: the same job with the same files is then answered with the run that is there. */
  once?: Pick<RunRequest, "asker" | "key"> | undefined;
}

/** Another transaction has stored the run of this request. */
class Repeated extends Error {
  override readonly name = "Repeated";
}

/** Quick things go first: a queue of long runs should not keep a reader waiting. */
function priorityOf(job: Job): number {
  return job.kind === "claim" && job.scale === "full" ? 1 : 2;
}

const cancelPollMs = 250;

/**
 * Runs on a server: queued, executed in worker threads, stored, streamed. One per process; the store is the caller's to close, after `stop`. On a database
 * server, any number of processes share the queue; each sees and can cancel the runs of all.
 */
export class RunService {
  readonly #store: Store;
  readonly #files: RunFiles;
  readonly #maxFileBytes: number;
  readonly #catalogue: string | URL | undefined;
  readonly #log: (entry: Partial<RunLog> & { message: string }) => void;
  readonly #shared: SharedLog;
  readonly #bell = new Bell((id) => this.#shared.changed(id));
  readonly #runner: Runner;
  /** How long viewers wait for the bell before they look again: short where the run may be in another process. */
  readonly #pollMs: number;
  #queue: Promise<RunQueue> | undefined;
  /** The last round of asking who wants a run to end has failed. */
  #deaf = false;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(options: RunServiceOptions) {
    this.#store = options.store;
    this.#files = options.files ?? new RunFiles(options.store);
    this.#maxFileBytes = options.maxFileBytes ?? 64 << 20;
    this.#catalogue = options.catalogue;
    this.#log = options.log ?? (() => {});
    this.#pollMs = options.store.kind === "server" ? 300 : 2000;
    this.#shared = new SharedLog(options.store.db, this.#pollMs);
    this.#runner = new Runner({
      store: options.store,
      files: this.#files,
      bell: this.#bell,
      limits: { ...defaultLimits(), memoryMb: 1024, ...options.limits },
      maxOutputBytes: this.#maxFileBytes,
      catalogue: options.catalogue,
      log: this.#log,
      onEnd: (ended) => options.onEnd?.(ended),
    });
  }

  /**
   * Begins to take runs from the queue, `concurrency` (2) at a time. On the embedded database, runs that a killed process left behind are put back first;
   * on a server that happens when their heartbeat has been missed for 20 seconds.
   */
  async start({ concurrency = 2 }: { concurrency?: number } = {}): Promise<void> {
    const queue = await this.#open();
    await this.#recover(queue);
    await queue.work(concurrency, (id, retried, lost) => this.#runner.run(id, retried, lost));
    this.#watch = setInterval(() => {
      this.#pollCancels().then(
        () => {
          this.#deaf = false;
        },
        (error: unknown) => {
          if (!this.#deaf) this.#tell(`requests to cancel runs cannot be read: ${reasonOf(error)}`, "error");
          this.#deaf = true;
        },
      );
    }, cancelPollMs);
    this.#watch.unref();
  }

  /**
   * Takes no more runs. Those in progress may end within `finishMs` (0); the rest go back to the queue, which takes three seconds at most, and start again
   * in another process or next time.
   */
  async stop({ finishMs = 0 }: { finishMs?: number } = {}): Promise<void> {
    clearInterval(this.#watch);
    const queue = await this.#queue?.catch(() => undefined);
    this.#queue = undefined;
    await queue?.pause();
    await this.#runner.stop(finishMs);
    await queue?.stop();
  }

  /**
   * Checks and queues a job; resolves with the run's id. Throws `BadInput` for an unknown paper, parameter, tool or file role, files too large, and a
   * request named like another one.
   */
  async submit(request: JobRequest, files: JobFiles = {}, options: SubmitOptions = {}): Promise<string> {
    const { limits, alongside, once } = options;
    const { job, standard } = await parseRequest(request, this.#getExperiment);
    const stored = await parseFiles(job, files, this.#getExperiment, this.#maxFileBytes);
    const named = once && { ...once, content: contentOf(job, stored) };
    const there = named && (await this.#answered(named));
    if (there !== undefined) return there;
    const queue = await this.#open();
    const [id, ticket] = [newId(), randomUUID()];
    const placed = await this.#files.place(id, "in", stored);
    const storing = this.#store.db.transaction(async (tx) => {
      await insertRun(tx, {
        ...columns(job),
        id,
        standard,
        state: "queued",
        origin: "server",
        ticket,
        timeLimitMs: limits?.timeMs ?? null,
        memoryLimitMb: limits?.memoryMb ?? null,
        ...here(),
      });
      if (named && !(await noteRequest(tx, named, id))) throw new Repeated();
      await this.#files.insert(tx, id, placed);
      await alongside?.(tx, id);
      await queue.send(tx, id, ticket, priorityOf(job));
      return id;
    });
    if (!named) return storing;
    return storing.catch(async (error: unknown) => {
      const other = error instanceof Repeated ? await this.#answered(named) : undefined;
      if (other === undefined) throw error;
      return other;
    });
  }

  /** The run that answers a request already. */
  async #answered(request: RunRequest): Promise<string | undefined> {
    const found = await requestedRun(this.#store.db, request);
    if (!found || found.content === request.content) return found?.runId;
    throw new BadInput("this key was used for another job or other files", {
      where: "Idempotency-Key",
      remedy: "Give every run a key of its own.",
    });
  }

  /** Resolves when the queue can be reached; for a process that only submits runs. Throws `BadInput` otherwise. */
  async ready(): Promise<void> {
    await this.#open();
  }

  /** Stops a queued or running run within a second, in whichever process it runs; false when it has ended already. */
  async cancel(id: string): Promise<boolean> {
    const { db } = this.#store;
    const state = await requestCancel(db, id);
    if (state === undefined) return false;
    if (state === "queued") {
      const outcome: Outcome = { status: "cancelled", message: "The run was cancelled before it started." };
      if (await endRun(db, id, "queued", endOf(outcome))) {
        this.#bell.ring(id);
        const ticket = (await getRun(db, id))?.ticket;
        const queue = await this.#open();
        if (ticket) await queue.cancel(ticket).catch(() => {}); // a ticket of a run that has ended is void anyway
        return true;
      }
    }
    this.#runner.cancel(id);
    return true;
  }

  get(id: string): Promise<RunRecord | undefined> {
    return getRun(this.#store.db, id);
  }

  /**
   * The run's messages after `after` (a cursor; from the start without one), live until the outcome. Any number of viewers. Throws `BadInput` for an
   * unknown run. Abort `signal` when the viewer leaves.
   */
  subscribe(id: string, { after, signal }: { after?: string; signal?: AbortSignal } = {}): AsyncGenerator<RunMessage> {
    return follow({
      log: this.#shared,
      id,
      after,
      signal,
      bell: this.#bell,
      pollMs: this.#pollMs,
      recent: (attempt, seq) => this.#runner.recent(id, attempt, seq),
    });
  }

  /**
   * Stores a run made elsewhere, in a browser unless told otherwise; resolves with its id. Everything in it is checked, and it never counts for the
   * scoreboard unless asked for (see `latestVerdicts`). Throws `BadInput` for what does not fit.
   */
  async record(
    request: JobRequest,
    events: readonly StampedEvent[],
    outcome: Outcome,
    options: Pick<SubmitOptions, "alongside"> & {
      origin?: Exclude<Origin, "server">;
      platform?: string;
      durationMs?: number;
    } = {},
  ): Promise<string> {
    const { origin = "browser", durationMs } = options;
    const { job, standard } = await parseRequest(request, this.#getExperiment);
    const { card } = await this.#getExperiment(job.slug);
    const log = checkEvents(events);
    const end = endOf(checkOutcome(outcome, card, job.kind === "claim" ? job.scale : undefined));
    const duration = Math.round(Number.isFinite(durationMs) ? Number(durationMs) : (log.at(-1)?.at ?? 0));
    const finished = new Date();
    return this.#store.db.transaction(async (tx) => {
      const id = await insertRun(tx, {
        ...columns(job),
        ...end,
        ...here(),
        ...(options.platform === undefined ? {} : { platform: options.platform.slice(0, 300) }),
        standard,
        origin,
        ticket: null,
        attempts: 1,
        started: new Date(finished.getTime() - Math.min(Math.max(0, duration), 86_400_000)),
        finished,
        durationMs: Math.min(Math.max(0, duration), 86_400_000),
      });
      await insertEvents(tx, id, log);
      await options.alongside?.(tx, id);
      return id;
    });
  }

  readonly #getExperiment = async (slug: string): Promise<Experiment> => {
    const { getExperiment } = (await (this.#catalogue === undefined
      ? import("../papers/catalogue.ts")
      : import(/* @vite-ignore */ String(this.#catalogue)))) as { getExperiment(slug: string): Experiment }; // both export it
    return getExperiment(slug);
  };

  readonly #tell: Tell = (message, weight = "info") => this.#log({ message, weight });

  #open(): Promise<RunQueue> {
    this.#queue ??= RunQueue.open(this.#store, this.#tell).catch((error: unknown) => {
      this.#queue = undefined;
      throw new BadInput(`the queue cannot be opened: ${error instanceof Error ? error.message : String(error)}`);
    });
    return this.#queue;
  }

  /** Puts in order what a killed process left: runs without a worker, and queued runs without a ticket. */
  async #recover(queue: RunQueue): Promise<void> {
    const { db, kind } = this.#store;
    if (kind === "embedded") {
      // The folder is ours alone, so whatever is running has lost its process.
      for (const run of await listRuns(db, { states: ["running"], limit: 1000 })) {
        const marked = await interruptRun(db, run.id, endOf(deadServer));
        const then = marked?.state === "queued" ? "it starts again" : "given up";
        this.#tell(`run ${run.id} was interrupted: ${then}`, "warn");
      }
    }
    for (const run of await listRuns(db, { states: ["queued"], limit: 10_000 })) {
      const state = run.ticket === null ? "over" : await queue.state(run.ticket);
      if (state === "active" && kind === "embedded" && run.ticket !== null) await queue.giveBack(run.ticket);
      if (state !== "over") continue;
      const ticket = randomUUID();
      await db.transaction(async (tx) => {
        await setTicket(tx, run.id, ticket);
        await queue.send(tx, run.id, ticket, 2);
      });
    }
  }

  async #pollCancels(): Promise<void> {
    if (this.#store.kind === "embedded") return; // every cancellation comes through this process
    for (const id of await cancelRequests(this.#store.db, this.#runner.ids())) this.#runner.cancel(id);
  }
}

/** A hash of all that a job asks for. */
function contentOf(job: Job, files: readonly NewFile[]): string {
  const hash = createHash("sha256").update(JSON.stringify(job));
  for (const { role, name, bytes } of files) hash.update(JSON.stringify([role, name, bytes.byteLength])).update(bytes);
  return hash.digest("base64url");
}

function here(): { version: string; platform: string } {
  return { version: version(), platform: platform() };
}

function columns(job: Job) {
  const { kind, slug, seed, params } = job;
  return job.kind === "claim"
    ? { kind, slug, seed, params, tool: null, scale: job.scale }
    : { kind, slug, seed, params, tool: job.tool, scale: null };
}
