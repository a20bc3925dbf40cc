import { sql } from "drizzle-orm";
import { type DrizzleTransactionLike, fromDrizzle } from "pg-boss";
import { openBoss, type SharedBoss } from "../store/boss.ts";
import type { Db, Store } from "../store/store.ts";
import { MailError } from "./carrier.ts";
import type { MailMessage } from "./message.ts";
import { seal, unseal } from "./seal.ts";
import type { MailTransport } from "./transport.ts";

const name = "mail";

export interface MailQueueOptions {
  store: Store;
  transport: MailTransport;
  /** 32 bytes, of which every server of the site has the same: messages wait encrypted. */
  key: Uint8Array;
  log(message: string): void;
  /** Told of every attempt. */
  onAttempt?(result: "sent" | "later" | "refused"): void;
  /** Told when a message is given up for good, e.g. to write to its address no more. */
  refused?(message: MailMessage, error: MailError): Promise<void> | void;
}

export interface SendOptions {
  /** Names the job: a second one of the same id is not queued. A UUID. */
  id?: string;
  /**
   * When the connection ends after the whole message and before the answer, it is taken for delivered. Without, it is sent again: better twice than never.
   */
  once?: boolean;
  /** After this moment the message is worth nothing and is dropped. */
  until?: Date;
}

interface Queued {
  message: MailMessage;
  until?: string;
  once?: boolean;
}

/**
 * Messages on their way, as jobs `mail` of pg-boss on the store's database: queued in the transaction that has the reason for them, tried again with
 * back-off (20 seconds, doubling to an hour, for about half a day) while the server asks for patience, and given up when it refuses for good. A process that
 * dies while it sends leaves its job to another, so that a message may in that case be sent twice; with an `id` it then has the same Message-ID.
 */
export class MailQueue {
  readonly #options: MailQueueOptions;
  readonly #shared: SharedBoss;

  private constructor(options: MailQueueOptions, shared: SharedBoss) {
    this.#options = options;
    this.#shared = shared;
  }

  static async open(options: MailQueueOptions): Promise<MailQueue> {
    const shared = await openBoss(options.store, options.log);
    try {
      await shared.boss.createQueue(name, {
        notify: true,
        retryLimit: 16,
        retryDelay: 20,
        retryBackoff: true,
        retryDelayMax: 3600,
        expireInSeconds: 300,
        retentionSeconds: 2 * 86_400,
        deleteAfterSeconds: 3600,
      });
    } catch (error) {
      await shared.release();
      throw error;
    }
    return new MailQueue(options, shared);
  }

  /** `smtp`, or `folder` when messages only become files. */
  get kind(): MailTransport["kind"] {
    return this.#options.transport.kind;
  }

  /** Queues a message, as part of a transaction on the store's database. */
  async send(db: Db, message: MailMessage, { id, until, once }: SendOptions = {}): Promise<void> {
    const queued: Queued = { message, ...(until ? { until: until.toISOString() } : {}), ...(once ? { once } : {}) };
    const transaction = db as unknown as DrizzleTransactionLike; // both drivers answer with rows, which Drizzle's common type does not say
    await this.#shared.boss.send(
      name,
      { sealed: seal(queued, this.#options.key) },
      { db: fromDrizzle(transaction, sql), ...(id ? { id } : {}) },
    );
  }

  /** Begins to deliver, one message at a time. */
  async work(): Promise<void> {
    const { boss } = this.#shared;
    const options = { localConcurrency: 1, batchSize: 1, pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 10 };
    const worker = await boss.work<{ sealed: string }>(name, options, async ([job]) => {
      try {
        if (job) await this.#deliver(job.data.sealed);
      } finally {
        boss.notifyWorker(worker); // the next one may be waiting already
      }
    });
  }

  async #deliver(sealed: string): Promise<void> {
    const { transport, key, log, refused, onAttempt } = this.#options;
    let queued: Queued;
    try {
      queued = unseal(sealed, key) as Queued; // sealed by `send`
    } catch {
      log("mail: a message was queued under another secret and is dropped");
      return;
    }
    const { message, until, once } = queued;
    if (until !== undefined && Date.parse(until) < Date.now()) return;
    try {
      await transport.send(message);
      onAttempt?.("sent");
    } catch (error) {
      if (once && error instanceof MailError && error.uncertain) {
        onAttempt?.("sent");
        log(`mail: handed over, and no answer came: ${error.message}`);
        return;
      }
      if (!(error instanceof MailError) || error.reason === "later") {
        onAttempt?.("later");
        log(`mail: not delivered yet: ${error instanceof Error ? error.message : String(error)}`);
        throw error;
      }
      onAttempt?.("refused");
      log(`mail: refused for good: ${error.message}`);
      await refused?.(message, error);
    }
  }

  /** Takes no more messages; what is being sent ends first, or goes back after half a second. */
  async stop(): Promise<void> {
    await this.#shared.boss.offWork(name, { wait: false });
    await this.#shared.release();
  }
}
