import type { MailMessage } from "../mail/message.ts";
import type { MailQueue } from "../mail/queue.ts";
import { addLink, countLinks, endSession, peekLink, signIn } from "../store/people.ts";
import type { Db } from "../store/store.ts";
import { takeTurn } from "../store/turns.ts";
import { linkMinutes, randomToken, type SiteCookies, sessionDays, tokenOf } from "./guard/cookies.ts";

export interface AccountsOptions {
  db: Db;
  cookies: SiteCookies;
  mail: Pick<MailQueue, "send" | "kind">;
  /** Where links in mail lead; never what a request says its host is. */
  siteUrl: URL;
}

/** More mails than this to one address, in minutes, are not sent. */
const mostMails = [
  { minutes: 15, mails: 5 },
  { minutes: 24 * 60, mails: 20 },
];

/** Signing in and out. Cookies go in as a request has them and come out as values for Set-Cookie. */
export class Accounts {
  readonly #options: AccountsOptions;

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** `folder` when mail only becomes files of the data folder. */
  get mailKind(): MailQueue["kind"] {
    return this.#options.mail.kind;
  }

  /**
   * Mails a sign-in link to an address. What happens, and how long it takes, is the same for a known address and an unknown one. Of too many mails to one
   * address the last ones are not sent, and the answer does not say so.
   */
  async ask(mail: string, next: string, cookies: string | undefined): Promise<string[]> {
    const { db, cookies: own, mail: queue, siteUrl } = this.#options;
    // A browser that asks twice may use the link of either mail.
    const browser = (await tokenOf(own.asking, cookies)) ?? randomToken();
    const token = randomToken();
    const link = new URL("/sign-in/link", siteUrl);
    link.searchParams.set("token", token);
    await db.transaction(async (tx) => {
      await takeTurn(tx, `mail ${mail}`);
      const sent = await Promise.all(mostMails.map(({ minutes }) => countLinks(tx, mail, minutes)));
      if (sent.some((count, i) => count >= (mostMails[i]?.mails ?? 0))) return;
      await addLink(tx, { token, browser, mail, next, minutes: linkMinutes });
      const until = new Date(Date.now() + linkMinutes * 60_000);
      await queue.send(tx, signInMail(mail, link.href), { until });
    });
    return [await own.asking.serialize(browser)];
  }

  /** Whom a link would sign in, in a browser with these cookies. The link stays as it is: mail programs look at links too. */
  async peek(token: string, cookies: string | undefined): Promise<string | undefined> {
    const { db, cookies: own } = this.#options;
    const browser = await tokenOf(own.asking, cookies);
    return browser === undefined ? undefined : peekLink(db, token, browser);
  }

  /** Uses up a link; undefined when it does not work here. The session is a new one whatever cookies the browser came with, and one it had is ended. */
  async signIn(token: string, cookies: string | undefined): Promise<{ next: string; cookies: string[] } | undefined> {
    const { db, cookies: own } = this.#options;
    const browser = await tokenOf(own.asking, cookies);
    if (browser === undefined) return undefined;
    const session = randomToken();
    const result = await signIn(db, { token, browser, session, days: sessionDays });
    if (!result) return undefined;
    const before = await tokenOf(own.session, cookies);
    if (before !== undefined) await endSession(db, before);
    return { next: result.next, cookies: [await own.session.serialize(session), await this.#cleared("asking")] };
  }

  /** Ends this browser's session. */
  async signOut(cookies: string | undefined): Promise<string[]> {
    const { db, cookies: own } = this.#options;
    const session = await tokenOf(own.session, cookies);
    if (session !== undefined) await endSession(db, session);
    return [await this.#cleared("session")];
  }

  #cleared(name: "asking" | "session"): Promise<string> {
    return this.#options.cookies[name].serialize("", { maxAge: 0 });
  }
}

function signInMail(to: string, link: string): MailMessage {
  return {
    to,
    subject: "Sign in to livepapers",
    // Short lines, so that the message stands in its file as it is read.
    text: `Open this link in the browser in which you asked for it, and press
the button there:

${link}

It works once, within ${linkMinutes} minutes. If you did not ask for it, you need do
nothing: the link is of no use in any other browser.
`,
  };
}
