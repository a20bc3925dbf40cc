import { forYou } from "../feed/taste/for-you.ts";
import { hiddenCards, hideCard, unhideCard } from "../store/hidden.ts";
import { runsOfOwners } from "../store/owners.ts";
import { endSessions, type Person } from "../store/people.ts";
import { accountName, deletePerson, exportPerson, voteList } from "../store/personal-data.ts";
import { listRuns } from "../store/runs.ts";
import {
  addBookmark,
  bookmarkedOf,
  bookmarksOf,
  followField,
  followsOf,
  removeBookmark,
  tagBookmark,
  unfollowField,
} from "../store/shelf.ts";
import { castVote, countVotes, recordRead, retractVote, votesOf } from "../store/signals.ts";
import type { Db } from "../store/store.ts";
import { addAnswer, answersOf, forgetAnswers, setTaste, wantsTaste } from "../store/tastes.ts";
import { ballotOf, type Reader } from "./reader.ts";

/**
 * What the pages do with people's things, on a database. Everything about a person takes that person, so that nobody's is read by mistake. `changed` is
 * called when other papers are to be shown, `removed` when runs have been removed whose files may be outside the database.
 */
export function libraryOf(db: Db, changed: () => void, removed: () => void = () => {}) {
  return {
    vote: ({ id }: Person, slug: string, address: string) => castVote(db, slug, { id: accountName(id), address }),
    unvote: ({ id }: Person, slug: string) => retractVote(db, slug, accountName(id)),
    votesAmong: ({ id }: Person, slugs: readonly string[]) => votesOf(db, accountName(id), slugs),
    votes: ({ id }: Person) => voteList(db, id),
    /** How many votes count for each of these papers. */
    voteCounts: (slugs: readonly string[]) => countVotes(db, slugs),
    read: (reader: Reader, slug: string) => recordRead(db, slug, ballotOf(reader)),

    bookmark: ({ id }: Person, slug: string) => addBookmark(db, id, slug),
    unbookmark: ({ id }: Person, slug: string) => removeBookmark(db, id, slug),
    tag: ({ id }: Person, slug: string, tags: readonly string[]) => tagBookmark(db, id, slug, tags),
    bookmarks: ({ id }: Person) => bookmarksOf(db, id),
    bookmarkedAmong: ({ id }: Person, slugs: readonly string[]) => bookmarkedOf(db, id, slugs),

    follow: ({ id }: Person, field: string) => followField(db, id, field),
    unfollow: ({ id }: Person, field: string) => unfollowField(db, id, field),
    follows: ({ id }: Person) => followsOf(db, id),

    /** The person's own ranking, and what to ask them; whether they want one; what they answered. */
    forYou: ({ id }: Person, now = new Date()) => forYou(db, id, now),
    wantsForYou: ({ id }: Person) => wantsTaste(db, id),
    wishForYou: ({ id }: Person, wanted: boolean) => setTaste(db, id, wanted),
    answers: ({ id }: Person) => answersOf(db, id),
    answer: ({ id }: Person, slug: string, wouldRead: boolean) => addAnswer(db, id, slug, wouldRead),
    forgetAnswers: ({ id }: Person, slug?: string) => forgetAnswers(db, id, slug),

    runs: (reader: Reader, limit: number) => runsOfOwners(db, reader.names, limit),
    export: (person: Person) => exportPerson(db, person),
    signOutEverywhere: ({ id }: Person) => endSessions(db, id),
    async forget(person: Person): Promise<void> {
      await deletePerson(db, person);
      removed();
    },

    /** For the administrator. */
    queue: () => listRuns(db, { states: ["queued", "running"], limit: 500 }),
    hidden: () => hiddenCards(db),
    async hide(slug: string, reason: string): Promise<void> {
      await hideCard(db, slug, reason);
      changed();
    },
    async unhide(slug: string): Promise<void> {
      await unhideCard(db, slug);
      changed();
    },
  };
}

export type Library = ReturnType<typeof libraryOf>;
