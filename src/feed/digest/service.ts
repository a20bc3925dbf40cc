import type { Paper } from "../../kit/paper.ts";
import { digestPeriod, nextSending } from "../../kit/wish.ts";
import type { MailQueue } from "../../mail/queue.ts";
import { addDelivery, sentSlugs } from "../../store/deliveries.ts";
import { type Db, reasonOf } from "../../store/store.ts";
import { dueSubscriptions, lockDue, type Subscription, setDue } from "../../store/subscriptions.ts";
import type { Tell } from "../../store/tell.ts";
import { DigestSource, entriesPerDigest } from "./entries.ts";
import { digestLetter } from "./letter.ts";
import type { SubscriptionLinks } from "./links.ts";
import { wishWords } from "./words.ts";

export interface DigestOptions {
  db: Db;
  mail: Pick<MailQueue, "send">;
  links: SubscriptionLinks;
  /** The address at which the failure of a subscription's digest is reported; the sender's without. */
  bounces?: ((subscription: string) => string) | undefined;
  siteUrl: URL;
  /** The cards that may be shown now. */
  papers(): Promise<readonly Paper[]>;
  log: Tell;
  now?(): Date;
}

const everyMs = 30_000;
/** Subscriptions taken up at a time. */
const batch = 100;
const dayMs = 86_400_000;
/** What begins the id of every digest's message. */
export const digestPrefix = "digest-";

/** The latest moment a digest was due at. One that is sent late is for the period of that moment, so that the next can come at its own. */
function dueMoment(subscription: Subscription, now: Date): Date {
  let latest = subscription.due;
  // Step by step: days and weeks of a zone are not all of one length.
  for (let next = latest; next <= now; next = nextSending(subscription, next)) latest = next;
  return latest;
}

/** Queues the digests that are due. Any number of processes may do it at once: each subscriber gets one for a period. */
export class DigestService {
  readonly #options: DigestOptions;
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: DigestOptions) {
    this.#options = options;
  }

  start(): void {
    const go = (): void => {
      this.#pass = this.runDue().catch((error: unknown) => this.#options.log(`digest: ${reasonOf(error)}`, "error"));
      void this.#pass.then(() => {
        if (!this.#stopped) this.#timer = setTimeout(go, everyMs).unref();
      });
    };
    go();
  }

  /** Queues every digest that is due now; how many that were. */
  async runDue(): Promise<number> {
    const now = this.#options.now?.() ?? new Date();
    const source = new DigestSource();
    const papers = await this.#options.papers();
    let sent = 0;
    for (;;) {
      const ids = await dueSubscriptions(this.#options.db, now, batch);
      for (const id of ids) {
        if (this.#stopped) return sent;
        if (await this.#deliver(id, now, source, papers)) sent += 1;
      }
      if (ids.length < batch) return sent;
    }
  }

  /** In one transaction: takes the subscription, notes its digest for the period, queues the message, and sets when the next one is due. */
  #deliver(id: string, now: Date, source: DigestSource, papers: readonly Paper[]): Promise<boolean> {
    return this.#options.db.transaction(async (tx) => {
      const subscription = await lockDue(tx, id, now);
      if (!subscription) return false;
      await setDue(tx, id, nextSending(subscription, now));
      const { fields, every } = subscription;
      const period = digestPeriod(subscription, dueMoment(subscription, now));
      const had = await sentSlugs(tx, id);
      const entries = await source.entries(tx, { fields, now, papers, had, count: entriesPerDigest[every] });
      // A reader who had everything gets no empty mail.
      if (entries.length === 0) return false;
      const slugs = entries.map(({ slug }) => slug);
      if (!(await addDelivery(tx, { subscription: id, period, slugs }))) return false;
      const until = new Date(Date.now() + (every === "week" ? 3 : 1) * dayMs);
      await this.#options.mail.send(tx, this.#letter(subscription, period, entries), {
        until,
        delivery: { subscription: id, period },
      });
      return true;
    });
  }

  #letter(subscription: Subscription, period: string, entries: Parameters<typeof digestLetter>[0]["entries"]) {
    const { links, bounces, siteUrl } = this.#options;
    const { id, mail } = subscription;
    const letter = digestLetter({
      ...{ to: mail, period, entries, siteUrl },
      wish: wishWords(subscription),
      manage: links.url("manage", id),
      unsubscribe: links.url("unsubscribe", id),
      id: `${digestPrefix}${id}-${period}`,
    });
    return bounces ? { ...letter, bounces: bounces(id) } : letter;
  }

  /** Begins no more; the digest that is being made is made. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#pass;
  }
}
