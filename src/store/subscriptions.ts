import { sql } from "drizzle-orm";
import { nextSending, readWish, type Wish } from "../kit/wish.ts";
import { newId } from "./ids.ts";
import { toJson } from "./json.ts";
import { tokenHash } from "./people.ts";
import { rowsOf } from "./rows.ts";
import type { Db } from "./store.ts";

/** Somebody who gets the digest: an address and what it wants. */
export interface Subscription extends Wish {
  id: string;
  mail: string;
  /** When the next digest is due. */
  due: Date;
  /** Since when the address takes no mail; nothing is sent to it any more. */
  refused: Date | null;
  created: Date;
}

/** After this many digests that a server would not take, nothing more is sent. */
const mostFailures = 3;

interface Row {
  id: string;
  mail: string;
  every: string;
  fields: unknown[];
  hour: number;
  zone: string;
  due: Date | string;
  refused: Date | string | null;
  created: Date | string;
}

const columns = sql.raw("id, mail, every, fields, hour, zone, due, refused, created");

function subscriptionOf(row: Row | undefined): Subscription | undefined {
  if (!row) return undefined;
  return {
    ...readWish(row),
    id: row.id,
    mail: row.mail,
    due: new Date(row.due),
    refused: row.refused === null ? null : new Date(row.refused),
    created: new Date(row.created),
  };
}

export interface Ask {
  /** Goes into the mail. */
  token: string;
  mail: string;
  wish: Wish;
  hours: number;
}

/** Keeps what somebody wants who has to confirm it. A subscription that the address has stays as it is until then. */
export async function addAsk(db: Db, { token, mail, wish, hours }: Ask): Promise<void> {
  await db.execute(sql`
    insert into livepapers.subscription_asks (token, mail, wish, expires)
    values (${tokenHash(token)}, ${mail}, ${toJson(wish)}::jsonb, now() + make_interval(hours => ${hours}::integer))`);
}

/** How many asks an address had in the last `minutes`. */
export async function countAsks(db: Db, mail: string, minutes: number): Promise<number> {
  const result = await db.execute(sql`
    select count(*)::integer as asks from livepapers.subscription_asks
    where mail = ${mail} and created > now() - make_interval(mins => ${minutes}::integer)`);
  return rowsOf<{ asks: number }>(result)[0]?.asks ?? 0;
}

/** What a link would confirm now. Changes nothing. */
export async function peekAsk(db: Db, token: string): Promise<{ mail: string; wish: Wish } | undefined> {
  const result = await db.execute(sql`
    select mail, wish from livepapers.subscription_asks where token = ${tokenHash(token)} and expires > now()`);
  const row = rowsOf<{ mail: string; wish: Record<string, unknown> }>(result)[0];
  return row && { mail: row.mail, wish: readWish(row.wish) };
}

/** Begins or changes the subscription that a link is for, and uses up all links of its address; undefined for an unknown or old one. */
export function confirmAsk(db: Db, token: string, now = new Date()): Promise<Subscription | undefined> {
  return db.transaction(async (tx) => {
    const found = await tx.execute(sql`
      delete from livepapers.subscription_asks where token = ${tokenHash(token)} and expires > now() returning mail, wish`);
    const ask = rowsOf<{ mail: string; wish: Record<string, unknown> }>(found)[0];
    if (!ask) return undefined;
    // The count of asks goes by these rows, so that they stay, and only stop to work.
    await tx.execute(sql`update livepapers.subscription_asks set expires = now() where mail = ${ask.mail}`);
    const { every, fields, hour, zone } = readWish(ask.wish);
    const due = nextSending({ every, hour, zone }, now).toISOString();
    const made = await tx.execute(sql`
      insert into livepapers.subscriptions (id, mail, every, fields, hour, zone, due)
      values (${newId()}, ${ask.mail}, ${every}, ${toJson(fields)}::jsonb, ${hour}, ${zone}, ${due}::timestamptz)
      on conflict (mail) do update set every = excluded.every, fields = excluded.fields, hour = excluded.hour, zone = excluded.zone,
        due = excluded.due, failures = 0, refused = null
      returning ${columns}`);
    const subscription = subscriptionOf(rowsOf<Row>(made)[0]);
    if (subscription) {
      await tx.execute(sql`update livepapers.deliveries set bounced = null where subscription = ${subscription.id}`);
    }
    return subscription;
  });
}

export async function findSubscription(
  db: Db,
  by: { id: string } | { mail: string },
): Promise<Subscription | undefined> {
  const condition = "id" in by ? sql`id = ${by.id}` : sql`mail = ${by.mail}`;
  const result = await db.execute(sql`select ${columns} from livepapers.subscriptions where ${condition}`);
  return subscriptionOf(rowsOf<Row>(result)[0]);
}

/** Gives a subscription another wish; false when there is none. */
export async function changeSubscription(db: Db, id: string, wish: Wish, now = new Date()): Promise<boolean> {
  const { every, fields, hour, zone } = wish;
  const result = await db.execute(sql`
    update livepapers.subscriptions set every = ${every}, fields = ${toJson(fields)}::jsonb, hour = ${hour}, zone = ${zone},
      due = ${nextSending(wish, now).toISOString()}::timestamptz
    where id = ${id} returning id`);
  return rowsOf(result).length > 0;
}

/** Ends a subscription and forgets its address. Nothing happens when there is none. */
export async function endSubscription(db: Db, by: { id: string } | { mail: string }): Promise<void> {
  await db.transaction(async (tx) => {
    const condition = "id" in by ? sql`id = ${by.id}` : sql`mail = ${by.mail}`;
    const ended = await tx.execute(sql`delete from livepapers.subscriptions where ${condition} returning mail`);
    const mail = rowsOf<{ mail: string }>(ended)[0]?.mail ?? ("mail" in by ? by.mail : undefined);
    if (mail !== undefined) await tx.execute(sql`delete from livepapers.subscription_asks where mail = ${mail}`);
  });
}

/** Notes that a server would not take a digest: at once for good when it does not know the address, else the third time. */
export async function noteRefusal(db: Db, mail: string, unknownAddress: boolean): Promise<void> {
  await db.execute(sql`
    update livepapers.subscriptions set failures = failures + 1,
      refused = case when ${unknownAddress}::boolean or failures + 1 >= ${mostFailures}::integer then coalesce(refused, now()) else refused end
    where mail = ${mail}`);
}

/** Removes asks after three days, and what was sent after `days`. */
export async function forgetOldAsks(db: Db, days: number): Promise<void> {
  await db.execute(sql`delete from livepapers.subscription_asks where created < now() - interval '3 days'`);
  await db.execute(sql`delete from livepapers.deliveries where at < now() - make_interval(days => ${days}::integer)`);
}

/** The ids of subscriptions whose digest is due, those that wait longest first. */
export async function dueSubscriptions(db: Db, now: Date, limit: number): Promise<string[]> {
  const result = await db.execute(sql`
    select id from livepapers.subscriptions where refused is null and due <= ${now.toISOString()}::timestamptz
    order by due, id limit ${limit}`);
  return rowsOf<{ id: string }>(result).map(({ id }) => id);
}

/** Takes a subscription for this transaction; undefined when it is not due any more or another process has it. */
export async function lockDue(tx: Db, id: string, now: Date): Promise<Subscription | undefined> {
  const result = await tx.execute(sql`
    select ${columns} from livepapers.subscriptions
    where id = ${id} and refused is null and due <= ${now.toISOString()}::timestamptz for update skip locked`);
  return subscriptionOf(rowsOf<Row>(result)[0]);
}

export async function setDue(db: Db, id: string, due: Date): Promise<void> {
  await db.execute(sql`update livepapers.subscriptions set due = ${due.toISOString()}::timestamptz where id = ${id}`);
}
