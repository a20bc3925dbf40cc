import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { SubscriptionLinks } from "../../src/feed/digest/links.ts";
import { DigestService } from "../../src/feed/digest/service.ts";
import { usualWish, type Wish } from "../../src/kit/wish.ts";
import type { MailMessage } from "../../src/mail/message.ts";
import { importPapers } from "../../src/store/papers.ts";
import type { Db, Store } from "../../src/store/store.ts";
import { addAsk, changeSubscription, confirmAsk, noteRefusal } from "../../src/store/subscriptions.ts";
import { someImport } from "./papers-checks.ts";

const siteUrl = new URL("https://papers.example.org");
const links = new SubscriptionLinks(Buffer.alloc(32, 3), siteUrl);
const days = (n: number): Date => new Date(Date.parse("2025-06-20T12:00:00Z") + n * 86_400_000);

/** Subscribes an address whose first digest is due at once at any of the times of the tests. */
export async function subscriber(db: Db, wish: Partial<Wish> = {}): Promise<string> {
  const token = randomBytes(24).toString("base64url");
  const mail = `${randomBytes(6).toString("hex")}@example.net`;
  await addAsk(db, { token, mail, wish: { ...usualWish, ...wish }, hours: 1 });
  await confirmAsk(db, token, days(-30));
  return mail;
}

/** Papers of one day, of two fields. */
export async function somePapers(db: Db, count: number): Promise<void> {
  await db.execute(sql`truncate livepapers.papers, livepapers.subscriptions cascade`);
  await importPapers(
    db,
    Array.from({ length: count }, (_, n) =>
      someImport(`2506.${String(n + 1).padStart(5, "0")}`, {
        serial: 2506 * 1e7 + n,
        listed: "2025-06-20",
        title: `Paper ${n} on ${n % 2 === 0 ? "attention" : "voting"}`,
        field: n % 2 === 0 ? "sequence-models" : "ranking-and-rewards",
      }),
    ),
    "arxiv",
  );
}

/** Digests on every store. */
export function checkDigests(store: () => Store): void {
  function service(now: Date, send?: (message: MailMessage) => void) {
    const sent: MailMessage[] = [];
    const mail = {
      send: async (_db: Db, message: MailMessage): Promise<void> => {
        send?.(message);
        sent.push(message);
      },
    };
    const bounces = (id: string): string => `bounces+b-${id}@example.org`;
    const options = { db: store().db, mail, links, bounces, siteUrl, log() {}, papers: async () => [], now: () => now };
    return { sent, service: new DigestService(options) };
  }

  it("come once in a period, with papers that were not in those before", async () => {
    const { db } = store();
    await somePapers(db, 14);
    const mail = await subscriber(db);
    const titles: string[] = [];
    for (const [day, count] of [6, 6, 2].entries()) {
      const { sent, service: digests } = service(days(day));
      expect(await digests.runDue()).toBe(1);
      expect(await digests.runDue()).toBe(0);
      expect(sent.map(({ to }) => to)).toEqual([mail]);
      expect(sent[0]?.bounces).toMatch(/^bounces\+b-[a-z\d]{12}@example\.org$/);
      const found = sent[0]?.text.match(/^\d\. .*$/gm) ?? [];
      expect(found).toHaveLength(count);
      titles.push(...found.map((line) => line.slice(3)));
    }
    expect(new Set(titles).size).toBe(14);
    // Nothing is left, and nobody gets an empty mail.
    expect(await service(days(3)).service.runDue()).toBe(0);
  });

  it("come once in a period however the hour is changed", async () => {
    const { db } = store();
    await somePapers(db, 40);
    const mail = await subscriber(db, { hour: 7 });
    expect(await service(days(0)).service.runDue()).toBe(1);
    const { rows } = (await db.execute(sql`select id from livepapers.subscriptions where mail = ${mail}`)) as never as {
      rows: { id: string }[];
    };
    await changeSubscription(db, rows[0]?.id ?? "", { ...usualWish, hour: 13 }, days(0));
    expect(await service(new Date("2025-06-20T14:00:00Z")).service.runDue()).toBe(0);
    expect(await service(new Date("2025-06-21T14:00:00Z")).service.runDue()).toBe(1);
  });

  it("that are late take nothing from the next one", async () => {
    const { db } = store();
    await somePapers(db, 40);
    await subscriber(db, { hour: 23 });
    const sentBy = async (time: string): Promise<number> => service(new Date(time)).service.runDue();
    expect(await sentBy("2025-06-20T23:00:30Z")).toBe(1);
    // The server was away from half past ten until one.
    expect(await sentBy("2025-06-22T01:00:00Z")).toBe(1);
    expect(await sentBy("2025-06-22T23:00:30Z")).toBe(1);
    // Away for two days: one digest, and not one for each.
    expect(await sentBy("2025-06-25T01:00:00Z")).toBe(1);
    expect(await sentBy("2025-06-25T22:00:00Z")).toBe(0);
    expect(await sentBy("2025-06-25T23:00:30Z")).toBe(1);
  });

  it("come once in every period when the clocks go forward or back", async () => {
    const { db } = store();
    const zone = "Europe/Berlin"; // whose clocks went back on 26 October 2025, and forward on 29 March 2026
    const moments = {
      day: [
        ...["2025-10-25T06:00Z", "2025-10-26T07:00Z", "2025-10-27T07:00Z"],
        ...["2026-03-28T07:00Z", "2026-03-29T06:00Z", "2026-03-30T06:00Z"],
      ],
      week: ["2025-10-20T06:00Z", "2025-10-27T07:00Z", "2026-03-23T07:00Z", "2026-03-30T06:00Z", "2026-04-06T06:00Z"],
    };
    for (const every of ["day", "week"] as const) {
      await somePapers(db, 80);
      await subscriber(db, { every, zone, hour: 8 });
      for (const moment of moments[every]) {
        const now = new Date(Date.parse(moment) + 30_000);
        expect(await service(now).service.runDue(), `${every}, ${moment}`).toBe(1);
      }
    }
  });

  it("are about the chosen fields", async () => {
    const { db } = store();
    await somePapers(db, 30);
    await subscriber(db, { fields: ["ranking-and-rewards"], every: "week" });
    const { sent, service: digests } = service(days(3));
    await digests.runDue();
    expect(sent[0]?.text.match(/^\d+\. .*$/gm)).toHaveLength(12);
    expect(sent[0]?.text).not.toContain("attention");
  });

  it("are neither noted nor lost when the message cannot be queued", async () => {
    const { db } = store();
    await somePapers(db, 14);
    await subscriber(db);
    const failing = service(days(0), () => {
      throw new Error("no queue");
    });
    await expect(failing.service.runDue()).rejects.toThrow("no queue");
    const { sent, service: digests } = service(days(0));
    expect(await digests.runDue()).toBe(1);
    expect(sent).toHaveLength(1);
  });

  it("are made once by however many processes at a time, and not for an address that refuses mail", async () => {
    const { db } = store();
    await somePapers(db, 14);
    const mails: string[] = [];
    for (let i = 0; i < 12; i++) mails.push(await subscriber(db));
    const refusing = await subscriber(db);
    await noteRefusal(db, refusing, true);
    const workers = [1, 2, 3].map(() => service(days(0)));
    await Promise.all(workers.map(({ service: digests }) => digests.runDue()));
    const sent = workers.flatMap((worker) => worker.sent.map(({ to }) => to));
    expect(sent.sort()).toEqual(mails.sort());
  });
}
