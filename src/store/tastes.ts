import { sql } from "drizzle-orm";
import { rowsOf } from "./rows.ts";
import type { Db } from "./store.ts";

/** What a person said to "Would you read this?". */
export interface Answer {
  slug: string;
  wouldRead: boolean;
  at: Date;
}

/** Whether the person wants a ranking of their own; so long as they have not said no, they do. */
export async function wantsTaste(db: Db, person: string): Promise<boolean> {
  const result = await db.execute(sql`select wanted from livepapers.tastes where person = ${person}`);
  return rowsOf<{ wanted: boolean }>(result)[0]?.wanted ?? true;
}

export async function setTaste(db: Db, person: string, wanted: boolean): Promise<void> {
  await db.execute(sql`
    insert into livepapers.tastes (person, wanted) values (${person}, ${wanted})
    on conflict (person) do update set wanted = excluded.wanted`);
}

/** A person's answers, newest first. */
export async function answersOf(db: Db, person: string): Promise<Answer[]> {
  const result = await db.execute(sql`
    select slug, would_read as "wouldRead", at from livepapers.answers where person = ${person} order by at desc, slug`);
  return rowsOf<Omit<Answer, "at"> & { at: Date | string }>(result).map((row) => ({ ...row, at: new Date(row.at) }));
}

/** Keeps an answer; a later one to the same question takes its place. */
export async function addAnswer(db: Db, person: string, slug: string, wouldRead: boolean): Promise<void> {
  await db.execute(sql`
    insert into livepapers.answers (person, slug, would_read) values (${person}, ${slug}, ${wouldRead})
    on conflict (person, slug) do update set would_read = excluded.would_read, at = now()`);
}

/** Takes one answer back, or all of them. */
export async function forgetAnswers(db: Db, person: string, slug?: string): Promise<void> {
  const which = slug === undefined ? sql`` : sql`and slug = ${slug}`;
  await db.execute(sql`delete from livepapers.answers where person = ${person} ${which}`);
}
