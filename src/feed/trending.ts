import { bordaRanking, positions, selectCommittee } from "../papers/ranking-and-rewards/index.ts";

/** What speaks for a paper. Each signal ranks the candidates by itself; how the rankings become one is the papers' own method. */
export const signalNames = ["votes", "reads", "runs", "upvotes", "freshness"] as const;
export type SignalName = (typeof signalNames)[number];

/** A paper that may be listed, with the strength of its signals, each halved for every half-life of its age; 0 for none. */
export interface Candidate extends Record<SignalName, number> {
  slug: string;
  /** Its field, or what stands for papers without one. */
  group: string;
}

/** A candidate's place in one signal's ranking. */
export interface SignalRank {
  signal: SignalName;
  /** 1 for the best; those that tie share the better rank. 0 when the signal says nothing for it. */
  rank: number;
  /** How many candidates the signal says something for. */
  of: number;
}

export interface Placed {
  slug: string;
  /** Place in the list, from 1. */
  place: number;
  /** Place in the consensus of the rankings, before seats were kept. */
  consensus: number;
  /** Of how many candidates. */
  of: number;
  /** It stands on its page because a seat was kept for its field. */
  kept: boolean;
  ranks: SignalRank[];
}

/**
 * Orders candidates: each signal ranks them, ties shared; the rankings become one by Borda's rule, the default of our `system-ranking`; and on every page of
 * `seats` each field has a floor of seats, half its share of the candidates and at least one, chosen with our `multiwinner-fairness`. Equals keep the order
 * in which they came.
 */
export function placeCandidates(candidates: readonly Candidate[], seats: number): Placed[] {
  const consensus = consensusOrder(candidates);
  const rankOf = new Map(consensus.map((item, place) => [item, place]));
  const ranks = ranksOf(candidates);
  const placed: Placed[] = [];
  for (const page of pagesOf(consensus, candidates, seats)) {
    const start = placed.length;
    for (const item of page) {
      const place = rankOf.get(item) ?? 0;
      placed.push({
        slug: candidates[item]?.slug ?? "",
        place: placed.length + 1,
        consensus: place + 1,
        of: candidates.length,
        kept: place >= start + page.length,
        ranks: ranks[item] ?? [],
      });
    }
  }
  return placed;
}

function consensusOrder(candidates: readonly Candidate[]): number[] {
  if (candidates.length < 2) return candidates.map((_, i) => i);
  return bordaRanking(candidates.map((candidate) => signalNames.map((signal) => candidate[signal]))).order;
}

function ranksOf(candidates: readonly Candidate[]): SignalRank[][] {
  const columns = signalNames.map((signal) => {
    const values = candidates.map((candidate) => candidate[signal]).filter((value) => value > 0);
    values.sort((a, b) => b - a);
    const first = new Map<number, number>();
    values.forEach((value, i) => {
      if (!first.has(value)) first.set(value, i + 1);
    });
    return { signal, first, of: values.length, made: new Map<number, SignalRank>() };
  });
  // Orders are kept, and most candidates have the same rank as many others, or none: one object does for all of them.
  return candidates.map((candidate) =>
    columns.map(({ signal, first, of, made }) => {
      const rank = first.get(candidate[signal]) ?? 0;
      const shared = made.get(rank) ?? { signal, rank, of };
      made.set(rank, shared);
      return shared;
    }),
  );
}

/** The order page by page: each page the best that is left, with seats kept for every field, in the order of the consensus. */
function* pagesOf(consensus: readonly number[], candidates: readonly Candidate[], seats: number): Generator<number[]> {
  let left = [...consensus];
  while (left.length > seats) {
    const names = [...new Set(left.map((item) => candidates[item]?.group ?? ""))];
    const groups = left.map((item) => names.indexOf(candidates[item]?.group ?? ""));
    const lower = floors(groups, names.length, seats);
    // Nobody else can be seated: the best of all, and of each group as many of its best as have a seat kept.
    const seen = new Array<number>(names.length).fill(0);
    const short = left.flatMap((_, i) => {
      const group = groups[i] ?? 0;
      seen[group] = (seen[group] ?? 0) + 1;
      return i < seats || (seen[group] ?? 0) <= (lower[group] ?? 0) ? [i] : [];
    });
    const ranking = short.map((_, i) => i);
    const { committee } = selectCommittee(positions([ranking], short.length), 1, short.length, {
      score: "borda",
      k: seats,
      groups: short.map((i) => groups[i] ?? 0),
      lower,
    });
    const seated = new Set(committee.map((i) => short[i]));
    yield left.filter((_, i) => seated.has(i));
    left = left.filter((_, i) => !seated.has(i));
  }
  if (left.length > 0) yield left;
}

/** Least seats of every group on a page. `groups` has the group of every item, best item first. */
export function floors(groups: readonly number[], count: number, seats: number): number[] {
  const sizes = new Array<number>(count).fill(0);
  for (const group of groups) sizes[group] = (sizes[group] ?? 0) + 1;
  const lower = sizes.map((size) => Math.min(size, Math.max(1, Math.floor((seats * size) / (2 * groups.length)))));
  // With more groups than seats, those whose best item is better have the seat.
  const byBest = [...new Set(groups)];
  for (let over = lower.reduce((sum, floor) => sum + floor, 0) - seats; over > 0; over--) {
    const most = Math.max(...lower);
    const from = most > 1 ? lower.indexOf(most) : (byBest.pop() ?? 0);
    lower[from] = (lower[from] ?? 1) - 1;
  }
  return lower;
}
