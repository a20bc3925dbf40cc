import { sql } from "drizzle-orm";
import { toJson } from "./json.ts";
import { rowsOf } from "./rows.ts";
import type { Db } from "./store.ts";

/** A paper that a person has put aside. */
export interface Bookmark {
  slug: string;
  tags: string[];
  at: Date;
}

/** Bookmarks a paper; one that is there already keeps its tags. */
export async function addBookmark(db: Db, person: string, slug: string): Promise<void> {
  await db.execute(
    sql`insert into livepapers.bookmarks (person, slug) values (${person}, ${slug}) on conflict do nothing`,
  );
}

/** Gives a bookmark other tags; nothing happens when there is none. */
export async function tagBookmark(db: Db, person: string, slug: string, tags: readonly string[]): Promise<void> {
  await db.execute(sql`
    update livepapers.bookmarks set tags = ${toJson(tags)}::jsonb where person = ${person} and slug = ${slug}`);
}

export async function removeBookmark(db: Db, person: string, slug: string): Promise<void> {
  await db.execute(sql`delete from livepapers.bookmarks where person = ${person} and slug = ${slug}`);
}

/** A person's bookmarks, newest first. */
export async function bookmarksOf(db: Db, person: string): Promise<Bookmark[]> {
  const result = await db.execute(sql`
    select slug, tags, at from livepapers.bookmarks where person = ${person} order by at desc, slug`);
  return rowsOf<{ slug: string; tags: string[]; at: Date | string }>(result).map((row) => ({
    ...row,
    at: new Date(row.at),
  }));
}

/** Those of these papers that the person has bookmarked. */
export async function bookmarkedOf(db: Db, person: string, slugs: readonly string[]): Promise<Set<string>> {
  if (slugs.length === 0) return new Set();
  const result = await db.execute(
    sql`select slug from livepapers.bookmarks where person = ${person} and slug in ${[...slugs]}`,
  );
  return new Set(rowsOf<{ slug: string }>(result).map((row) => row.slug));
}

export async function followField(db: Db, person: string, field: string): Promise<void> {
  await db.execute(
    sql`insert into livepapers.follows (person, field) values (${person}, ${field}) on conflict do nothing`,
  );
}

export async function unfollowField(db: Db, person: string, field: string): Promise<void> {
  await db.execute(sql`delete from livepapers.follows where person = ${person} and field = ${field}`);
}

/** The fields that a person follows. */
export async function followsOf(db: Db, person: string): Promise<string[]> {
  const result = await db.execute(sql`select field from livepapers.follows where person = ${person} order by field`);
  return rowsOf<{ field: string }>(result).map((row) => row.field);
}
