import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { SubscriptionLinks } from "../../src/feed/digest/links.ts";
import { usualWish } from "../../src/kit/wish.ts";
import type { MailMessage } from "../../src/mail/message.ts";
import { addDelivery } from "../../src/store/deliveries.ts";
import { ownRun } from "../../src/store/owners.ts";
import { addLink, signIn } from "../../src/store/people.ts";
import { accountName, deletePerson, exportPerson } from "../../src/store/personal-data.ts";
import { noteRequest } from "../../src/store/requests.ts";
import { rowsOf } from "../../src/store/rows.ts";
import { insertRun } from "../../src/store/runs.ts";
import { addBookmark, followField } from "../../src/store/shelf.ts";
import { castVote, recordRead, recordRunner } from "../../src/store/signals.ts";
import type { Db, Store } from "../../src/store/store.ts";
import { addAsk, confirmAsk } from "../../src/store/subscriptions.ts";
import { addAnswer, setTaste } from "../../src/store/tastes.ts";
import { someRun } from "../../src/store/testing.ts";
import { Accounts } from "../../src/web/accounts.ts";
import { siteCookies } from "../../src/web/guard/cookies.ts";
import { Inbox } from "../../src/web/inbox.ts";

/** What the export calls the rows of every table that names a person. */
const exported: Readonly<Record<string, string>> = {
  people: "account",
  sign_in_links: "signInLinks",
  sessions: "sessions",
  bookmarks: "bookmarks",
  follows: "follows",
  votes: "votes",
  reads: "reads",
  tastes: "forYou",
  answers: "forYou",
  run_owners: "runs",
  run_ballots: "runsCounted",
  run_requests: "keysOfPosts",
  subscriptions: "subscription",
  subscription_asks: "asksToSubscribe",
  deliveries: "digestsSent",
};

/** The tables that name nobody. What a run holds stands on its page, by way of its owner. */
const nobodys = [
  ...["meta", "runs", "run_events", "run_files", "run_file_parts", "file_places"],
  ...["papers", "hidden_cards", "words", "import_cursors"],
];

const unique = (): string => randomBytes(8).toString("hex");

/** A person of whom every table has something. */
async function somebody(db: Db) {
  const [token, browser, session, mail] = [unique(), unique(), unique(), `${unique()}@example.net`];
  await addLink(db, { token, browser, mail, next: "/me", minutes: 5 });
  const person = (await signIn(db, { token, browser, session, days: 1 }))?.person;
  if (!person) throw new Error("the link did not work");
  const id = accountName(person.id);
  const address = unique();
  const run = await insertRun(db, someRun({ state: "done" }));
  await ownRun(db, run, { owner: id, address });
  await recordRunner(db, run, "p", { id, address });
  await noteRequest(db, { asker: id, key: "k", content: "" }, run);
  await castVote(db, "p", { id, address });
  await recordRead(db, "p", { id, address });
  await addBookmark(db, person.id, "p");
  await followField(db, person.id, "llm-systems");
  await setTaste(db, person.id, true);
  await addAnswer(db, person.id, "p", true);
  const ask = unique();
  await addAsk(db, { token: ask, mail, wish: usualWish, hours: 1 });
  await addAsk(db, { token: unique(), mail, wish: usualWish, hours: 1 });
  const subscription = (await confirmAsk(db, ask))?.id ?? "";
  await addDelivery(db, { subscription, period: "2025-06-20", slugs: ["2506.00001"] });
  return { person, address };
}

/** Of what a site knows about people, that they can see and end all of it; and that one address gets so many mails. */
export function checkPersonalData(store: () => Store): void {
  it("exports something of every table that names the person, and nothing of it is left", async () => {
    const { db } = store();
    const tables = rowsOf<{ name: string }>(
      await db.execute(`select table_name as name from information_schema.tables where table_schema = 'livepapers'`),
    ).map(({ name }) => name);
    // A new table belongs to one of the two lists, and when it names a person to exportPerson and deletePerson.
    expect(tables.sort()).toEqual([...Object.keys(exported), ...nobodys].sort());
    const { person, address } = await somebody(db);
    const data = await exportPerson(db, person);
    for (const [table, key] of Object.entries(exported)) {
      expect(data[key], table).toBeTruthy();
      expect(data[key], table).not.toEqual([]);
    }
    expect(data.forYou).toMatchObject({ answers: [{ slug: "p" }] });
    expect(data.digestsSent).toMatchObject([{ period: "2025-06-20", papers: ["2506.00001"] }]);
    expect(data.addressCodes).toEqual(
      ["reads", "runs", "runsCounted", "votes"].map((kind) => ({ code: address, with: kind })),
    );
    await deletePerson(db, person);
    const { account, forYou, subscription, ...left } = await exportPerson(db, person);
    expect([account, subscription]).toEqual([person, null]);
    expect(forYou).toMatchObject({ answers: [] });
    expect(Object.values(left)).toEqual(Object.values(left).map(() => []));
  });

  it("sends one address so many mails, also when they are asked for at once", async () => {
    const { db } = store();
    const sent: string[] = [];
    const mail = { kind: "smtp" as const, send: async (_db: Db, { to }: MailMessage) => void sent.push(to) };
    const siteUrl = new URL("https://papers.example.org");
    const accounts = new Accounts({ db, mail, siteUrl, cookies: siteCookies("s".repeat(32), true) });
    const inbox = new Inbox({ db, mail, siteUrl, links: new SubscriptionLinks(Buffer.alloc(32, 3), siteUrl) });
    const [reader, subscriber] = [`${unique()}@example.net`, `${unique()}@example.net`];
    const twelve = Array.from({ length: 12 });
    await Promise.all(twelve.map(() => accounts.ask(reader, "/me", undefined)));
    await Promise.all(twelve.map(() => inbox.ask(subscriber, usualWish)));
    expect(sent.filter((to) => to === reader)).toHaveLength(5);
    expect(sent.filter((to) => to === subscriber)).toHaveLength(3);
  });
}
