import { sql } from "drizzle-orm";
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

/** Everything that is stored about a person, but for the files of runs, which their pages have. */
export async function exportPerson(db: Db, person: Person): Promise<Record<string, unknown>> {
  const name = accountName(person.id);
  const reads = await db.execute(
    sql`select slug, day::text as day from livepapers.reads where reader = ${name} order by day, slug`,
  );
  const sessions = await db.execute(
    sql`select created, expires from livepapers.sessions where person = ${person.id} order by created`,
  );
  return {
    account: person,
    sessions: rowsOf<{ created: Date | string; expires: Date | string }>(sessions).map(({ created, expires }) => ({
      created: new Date(created),
      expires: new Date(expires),
    })),
    bookmarks: await bookmarksOf(db, person.id),
    follows: await followsOf(db, person.id),
    votes: await voteList(db, person.id),
    forYou: { wanted: await wantsTaste(db, person.id), answers: await answersOf(db, person.id) },
    reads: rowsOf(reads),
    runs: await runsOfOwners(db, [name], 100_000),
    subscription: (await findSubscription(db, { mail: person.mail })) ?? null,
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
