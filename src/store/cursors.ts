import { sql } from "drizzle-orm";
import { toJson } from "./json.ts";
import { rowsOf } from "./rows.ts";
import type { Db } from "./store.ts";

/** Where an import stands: what its next step needs, and what it took in so far. */
export interface Cursor {
  token: unknown;
  papers: number;
  skipped: number;
  at: Date;
}

/** The cursor of a source, e.g. "arxiv:cs.LG"; undefined before its first step. */
export async function readCursor(db: Db, source: string): Promise<Cursor | undefined> {
  const result = await db.execute(
    sql`select token, papers, skipped, at from livepapers.import_cursors where source = ${source}`,
  );
  const [row] = rowsOf<Cursor>(result);
  return row && { ...row, at: new Date(row.at) };
}

/** Moves a cursor on; in the transaction that stores what was read up to there. */
export async function writeCursor(
  db: Db,
  source: string,
  token: unknown,
  more: { papers: number; skipped: number },
): Promise<void> {
  await db.execute(sql`
    insert into livepapers.import_cursors as c (source, token, papers, skipped)
    values (${source}, ${toJson(token)}::jsonb, ${more.papers}, ${more.skipped})
    on conflict (source) do update set
      token = excluded.token, papers = c.papers + excluded.papers, skipped = c.skipped + excluded.skipped, at = now()`);
}
