import { sql } from "drizzle-orm";
import { rowsOf } from "./rows.ts";
import type { Db } from "./store.ts";

/** A card that the administrator has taken off the site. */
export interface HiddenCard {
  slug: string;
  reason: string;
  at: Date;
}

/** Takes a paper off the site, by its slug or arXiv id. */
export async function hideCard(db: Db, slug: string, reason: string): Promise<void> {
  await db.execute(sql`
    insert into livepapers.hidden_cards (slug, reason) values (${slug}, ${reason.slice(0, 300)})
    on conflict (slug) do update set reason = excluded.reason`);
  await db.execute(sql`update livepapers.papers set hidden = true where slug = ${slug} or arxiv = ${slug}`);
}

/** Shows a paper again, under whichever of its names it was hidden. */
export async function unhideCard(db: Db, slug: string): Promise<void> {
  await db.execute(sql`
    delete from livepapers.hidden_cards h where h.slug = ${slug}
      or exists (select 1 from livepapers.papers p where ${slug} in (p.slug, p.arxiv) and h.slug in (p.slug, p.arxiv))`);
  await db.execute(sql`update livepapers.papers set hidden = false where slug = ${slug} or arxiv = ${slug}`);
}

export async function hiddenCards(db: Db): Promise<HiddenCard[]> {
  const result = await db.execute(sql`select slug, reason, at from livepapers.hidden_cards order by slug`);
  return rowsOf<{ slug: string; reason: string; at: Date | string }>(result).map((row) => ({
    ...row,
    at: new Date(row.at),
  }));
}
