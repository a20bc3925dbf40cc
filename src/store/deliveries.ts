import { sql } from "drizzle-orm";
import { toJson } from "./json.ts";
import { rowsOf } from "./rows.ts";
import type { Db } from "./store.ts";

/** The papers of the digests that a subscriber was sent. */
export async function sentSlugs(db: Db, id: string): Promise<Set<string>> {
  const result = await db.execute(sql`
    select distinct jsonb_array_elements_text(slugs) as slug from livepapers.deliveries where subscription = ${id}`);
  return new Set(rowsOf<{ slug: string }>(result).map(({ slug }) => slug));
}

/** Names a digest: a subscriber gets one for a period. */
export interface DeliveryKey {
  subscription: string;
  period: string;
}

export interface Delivery extends DeliveryKey {
  slugs: readonly string[];
}

/** Notes a digest for a period; false when there was one already. */
export async function addDelivery(tx: Db, { subscription, period, slugs }: Delivery): Promise<boolean> {
  const result = await tx.execute(sql`
    insert into livepapers.deliveries (subscription, period, slugs) values (${subscription}, ${period}, ${toJson(slugs)}::jsonb)
    on conflict do nothing returning period`);
  return rowsOf(result).length > 0;
}

/** What is to become of a digest that waits. `over`: nobody wants it any more. `handed`: it was handed to the mail server, and may have arrived. */
export type Standing = "wanted" | "over" | "handed";

/** Asked before a digest is sent: it may have waited for hours. */
export async function standingOf(db: Db, { subscription, period }: DeliveryKey): Promise<Standing> {
  const result = await db.execute(sql`
    select d.handed is not null as handed, s.refused is not null as refused
    from livepapers.deliveries d join livepapers.subscriptions s on s.id = d.subscription
    where d.subscription = ${subscription} and d.period = ${period}`);
  const row = rowsOf<{ handed: boolean; refused: boolean }>(result)[0];
  if (row?.handed) return "handed";
  return row && !row.refused ? "wanted" : "over";
}

/** Notes that the last bytes of a digest go now; false when that was noted before, or the subscription has ended. */
export async function noteHanding(db: Db, { subscription, period }: DeliveryKey): Promise<boolean> {
  const result = await db.execute(sql`
    update livepapers.deliveries set handed = now()
    where subscription = ${subscription} and period = ${period} and handed is null returning period`);
  return rowsOf(result).length > 0;
}

/** Takes the note back: the server has said that it did not take the digest. */
export async function noteNotTaken(db: Db, { subscription, period }: DeliveryKey): Promise<void> {
  await db.execute(sql`
    update livepapers.deliveries set handed = null where subscription = ${subscription} and period = ${period}`);
}

/** Notes that a server took a digest: what it refused before counts no longer. */
export async function noteDelivered(db: Db, { subscription }: DeliveryKey): Promise<void> {
  await db.execute(sql`
    update livepapers.subscriptions set failures = 0 where id = ${subscription} and failures > 0`);
}

/** After this many digests in a row that came back, nothing more is sent. */
const mostBounces = 3;

/**
 * Notes that a digest came back, taken to be the latest: nothing more is sent when its address does not exist, else when the latest three all came back.
 * False when there is no such subscription.
 */
export function noteBounce(db: Db, subscription: string, unknownAddress: boolean): Promise<boolean> {
  const latest = (count: number) => sql`
    (select period, bounced from livepapers.deliveries where subscription = ${subscription}
     order by at desc, period desc limit ${count})`;
  return db.transaction(async (tx) => {
    await tx.execute(sql`
      update livepapers.deliveries set bounced = coalesce(bounced, now())
      where subscription = ${subscription} and period in (select period from ${latest(1)} l)`);
    const result = await tx.execute(sql`
      update livepapers.subscriptions set refused = case
        when ${unknownAddress}::boolean or (select count(bounced) >= ${mostBounces}::integer from ${latest(mostBounces)} l)
        then coalesce(refused, now()) else refused end
      where id = ${subscription} returning id`);
    return rowsOf(result).length > 0;
  });
}
