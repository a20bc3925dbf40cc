import { readerOf } from "../../reader.ts";
import { servicesOf } from "../../services.ts";
import type { PageArgs } from "./request.server.ts";

/** What stands on a paper's buttons. */
export interface Marks {
  /** Votes that count. */
  votes: number;
  /** The reader's own. */
  voted: boolean;
  saved: boolean;
}

/** The marks of these papers for this reader. */
export async function marksOf(args: PageArgs, slugs: readonly string[]): Promise<Record<string, Marks>> {
  const { library } = servicesOf(args);
  const { person } = readerOf(args);
  const none: ReadonlySet<string> = new Set();
  const [counts, voted, saved] = await Promise.all([
    library.voteCounts(slugs),
    person ? library.votesAmong(person, slugs) : none,
    person ? library.bookmarkedAmong(person, slugs) : none,
  ]);
  return Object.fromEntries(
    slugs.map((slug) => [slug, { votes: counts.get(slug) ?? 0, voted: voted.has(slug), saved: saved.has(slug) }]),
  );
}
