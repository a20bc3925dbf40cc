import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { newId } from "./ids.ts";
import { rowsOf } from "./rows.ts";
import type { Db } from "./store.ts";

/** Someone with an account, which is an address and nothing else. */
export interface Person {
  id: string;
  mail: string;
  created: Date;
}

/** How a token is stored: its SHA-256. Tokens are long and random, so that no salt and no slow hash is needed. */
export function tokenHash(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

export interface NewLink {
  /** Goes into the mail. */
  token: string;
  /** Stays with the browser that asked. */
  browser: string;
  mail: string;
  /** The path to go to afterwards. */
  next: string;
  minutes: number;
}

/** Keeps a sign-in link that is about to be mailed. Whether the address is known makes no difference. */
export async function addLink(db: Db, { token, browser, mail, next, minutes }: NewLink): Promise<void> {
  await db.execute(sql`
    insert into livepapers.sign_in_links (token, browser, mail, next, expires)
    values (${tokenHash(token)}, ${tokenHash(browser)}, ${mail}, ${next}, now() + make_interval(mins => ${minutes}::integer))`);
}

/** How many links an address was sent in the last `minutes`. */
export async function countLinks(db: Db, mail: string, minutes: number): Promise<number> {
  const result = await db.execute(sql`
    select count(*)::integer as links from livepapers.sign_in_links
    where mail = ${mail} and created > now() - make_interval(mins => ${minutes}::integer)`);
  return rowsOf<{ links: number }>(result)[0]?.links ?? 0;
}

/** Whose link it is, when it would sign in this browser now. Changes nothing. */
export async function peekLink(db: Db, token: string, browser: string): Promise<string | undefined> {
  const result = await db.execute(sql`
    select mail from livepapers.sign_in_links
    where token = ${tokenHash(token)} and browser = ${tokenHash(browser)} and not used and expires > now()`);
  return rowsOf<{ mail: string }>(result)[0]?.mail;
}

export interface SignIn {
  token: string;
  browser: string;
  /** The token of the new session. */
  session: string;
  days: number;
}

/**
 * Uses up a link and opens a session, making the account at the first time; undefined when the link is unknown, used, too old, or of another browser. Of
 * two that try at once, one succeeds. Other links that wait for the same address stop working.
 */
export function signIn(
  db: Db,
  { token, browser, session, days }: SignIn,
): Promise<{ person: Person; next: string } | undefined> {
  return db.transaction(async (tx) => {
    const used = await tx.execute(sql`
      update livepapers.sign_in_links set used = true
      where token = ${tokenHash(token)} and browser = ${tokenHash(browser)} and not used and expires > now()
      returning mail, next`);
    const link = rowsOf<{ mail: string; next: string }>(used)[0];
    if (!link) return undefined;
    await tx.execute(sql`update livepapers.sign_in_links set used = true where mail = ${link.mail}`);
    const made = await tx.execute(sql`
      insert into livepapers.people (id, mail) values (${newId()}, ${link.mail})
      on conflict (mail) do update set mail = excluded.mail returning id, mail, created`);
    const person = personOf(rowsOf<PersonRow>(made)[0]);
    if (!person) return undefined;
    await tx.execute(sql`
      insert into livepapers.sessions (token, person, expires)
      values (${tokenHash(session)}, ${person.id}, now() + make_interval(days => ${days}::integer))`);
    return { person, next: link.next };
  });
}

interface PersonRow {
  id: string;
  mail: string;
  /** PGlite gives a Date, node-postgres under Drizzle a text. */
  created: Date | string;
}

function personOf(row: PersonRow | undefined): Person | undefined {
  return row && { id: row.id, mail: row.mail, created: new Date(row.created) };
}

/** Whose session it is; undefined for one that is unknown, ended or too old. */
export async function findSession(db: Db, session: string): Promise<Person | undefined> {
  const result = await db.execute(sql`
    select p.id, p.mail, p.created from livepapers.sessions s join livepapers.people p on p.id = s.person
    where s.token = ${tokenHash(session)} and s.expires > now()`);
  return personOf(rowsOf<PersonRow>(result)[0]);
}

export async function endSession(db: Db, session: string): Promise<void> {
  await db.execute(sql`delete from livepapers.sessions where token = ${tokenHash(session)}`);
}

/** Signs a person out of every browser. */
export async function endSessions(db: Db, person: string): Promise<void> {
  await db.execute(sql`delete from livepapers.sessions where person = ${person}`);
}

/** Removes links after a day and sessions that are over. */
export async function forgetOldLinks(db: Db): Promise<void> {
  await db.execute(sql`delete from livepapers.sign_in_links where created < now() - interval '1 day'`);
  await db.execute(sql`delete from livepapers.sessions where expires < now()`);
}
