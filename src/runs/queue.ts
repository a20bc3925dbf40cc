import { sql } from "drizzle-orm";
import { type DrizzleTransactionLike, fromDrizzle, type PgBoss } from "pg-boss";
import { openBoss, type SharedBoss } from "../store/boss.ts";
import type { Db, Store } from "../store/store.ts";
import type { Tell } from "../store/tell.ts";

const name = "runs";
/** On a database server, a worker that has not been heard from for this long is dead; its job goes to another. */
const heartbeatSeconds = 20;

export type TicketState = "waiting" | "active" | "over";

/** The queue of runs: pg-boss, on the store's database. Its jobs are tickets that name a run; everything else about the run stands in the store. */
export class RunQueue {
  readonly #shared: SharedBoss;
  readonly #boss: PgBoss;

  private constructor(shared: SharedBoss) {
    this.#shared = shared;
    this.#boss = shared.boss;
  }

  static async open(store: Store, tell: Tell): Promise<RunQueue> {
    const shared = await openBoss(store, tell);
    try {
      await shared.boss.createQueue(name, {
        notify: true,
        ...(store.kind === "server" ? { heartbeatSeconds } : {}),
        // How often a run is tried again is decided by the store's count of interruptions; a graceful stop is no failure.
        retryLimit: 1000,
        retryDelay: 0,
        expireInSeconds: 23 * 3600,
        retentionSeconds: 14 * 86400,
        deleteAfterSeconds: 3600,
      });
    } catch (error) {
      await shared.release();
      throw error;
    }
    return new RunQueue(shared);
  }

  /** Queues a run, as part of a transaction on the store's database. */
  async send(db: Db, runId: string, ticket: string, priority: number): Promise<void> {
    const transaction = db as unknown as DrizzleTransactionLike; // both drivers answer with rows, which Drizzle's common type does not say
    await this.#boss.send(name, { runId }, { id: ticket, priority, db: fromDrizzle(transaction, sql) });
  }

  /**
   * Takes runs from the queue, `concurrency` at a time. A handler that throws puts the run's ticket back. Each place is a worker of its own, since pg-boss
   * lets a worker sleep after a job unless it is woken by its id, and more runs may be waiting.
   */
  async work(
    concurrency: number,
    handler: (runId: string, retried: boolean, lost: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const options = {
      localConcurrency: 1,
      batchSize: 1,
      pollingIntervalSeconds: 1,
      notifyPollingIntervalSeconds: 5,
    };
    for (let place = 0; place < concurrency; place++) {
      const worker = await this.#boss.work<{ runId: string }>(name, options, async ([job]) => {
        try {
          if (job) await handler(job.data.runId, job.retryCount > 0, job.signal);
        } finally {
          this.#boss.notifyWorker(worker);
        }
      });
    }
  }

  async state(ticket: string): Promise<TicketState> {
    const [job] = await this.#boss.findJobs(name, { id: ticket });
    if (job?.state === "created" || job?.state === "retry") return "waiting";
    return job?.state === "active" ? "active" : "over";
  }

  /** Puts a ticket that a dead worker holds back into the queue. */
  async giveBack(ticket: string): Promise<void> {
    await this.#boss.fail(name, ticket);
  }

  async cancel(ticket: string): Promise<void> {
    await this.#boss.cancel(name, ticket);
  }

  /** Takes no more runs. */
  async pause(): Promise<void> {
    await this.#boss.offWork(name, { wait: false });
  }

  async stop(): Promise<void> {
    await this.#shared.release();
  }
}
