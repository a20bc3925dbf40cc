import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { usualWish } from "../../src/kit/wish.ts";
import { addLink, signIn } from "../../src/store/people.ts";
import { deletePerson, exportPerson } from "../../src/store/personal-data.ts";
import type { Store } from "../../src/store/store.ts";
import {
  addAsk,
  changeSubscription,
  confirmAsk,
  countAsks,
  endSubscription,
  findSubscription,
  forgetOldAsks,
  noteRefusal,
  peekAsk,
} from "../../src/store/subscriptions.ts";

const token = (): string => randomBytes(24).toString("base64url");
const weekly = { every: "week", fields: ["llm-systems"], hour: 22, zone: "Asia/Tokyo" } as const;
const wish = { ...weekly, fields: [...weekly.fields] };

/** Subscriptions on every store. */
export function checkSubscriptions(store: () => Store): void {
  async function subscribed(mail: string) {
    const one = token();
    await addAsk(store().db, { token: one, mail, wish: usualWish, hours: 1 });
    const found = await confirmAsk(store().db, one);
    if (!found) throw new Error("not confirmed");
    return found;
  }

  it("begin with a link that was confirmed, which works once", async () => {
    const { db } = store();
    const mail = `${token()}@example.net`;
    const [one, two, old] = [token(), token(), token()];
    await addAsk(db, { token: one, mail, wish, hours: 1 });
    await addAsk(db, { token: two, mail, wish: usualWish, hours: 1 });
    await addAsk(db, { token: old, mail, wish, hours: 0 });
    expect(await countAsks(db, mail, 60)).toBe(3);
    expect(await peekAsk(db, one)).toEqual({ mail, wish });
    expect(await peekAsk(db, old)).toBeUndefined();
    expect(await findSubscription(db, { mail })).toBeUndefined();
    expect(await confirmAsk(db, old)).toBeUndefined();
    const now = new Date("2026-11-27T00:00:00Z");
    const both = await Promise.all([confirmAsk(db, one, now), confirmAsk(db, one, now)]);
    const [made, ...more] = both.filter((found) => found !== undefined);
    expect(more).toEqual([]);
    expect(made).toMatchObject({ mail, ...wish, due: new Date("2026-11-30T13:00:00Z"), refused: null });
    // The other links of the address are of no use any more, and still count.
    expect(await confirmAsk(db, two)).toBeUndefined();
    expect(await countAsks(db, mail, 60)).toBeGreaterThanOrEqual(2);
    expect(await findSubscription(db, { id: made?.id ?? "" })).toEqual(made);
  });

  it("change when their owner confirms again, and keep their id", async () => {
    const { db } = store();
    const mail = `${token()}@example.net`;
    const first = await subscribed(mail);
    await noteRefusal(db, mail, true);
    const again = token();
    await addAsk(db, { token: again, mail, wish, hours: 1 });
    expect((await findSubscription(db, { mail }))?.refused).toBeInstanceOf(Date);
    expect(await confirmAsk(db, again)).toMatchObject({ id: first.id, ...wish, refused: null });
    expect(await changeSubscription(db, first.id, usualWish, new Date("2026-11-27T07:00:00Z"))).toBe(true);
    expect(await findSubscription(db, { mail })).toMatchObject({ ...usualWish, due: new Date("2026-11-28T07:00:00Z") });
    expect(await changeSubscription(db, "nobody", usualWish)).toBe(false);
  });

  it("end without a trace of the address", async () => {
    const { db } = store();
    const mail = `${token()}@example.net`;
    const { id } = await subscribed(mail);
    await addAsk(db, { token: token(), mail, wish, hours: 1 });
    await db.execute(
      sql`insert into livepapers.deliveries (subscription, period, slugs) values (${id}, '2026-11-27', '[]')`,
    );
    await endSubscription(db, { id });
    await endSubscription(db, { id });
    expect(await findSubscription(db, { mail })).toBeUndefined();
    expect(await countAsks(db, mail, 60)).toBe(0);
    const left = await db.execute(sql`select 1 from livepapers.deliveries where subscription = ${id}`);
    expect((left as unknown as { rows: unknown[] }).rows).toEqual([]);
  });

  it("stop when a server does not know the address, or refuses three times", async () => {
    const { db } = store();
    const [gone, picky] = [await subscribed(`${token()}@example.net`), await subscribed(`${token()}@example.net`)];
    const refused = async ({ id }: { id: string }) => (await findSubscription(db, { id }))?.refused ?? null;
    await noteRefusal(db, gone.mail, true);
    expect(await refused(gone)).toBeInstanceOf(Date);
    for (const expected of [null, null, expect.any(Date)]) {
      await noteRefusal(db, picky.mail, false);
      expect(await refused(picky)).toEqual(expected);
    }
  });

  it("belong to the data of an account with the same address", async () => {
    const { db } = store();
    const mail = `${token()}@example.net`;
    const { id } = await subscribed(mail);
    const [link, browser] = [token(), token()];
    await addLink(db, { token: link, browser, mail, next: "/", minutes: 5 });
    const person = (await signIn(db, { token: link, browser, session: token(), days: 1 }))?.person;
    if (!person) throw new Error("not signed in");
    expect(await exportPerson(db, person)).toMatchObject({ subscription: { id, mail } });
    await deletePerson(db, person);
    expect(await findSubscription(db, { id })).toBeUndefined();
  });

  it("that nobody confirmed are forgotten after three days", async () => {
    const { db } = store();
    const mail = `${token()}@example.net`;
    await addAsk(db, { token: token(), mail, wish, hours: 48 });
    await forgetOldAsks(db, 60);
    expect(await countAsks(db, mail, 60)).toBe(1);
    await db.execute(
      sql`update livepapers.subscription_asks set created = now() - interval '73 hours' where mail = ${mail}`,
    );
    await forgetOldAsks(db, 60);
    expect(await countAsks(db, mail, 10_000)).toBe(0);
  });
}
