import { type Consensus, consensusOfOrder, pairwisePreferences, type Scores, type TableOptions } from "../rankings.ts";
import { kemenyByProgram } from "./kemeny-program.ts";
import { kemenyBySubsets, orderCost, type Solved } from "./kemeny-subsets.ts";

export interface KemenyOptions extends TableOptions {
  /** `dp`: subset dynamic programming (at most 16 systems a component); `milp`: HiGHS; `auto` chooses by size. */
  method?: "auto" | "dp" | "milp";
  /** Seconds for the whole computation when a program is solved. */
  timeLimitS?: number;
}

export interface KemenyConsensus extends Consensus {
  /** $\sum_t w_t\, d_K(\sigma, r_t)$ of the returned order. */
  cost: number;
  /** Proved optimal; false when the time limit came first. */
  optimal: boolean;
  /** No order costs less than this: the cost itself when it is optimal, else what the votes of every pair alone demand. */
  bound: number;
  /** No other order has the same cost. */
  unique: boolean;
  /** Sizes of the components solved one by one, best first. */
  components: number[];
}

/** Systems a component may have for the subset recursion: $2^{16} \cdot 16$ numbers are 8 MB. */
const subsetLimit = 16;

/**
 * Kemeny consensus (paper, section 3): the order $\sigma$ that minimises
 * $\sum_t w_t\, d_K(\sigma, r_t) = \sum_{i \text{ above } j} Q_{ji}$. Borda is a 5-approximation of it.
 *
 * The systems are first split into components: if every system of a set is strictly preferred to every system outside, the
 * set stands on top in every optimal order (extended Condorcet criterion). Each component is solved exactly, by dynamic
 * programming over subsets in $O(2^N N)$ or by integer programming. Among several optima the one returned prefers the Borda
 * order, then input order, and `unique` is false.
 *
 * Scores may be missing: a pair counts in the tasks where both systems have one.
 */
export async function kemenyRanking(scores: Scores, options: KemenyOptions = {}): Promise<KemenyConsensus> {
  const preferences = pairwisePreferences(scores, options);
  return kemenyOfPreferences(preferences, scores.length, options);
}

/** {@link kemenyRanking} from a preference matrix (row-major $N \times N$). */
export async function kemenyOfPreferences(
  preferences: Float64Array,
  n: number,
  { method = "auto", timeLimitS = 60 }: Omit<KemenyOptions, keyof TableOptions> = {},
): Promise<KemenyConsensus> {
  const deadline = performance.now() + 1000 * timeLimitS;
  const components = majorityComponents(preferences, n);
  const order: number[] = [];
  let optimal = true;
  let unique = true;
  let slack = 0;
  for (const component of components) {
    let solved: Solved;
    if (component.length === 1) solved = { order: component, optimal: true, unique: true };
    else if (method === "dp" || (method === "auto" && component.length <= subsetLimit)) {
      if (component.length > subsetLimit) {
        throw new RangeError(
          `a component has ${component.length} systems; subsets go to ${subsetLimit}, use method "milp"`,
        );
      }
      solved = kemenyBySubsets(preferences, n, component);
    } else {
      solved = await kemenyByProgram(preferences, n, component, Math.max(1, (deadline - performance.now()) / 1000));
    }
    order.push(...solved.order);
    if (!solved.optimal) slack += orderCost(preferences, n, solved.order) - pairBound(preferences, n, solved.order);
    optimal &&= solved.optimal;
    unique &&= solved.unique;
  }
  const cost = orderCost(preferences, n, order);
  return {
    ...consensusOfOrder(order),
    cost,
    bound: cost - slack,
    optimal,
    unique,
    components: components.map((component) => component.length),
  };
}

/** Every pair has to be ordered one way or the other, and costs at least its weaker side: $\sum_{i<j} \min(p_{ij}, p_{ji})$. */
function pairBound(preferences: Float64Array, n: number, systems: readonly number[]): number {
  let bound = 0;
  for (const [at, i] of systems.entries()) {
    for (const j of systems.slice(at + 1)) {
      bound += Math.min(preferences[i * n + j] as number, preferences[j * n + i] as number);
    }
  }
  return bound;
}

/**
 * Splits the systems into groups such that every member of a group is strictly preferred by the majority to every member of
 * all later groups: the strong components of "at least as many tasks prefer i to j", best first. Inside a group the systems
 * are in Borda order, then input order.
 */
export function majorityComponents(preferences: Float64Array, n: number): number[][] {
  const weakWins = new Float64Array(n);
  const borda = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const won = preferences[i * n + j] as number;
      const lost = preferences[j * n + i] as number;
      if (won >= lost) weakWins[i] = (weakWins[i] as number) + 1;
      borda[i] = (borda[i] as number) + won - lost;
    }
  }
  // A member of a higher group weakly beats everyone its inferiors do and more, so counting wins sorts the groups.
  const sorted = Array.from({ length: n }, (_, i) => i).sort(
    (a, b) => (weakWins[b] as number) - (weakWins[a] as number) || a - b,
  );
  const components: number[][] = [];
  let start = 0;
  let strict = 0; // strict majorities of the prefix over what follows it
  for (let end = 1; end <= n; end++) {
    const added = sorted[end - 1] as number;
    for (let k = 0; k < n; k++) {
      const other = sorted[k] as number;
      if (k < end - 1) {
        if ((preferences[other * n + added] as number) > (preferences[added * n + other] as number)) strict--;
      } else if (k >= end && (preferences[added * n + other] as number) > (preferences[other * n + added] as number))
        strict++;
    }
    if (strict === end * (n - end)) {
      const group = sorted.slice(start, end);
      components.push(group.sort((a, b) => (borda[b] as number) - (borda[a] as number) || a - b));
      start = end;
    }
  }
  return components;
}
