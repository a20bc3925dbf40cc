import { sql } from "drizzle-orm";
import { rowsOf } from "./rows.ts";
import type { Db } from "./store.ts";

/**
 * Since when the claims of these papers come out as they last did: the end of the first run behind the last one that came out otherwise. Runs count as they
 * do in `latestVerdicts`. What has no verdict is left out.
 */
export async function verdictsSince(db: Db, slugs: readonly string[]): Promise<Map<string, Date>> {
  if (slugs.length === 0) return new Map();
  const result = await db.execute(sql`
    with done as materialized (
      select id, slug, verdict, finished from livepapers.runs
      where kind = 'claim' and state = 'done' and standard and origin in ('server', 'cli') and verdict is not null
        and slug in (select jsonb_array_elements_text(${JSON.stringify(slugs)}::jsonb))
    ), latest as (
      select distinct on (slug) slug, verdict from done order by slug, finished desc, id desc
    ), otherwise as (
      select done.slug, max(finished) as until from done join latest using (slug)
      where done.verdict <> latest.verdict group by done.slug
    )
    select done.slug, min(finished) as since from done join latest using (slug) left join otherwise using (slug)
    where done.verdict = latest.verdict and (until is null or finished > until) group by done.slug`);
  const rows = rowsOf<{ slug: string; since: string | Date }>(result);
  return new Map(rows.map(({ slug, since }) => [slug, new Date(since)]));
}
