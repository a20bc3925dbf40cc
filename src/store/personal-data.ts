import { type SQL, sql } from "drizzle-orm";
import { disownRuns, runsOfOwners } from "./owners.ts";
import type { Person } from "./people.ts";
import { forgetRequestsOf } from "./requests.ts";
import { rowsOf } from "./rows.ts";
import { bookmarksOf, followsOf } from "./shelf.ts";
import { deleteSignals } from "./signals.ts";
import type { Db } from "./store.ts";
import { endSubscription, findSubscription } from "./subscriptions.ts";
import { answersOf, wantsTaste } from "./tastes.ts";

/** How a person is named where ballots and runs say whose they are. */
export function accountName(person: string): string {
  return `account:${person}`;
}

/** A vote of a person. */
export interface OwnVote {
  slug: string;
  at: Date;
}

/** The papers a person voted for, newest first. */
export async function voteList(db: Db, person: string): Promise<OwnVote[]> {
  const result = await db.execute(sql`
    select slug, at from livepapers.votes where voter = ${accountName(person)} order by at desc, slug`);
  return rowsOf<{ slug: string; at: Date | string }>(result).map(({ slug, at }) => ({ slug, at: new Date(at) }));
}

/** PGlite gives a Date, node-postgres under Drizzle a text. */
function withDates(row: Record<string, unknown>): Record<string, unknown> {
  const moments = ["created", "expires", "at", "handed", "bounced"].filter((key) => typeof row[key] === "string");
  return { ...row, ...Object.fromEntries(moments.map((key) => [key, new Date(String(row[key]))])) };
}

/**
 * Everything that is stored about a person, but for the files of runs, which their pages have, and for tokens, of which only hashes are stored. By table, so
 * that none is forgotten: test/postgres/personal-checks.ts knows them all.
 */
export async function exportPerson(db: Db, person: Person): Promise<Record<string, unknown>> {
  const name = accountName(person.id);
  const { mail } = person;
  const rows = async (query: SQL) => rowsOf<Record<string, unknown>>(await db.execute(query)).map(withDates);
  const subscription = await findSubscription(db, { mail });
  return {
    account: person,
    signInLinks: await rows(sql`
      select next, created, expires, used from livepapers.sign_in_links where mail = ${mail} order by created`),
    sessions: await rows(sql`
      select created, expires from livepapers.sessions where person = ${person.id} order by created`),
    bookmarks: await bookmarksOf(db, person.id),
    follows: await followsOf(db, person.id),
    votes: await voteList(db, person.id),
    forYou: { wanted: await wantsTaste(db, person.id), answers: await answersOf(db, person.id) },
    reads: await rows(sql`
      select slug, day::text as day from livepapers.reads where reader = ${name} order by day, slug`),
    runs: await runsOfOwners(db, [name], 100_000),
    runsCounted: await rows(sql`
      select run_id as run, slug from livepapers.run_ballots where runner = ${name} order by run_id`),
    keysOfPosts: await rows(sql`
      select run_id as run, at from livepapers.run_requests where asker = ${name} order by at, run_id`),
    addressCodes: await rows(sql`
      select address as code, 'votes' as "with" from livepapers.votes where voter = ${name} and address is not null
      union select address, 'reads' from livepapers.reads where reader = ${name} and address is not null
      union select address, 'runs' from livepapers.run_owners where owner = ${name} and address is not null
      union select address, 'runsCounted' from livepapers.run_ballots where runner = ${name} and address is not null
      order by code, "with"`),
    subscription: subscription ?? null,
    asksToSubscribe: await rows(sql`
      select wish, created, expires from livepapers.subscription_asks where mail = ${mail} order by created`),
    digestsSent: await rows(sql`
      select period, slugs as papers, at, handed, bounced from livepapers.deliveries
      where subscription = ${subscription?.id ?? null} order by period`),
  };
}

/**
 * Forgets a person: account, sessions, links, bookmarks, follows, answers, ballots, keys of posts, the subscription of the address, and the
 * runs of tools with their files. Claims that the person ran stay, as nobody's: they say nothing about who ran them.
 */
export async function deletePerson(db: Db, person: Person): Promise<void> {
  await db.transaction(async (tx) => {
    await disownRuns(tx, accountName(person.id));
    await deleteSignals(tx, accountName(person.id));
    await forgetRequestsOf(tx, accountName(person.id));
    await endSubscription(tx, { mail: person.mail });
    await tx.execute(sql`delete from livepapers.sign_in_links where mail = ${person.mail}`);
    await tx.execute(sql`delete from livepapers.people where id = ${person.id}`);
  });
}
