import { sql } from "drizzle-orm";
import { type DrizzleTransactionLike, fromDrizzle } from "pg-boss";
import { openBoss, type SharedBoss } from "../store/boss.ts";
import { type DeliveryKey, noteDelivered, noteHanding, noteNotTaken, standingOf } from "../store/deliveries.ts";
import type { Db, Store } from "../store/store.ts";
import type { Tell, Weight } from "../store/tell.ts";
import { MailError } from "./carrier.ts";
import { withoutAddresses } from "./faults.ts";
import type { MailMessage } from "./message.ts";
import { seal, unseal } from "./seal.ts";
import type { MailTransport } from "./transport.ts";

const name = "mail";
/** Somebody waits for a message that is no digest: it goes first. */
const [soon, whenever] = [1, 0];
/** How long a message may wait, which is longer than any is worth something. */
const waitDays = 4;

/** What became of an attempt to deliver. `dropped`: the message was worth nothing any more. */
export type MailResult = "sent" | "later" | "refused" | "dropped";

export interface MailQueueOptions {
  store: Store;
  transport: MailTransport;
  /** 32 bytes, of which every server of the site has the same: messages wait encrypted. */
  key: Uint8Array;
  log: Tell;
  /** Told of every attempt. */
  onAttempt?(result: MailResult): void;
  /** Told when a message is given up for good, e.g. to write to its address no more. */
  refused?(message: MailMessage, error: MailError): Promise<void> | void;
}

export interface SendOptions {
  /** Names the job: a second one of the same id is not queued. A UUID. */
  id?: string;
  /**
   * The message is this digest. It goes only while the subscription wants it, and never twice: once its last bytes are about to go, it counts as
   * delivered unless the server says otherwise. Without, a message whose fate is unknown is sent again: better twice than never.
   */
  delivery?: DeliveryKey;
  /** After this moment the message is worth nothing and is dropped. */
  until?: Date;
}

interface Queued {
  message: MailMessage;
  until?: string;
  delivery?: DeliveryKey;
}

/**
 * Messages on their way, as jobs `mail` of pg-boss on the store's database: queued in the transaction that has the reason for them, tried again with
 * back-off (20 seconds, doubling to an hour) until it is worth nothing while the server asks for patience, and given up when it refuses for good. A process
 * that dies while it sends leaves its job to another, so that a message other than a digest may then be sent twice.
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
      const settings = {
        notify: true,
        // Eight to reach an hour, then one an hour: more than there can be while the message is kept.
        retryLimit: 8 + waitDays * 24,
        retryDelay: 20,
        retryBackoff: true,
        retryDelayMax: 3600,
        expireInSeconds: 300,
        retentionSeconds: waitDays * 86_400,
        deleteAfterSeconds: 3600,
      };
      await shared.boss.createQueue(name, settings);
      await shared.boss.updateQueue(name, settings); // one that is there keeps the settings of an older version
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
  async send(db: Db, message: MailMessage, { id, until, delivery }: SendOptions = {}): Promise<void> {
    const queued: Queued = {
      message,
      ...(until ? { until: until.toISOString() } : {}),
      ...(delivery ? { delivery } : {}),
    };
    const transaction = db as unknown as DrizzleTransactionLike; // both drivers answer with rows, which Drizzle's common type does not say
    await this.#shared.boss.send(
      name,
      { sealed: seal(queued, this.#options.key) },
      { db: fromDrizzle(transaction, sql), priority: delivery ? whenever : soon, ...(id ? { id } : {}) },
    );
  }

  /** Begins to deliver: two messages at a time, and a third that is no digest, so that a sign-in link never waits for digests. */
  async work(): Promise<void> {
    for (const minPriority of [whenever, whenever, soon]) await this.#lane(minPriority);
  }

  async #lane(minPriority: number): Promise<void> {
    const { boss } = this.#shared;
    const options = { batchSize: 1, pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 10, minPriority };
    const worker = await boss.work<{ sealed: string }>(name, options, async ([job]) => {
      try {
        if (job) await this.#deliver(job.data.sealed);
      } catch (error) {
        // What is thrown stays with the job in the database: without addresses, which a query's error has too.
        throw new Error(withoutAddresses(error instanceof Error ? error.message : String(error)));
      } finally {
        boss.notifyWorker(worker); // the next one may be waiting already
      }
    });
  }

  async #deliver(sealed: string): Promise<void> {
    const { key } = this.#options;
    let queued: Queued;
    try {
      queued = unseal(sealed, key) as Queued; // sealed by `send`
    } catch {
      return this.#end("dropped", "a message was queued under another secret and is dropped", "error");
    }
    const { message, until, delivery } = queued;
    const what = delivery ? "a digest" : "a message";
    if (until !== undefined && Date.parse(until) < Date.now()) {
      return this.#end(
        "dropped",
        `${what} could not be delivered while it was worth something, and is dropped`,
        "error",
      );
    }
    if (!delivery) return this.#attempt(message);
    const standing = await standingOf(this.#options.store.db, delivery);
    if (standing === "over") return this.#end("dropped", "a digest is not wanted any more, and is dropped", "info");
    if (standing === "handed") {
      return this.#end("sent", "a digest was handed over by a process that then died, and counts as delivered");
    }
    await this.#attempt(message, delivery);
  }

  async #attempt(message: MailMessage, delivery?: DeliveryKey): Promise<void> {
    const { transport, store, refused } = this.#options;
    let noted = false;
    const handing = async (key: DeliveryKey): Promise<void> => {
      noted = await noteHanding(store.db, key);
      if (!noted) throw new MailError("another process hands this digest over, or it has ended", "later");
    };
    try {
      await transport.send(message, delivery && (() => handing(delivery)));
    } catch (error) {
      if (noted && error instanceof MailError && error.uncertain) {
        return this.#end("sent", `handed over, and no answer came: ${error.message}`);
      }
      if (noted && delivery) await noteNotTaken(store.db, delivery);
      if (!(error instanceof MailError) || error.reason === "later") {
        this.#end("later", `not delivered yet: ${error instanceof Error ? error.message : String(error)}`);
        throw error;
      }
      // Anyone may type an address that is not there; any other refusal is for the operator to see to.
      this.#end("refused", `refused for good: ${error.message}`, error.reason === "address" ? "warn" : "error");
      await refused?.(message, error);
      return;
    }
    this.#end("sent");
    if (delivery) await noteDelivered(store.db, delivery);
  }

  /** Tells how an attempt ended. */
  #end(result: MailResult, line?: string, weight: Weight = "warn"): void {
    this.#options.onAttempt?.(result);
    if (line !== undefined) this.#options.log(`mail: ${withoutAddresses(line)}`, weight);
  }

  /** Takes no more messages; what is being sent ends first, or goes back after half a second. */
  async stop(): Promise<void> {
    await this.#shared.boss.offWork(name, { wait: false });
    await this.#shared.release();
  }
}
