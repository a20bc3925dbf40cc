import type { SubscriptionLinks } from "../feed/digest/links.ts";
import { wishWords } from "../feed/digest/words.ts";
import type { Wish } from "../kit/wish.ts";
import type { MailMessage } from "../mail/message.ts";
import type { MailQueue } from "../mail/queue.ts";
import type { Db } from "../store/store.ts";
import {
  addAsk,
  changeSubscription,
  confirmAsk,
  countAsks,
  endSubscription,
  findSubscription,
  peekAsk,
  type Subscription,
} from "../store/subscriptions.ts";
import { takeTurn } from "../store/turns.ts";
import { randomToken } from "./guard/cookies.ts";

export interface InboxOptions {
  db: Db;
  mail: Pick<MailQueue, "send" | "kind">;
  links: SubscriptionLinks;
  siteUrl: URL;
}

/** How long a link that confirms works. */
export const confirmHours = 48;

/** More mails than this to one address, in minutes, are not sent. */
const mostMails = [
  { minutes: 60, mails: 3 },
  { minutes: 24 * 60, mails: 8 },
];

/** Subscribing to the digest, and all that a subscriber does without signing in. */
export class Inbox {
  readonly #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** `folder` when mail only becomes files of the data folder. */
  get mailKind(): MailQueue["kind"] {
    return this.#options.mail.kind;
  }

  /**
   * Mails a link that confirms a subscription. The same happens for an address that has one and for any other, and nothing changes before the link is used.
   * Of too many mails to one address the last ones are not sent, and the answer does not say so.
   */
  async ask(mail: string, wish: Wish): Promise<void> {
    const { db, mail: queue, siteUrl } = this.#options;
    const token = randomToken();
    const link = new URL("/inbox/confirm", siteUrl);
    link.searchParams.set("token", token);
    await db.transaction(async (tx) => {
      await takeTurn(tx, `mail ${mail}`);
      const sent = await Promise.all(mostMails.map(({ minutes }) => countAsks(tx, mail, minutes)));
      if (sent.some((count, i) => count >= (mostMails[i]?.mails ?? 0))) return;
      await addAsk(tx, { token, mail, wish, hours: confirmHours });
      await queue.send(tx, confirmMail(mail, wish, link.href), {
        until: new Date(Date.now() + confirmHours * 3_600_000),
      });
    });
  }

  /** What a link would confirm. It stays as it is: programs that check mail open links. */
  peek(token: string): Promise<{ mail: string; wish: Wish } | undefined> {
    return peekAsk(this.#options.db, token);
  }

  /** Confirms; the path of the page where the subscription is changed. */
  async confirm(token: string): Promise<string | undefined> {
    const subscription = await confirmAsk(this.#options.db, token);
    return subscription && this.#options.links.path("manage", subscription.id);
  }

  /** The subscription that a link's key manages. */
  async find(key: string): Promise<Subscription | undefined> {
    const id = this.#options.links.read("manage", key);
    return id === undefined ? undefined : findSubscription(this.#options.db, { id });
  }

  /** Whether there is a subscription that the key manages, which then has the wish. */
  async change(key: string, wish: Wish): Promise<boolean> {
    const id = this.#options.links.read("manage", key);
    return id !== undefined && changeSubscription(this.#options.db, id, wish);
  }

  /** Ends the subscription of a key; false when the key is not one of ours. A second time does nothing, and is as good. */
  async end(key: string): Promise<boolean> {
    const { links, db } = this.#options;
    const id = links.read("unsubscribe", key) ?? links.read("manage", key);
    if (id === undefined) return false;
    await endSubscription(db, { id });
    return true;
  }

  /** Whether `end` would take the key. */
  knows(key: string): boolean {
    return this.#options.links.read("unsubscribe", key) !== undefined;
  }

  /** Where the subscription of an address is changed; undefined when it has none. For whoever has proved that the address is theirs. */
  async pathFor(mail: string): Promise<string | undefined> {
    const found = await findSubscription(this.#options.db, { mail });
    return found && this.#options.links.path("manage", found.id);
  }
}

function confirmMail(to: string, wish: Wish, link: string): MailMessage {
  return {
    to,
    subject: "Confirm: trending papers in your inbox",
    // Short lines, so that the message stands in its file as it is read.
    text: `Somebody, probably you, asked for trending papers at this address:
${wishWords(wish)}.

To get them, open this link and press the button there:

${link}

It works for ${confirmHours} hours. If you did not ask for it, you need do nothing:
without the button nothing is sent.
`,
  };
}
