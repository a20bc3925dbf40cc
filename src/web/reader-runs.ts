import type { JobRequest, RunMessage, RunService } from "../runs/service.ts";
import type { JobFiles, Outcome, StampedEvent } from "../runs/types.ts";
import { handOver, ownerOf, ownRun, runLoad, shareRun } from "../store/owners.ts";
import { deleteRun, type RunRecord } from "../store/runs.ts";
import { recordRunner } from "../store/signals.ts";
import type { Db } from "../store/store.ts";
import { ballotOf, type Reader } from "./reader.ts";
import type { RunAllowance, Settings } from "./settings.ts";
import type { VisiblePapers } from "./visible.ts";

/** A reader has as many runs as this server gives. Its message is for the reader. */
export class TooManyRuns extends Error {
  override readonly name = "TooManyRuns";
}

/** A run that a reader may read. */
export interface ReadableRun {
  run: RunRecord;
  /** The reader started it, and may stop, share and delete it. */
  mine: boolean;
  /** Everyone who knows its address may read it: a claim's run always, a tool's once its owner shares it. */
  open: boolean;
}

export interface ReaderRunsOptions {
  db: Db;
  service: RunService;
  papers: Pick<VisiblePapers, "hides">;
  settings: Pick<Settings, "visitorRuns" | "accountRuns">;
  /** Told when a run was removed, whose files may be outside the database. */
  removed?(): void;
}

/** Whether a run is its owner's to delete. What a server measured of a claim stays: verdicts rest on it. */
export function mayDelete({ kind, origin }: Pick<RunRecord, "kind" | "origin">): boolean {
  return kind === "tool" || origin === "browser";
}

/**
 * Runs as their readers may see them. A claim's run is public, at an address that cannot be guessed. A tool's run, with the files given to it, is its
 * owner's alone until the owner shares it; to others it is not there. Runs of before there were owners are nobody's.
 */
export class ReaderRuns {
  readonly #db: Db;
  readonly #service: RunService;
  readonly #papers: ReaderRunsOptions["papers"];
  readonly #settings: ReaderRunsOptions["settings"];
  readonly #removed: () => void;

  constructor({ db, service, papers, settings, removed }: ReaderRunsOptions) {
    this.#db = db;
    this.#service = service;
    this.#papers = papers;
    this.#settings = settings;
    this.#removed = () => removed?.();
  }

  allowanceOf(reader: Reader): RunAllowance {
    return reader.person ? this.#settings.accountRuns : this.#settings.visitorRuns;
  }

  /** Starts a run for a reader, or finds the one that a request with the same key has started. Throws `BadInput` for what cannot be run, and `TooManyRuns`. */
  async submit(reader: Reader, job: JobRequest, files?: JobFiles, key?: string): Promise<string> {
    const { timeMs, memoryMb } = this.allowanceOf(reader);
    const id = await this.#service.submit(job, files, {
      once: key === undefined ? undefined : { asker: ballotOf(reader).id, key },
      limits: { timeMs, memoryMb },
      alongside: async (tx, id) => {
        await this.#admit(tx, reader, this.allowanceOf(reader).open);
        await this.#own(tx, reader, id, job.slug);
      },
    });
    // Whoever missed the answer to the first post has missed its cookie too, and knows the key, the job and the files.
    if (key !== undefined && !reader.person) await handOver(this.#db, id, reader.owner);
    return id;
  }

  /** Keeps the record of a run made in a reader's browser. */
  record(
    reader: Reader,
    job: JobRequest,
    events: readonly StampedEvent[],
    outcome: Outcome,
    options: { platform?: string; durationMs?: number },
  ): Promise<string> {
    return this.#service.record(job, events, outcome, {
      ...options,
      origin: "browser",
      alongside: async (tx, id) => {
        await this.#admit(tx, reader, Number.POSITIVE_INFINITY);
        await this.#own(tx, reader, id, job.slug);
      },
    });
  }

  async #own(tx: Db, reader: Reader, id: string, slug: string): Promise<void> {
    await ownRun(tx, id, { owner: reader.owner, address: reader.address });
    await recordRunner(tx, id, slug, ballotOf(reader));
  }

  async #admit(tx: Db, reader: Reader, mostOpen: number): Promise<void> {
    if (reader.admin) return;
    const allowed = this.allowanceOf(reader);
    const load = await runLoad(tx, reader.person ? { owner: reader.owner } : { address: reader.address });
    const more = reader.person ? "" : " Signed in, you may have more.";
    if (load.open >= mostOpen) {
      const have = load.open === 1 ? "1 run is" : `${load.open} runs are`;
      throw new TooManyRuns(
        `${have} under way from here, and this server gives ${mostOpen} at a time. Wait for one to end.${more}`,
      );
    }
    if (load.today >= allowed.perDay) {
      throw new TooManyRuns(
        `${load.today} runs were started from here within a day, as many as this server gives.${more}`,
      );
    }
  }

  /** A run that the reader may read; undefined for others, as if they were not there. */
  async get(reader: Reader, id: string): Promise<ReadableRun | undefined> {
    const run = await this.#service.get(id);
    if (!run || (await this.#papers.hides(run.slug))) return undefined;
    const owner = await ownerOf(this.#db, id);
    const mine = owner !== undefined && reader.names.includes(owner.owner);
    const open = run.kind === "claim" || owner?.shared === true;
    return mine || open ? { run, mine, open } : undefined;
  }

  /** The messages of a run that `get` has given; see `RunService.subscribe`. */
  subscribe({ run }: ReadableRun, options: { after?: string; signal?: AbortSignal }): AsyncGenerator<RunMessage> {
    return this.#service.subscribe(run.id, options);
  }

  /** Stops a run of the reader's own, or any for the administrator, who need not be able to read it; false when it had ended. */
  async cancel(reader: Reader, id: string): Promise<boolean> {
    if (!reader.admin && !(await this.get(reader, id))?.mine) return false;
    return this.#service.cancel(id);
  }

  /** Lets everyone who knows the address read a tool's run of the reader's own, or no longer. */
  async share(reader: Reader, id: string, shared: boolean): Promise<void> {
    if ((await this.get(reader, id))?.mine) await shareRun(this.#db, id, shared);
  }

  /**
   * Removes a run with its files: of the reader's own a tool's or a record from a browser, for the administrator any, whether it can be read or not;
   * false when there is none to remove.
   */
  async remove(reader: Reader, id: string): Promise<boolean> {
    const run = reader.admin ? await this.#service.get(id) : await this.#removable(reader, id);
    if (!run) return false;
    await this.#service.cancel(id);
    await deleteRun(this.#db, id);
    this.#removed();
    return true;
  }

  async #removable(reader: Reader, id: string): Promise<RunRecord | undefined> {
    const found = await this.get(reader, id);
    return found?.mine && mayDelete(found.run) ? found.run : undefined;
  }
}
