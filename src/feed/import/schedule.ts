import { openBoss, type SharedBoss } from "../../store/boss.ts";
import { reasonOf, type Store } from "../../store/store.ts";
import type { Tell } from "../../store/tell.ts";
import { Fetcher } from "./fetcher.ts";
import { type ImportJob, reportLine, runImport, type ScheduledImport, type SourceBases } from "./job.ts";

const queue = "imports";

export interface ScheduleOptions {
  log: Tell;
  fetcher?: Fetcher;
  bases?: SourceBases;
  /** Called when an import has brought something. */
  changed?(): void;
}

/**
 * Runs imports every day at their time, as jobs of the queue: of all processes on one database, one does each, and never two at once, which the sources ask
 * for. A job that fails is tried again and goes on where it stopped.
 */
export class ImportSchedule {
  readonly #shared: SharedBoss;
  readonly #stop = new AbortController();
  #idle: Promise<unknown> = Promise.resolve();

  private constructor(shared: SharedBoss) {
    this.#shared = shared;
  }

  /**
   * Plans `imports` and takes their jobs. Undefined, for a process that was told nothing, leaves what others of the same database planned; with the embedded
   * database there are no others.
   */
  static async start(
    store: Store,
    imports: readonly ScheduledImport[] | undefined,
    options: ScheduleOptions,
  ): Promise<ImportSchedule> {
    const shared = await openBoss(store, options.log);
    const schedule = new ImportSchedule(shared);
    try {
      if (imports || store.kind === "embedded") await schedule.#plan(imports ?? []);
      if (imports && imports.length > 0) await schedule.#work(store, options);
    } catch (error) {
      await shared.release();
      throw error;
    }
    return schedule;
  }

  async #work(store: Store, { log, changed, fetcher = new Fetcher(), bases = {} }: ScheduleOptions): Promise<void> {
    const stop = this.#stop.signal;
    await this.#shared.boss.work<ImportJob>(queue, { batchSize: 1, pollingIntervalSeconds: 5 }, ([job]) => {
      if (!job) return Promise.resolve();
      const signal = AbortSignal.any([job.signal, stop]);
      const name = job.data.source === "arxiv" ? `arxiv:${job.data.categories.join(",")}` : job.data.source;
      const onSkip = (where: string, why: string): void => log(`import ${name}: left out ${where}: ${why}`, "warn");
      const done = runImport(job.data, fetcher, { db: store.db, signal, onSkip }, bases).then(
        (report) => {
          log(`import ${name}: ${reportLine(report)}`);
          if (report.added + report.updated > 0) changed?.();
        },
        (error: unknown) => {
          if (!stop.aborted) log(`import ${name}: ${reasonOf(error)}`, "error");
          throw error;
        },
      );
      this.#idle = done.catch(() => {});
      return done;
    });
  }

  /** The stored schedule becomes that of the setting. */
  async #plan(imports: readonly ScheduledImport[]): Promise<void> {
    const { boss } = this.#shared;
    const keys = new Set(imports.map(({ text }) => keyOf(text)));
    for (const { key } of await boss.getSchedules(queue)) {
      if (!keys.has(key)) await boss.unschedule(queue, key);
    }
    if (imports.length === 0) return;
    await boss.createQueue(queue, {
      policy: "singleton",
      retryLimit: 4,
      retryDelay: 300,
      retryBackoff: true,
      expireInSeconds: 6 * 3600,
      heartbeatSeconds: 60,
    });
    for (const { text, job, cron } of imports) {
      // A machine that was off at the time makes up for it, once, when it is on again.
      await boss.schedule(queue, cron, job, { tz: "UTC", key: keyOf(text), missed: "once" });
    }
  }

  /** Queues an import now. */
  async runNow(job: ImportJob): Promise<void> {
    await this.#shared.boss.send(queue, job);
  }

  /** The imports planned, as cron expressions by key. */
  async planned(): Promise<{ key: string; cron: string }[]> {
    return (await this.#shared.boss.getSchedules(queue)).map(({ key, cron }) => ({ key, cron }));
  }

  /** Ends the import under way at its last page. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("the server stops"));
    await this.#idle;
    await this.#shared.boss.offWork(queue, { wait: false });
    await this.#shared.release();
  }
}

/** pg-boss takes letters, digits, hyphens, underscores, points and slashes. */
function keyOf(text: string): string {
  return text.replace(/\s+/g, "").replace(/[^\w./-]/g, "_");
}
