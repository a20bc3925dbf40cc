import type { Random } from "../../../kit/random.ts";
import { plackettLucePositions, plackettLuceRankings } from "../plackett-luce.ts";
import { biasByShift, biasBySwaps, disadvantaged } from "./bias.ts";
import { committeeScore, isAdditive, itemScores, positions, type ScoreName } from "./committee-scores.ts";
import { selectCommittee } from "./select-committee.ts";

/** How the rankings are biased: utilities shifted by b, or adjacent swaps with probability φ. */
export type Bias = { kind: "shift"; b: number } | { kind: "swap"; phi: number; attempts: number };

/** Says what share of the best possible latent score a committee reaches. */
export type Judge = (score: ScoreName, committee: readonly number[]) => number;

/**
 * A judge from `latent` unbiased rankings, which stand for the expectation and are drawn apart from all others:
 * $F_L(S) / \max_{S'} F_L(S')$ (for `cc` and `pav` the greedy committee stands for the maximum).
 */
export function latentJudge(utilities: ArrayLike<number>, k: number, latent: number, random: Random): Judge {
  const m = utilities.length;
  const truth = plackettLucePositions(utilities, latent, random);
  const known = new Map<ScoreName, { best: number; items: Float64Array | undefined }>();
  return (score, committee) => {
    const entry = known.get(score) ?? {
      best: selectCommittee(truth, latent, m, { score, k }).value,
      items: isAdditive(score) ? itemScores(truth, latent, m, score, k) : undefined,
    };
    known.set(score, entry);
    const { best, items } = entry;
    const value = items
      ? committee.reduce((sum, item) => sum + (items[item] ?? 0), 0)
      : committeeScore(truth, latent, m, score, committee, k);
    return value / best;
  };
}

export interface RecoverySetting {
  /** Latent log-utilities of the items. */
  utilities: ArrayLike<number>;
  groups: readonly number[];
  k: number;
  /** Seats reserved for the disadvantaged group. */
  seats: number;
  bias: Bias;
  scores: readonly ScoreName[];
  /** Numbers of rankings, increasing; smaller ones are prefixes of the largest. */
  ns: readonly number[];
  judge: Judge;
  random: Random;
}

/** Quality of the committee chosen from n biased rankings, by latent rankings: $F_L(S) / \max_{S'} F_L(S')$. */
export interface RecoveryPoint {
  score: ScoreName;
  n: number;
  constrained: number;
  unconstrained: number;
}

function biasedPositions({ utilities, groups, bias, ns, random }: RecoverySetting): Int32Array {
  const n = Math.max(...ns);
  if (bias.kind === "shift")
    return plackettLucePositions(biasByShift(utilities, groups, bias.b), n, random.fork("biased"));
  const stream = random.fork("swaps");
  const rankings = plackettLuceRankings(utilities, n, random.fork("biased"));
  return positions(
    rankings.map((ranking) => biasBySwaps(ranking, groups, bias.phi, bias.attempts, stream)),
    utilities.length,
  );
}

/**
 * One draw of the recovery curve: committees are chosen from biased rankings, with and without the quota, and judged on an
 * independent set of unbiased rankings.
 */
export function recoveryCurve(setting: RecoverySetting): RecoveryPoint[] {
  const { utilities, groups, k, seats, scores, ns, judge, random } = setting;
  const m = utilities.length;
  const observed = biasedPositions(setting);
  const lower = [0, 0];
  lower[disadvantaged] = seats;
  return scores.flatMap((score) =>
    ns.map((n): RecoveryPoint => {
      const seen = observed.subarray(0, n * m);
      const choose = (bounds: readonly number[]) =>
        selectCommittee(seen, n, m, { score, k, groups, lower: bounds, random: random.fork(`ties ${score} ${n}`) })
          .committee;
      return { score, n, constrained: judge(score, choose(lower)), unconstrained: judge(score, choose([])) };
    }),
  );
}

/**
 * Smallest number of rankings at which the mean quality reaches `target`, interpolated linearly in $\ln n$; beyond the grid
 * the last slope is followed for a factor of 4. `bound` is true when even that is not enough, and n is then the limit reached.
 */
export function rankingsNeeded(
  curve: readonly { n: number; quality: number }[],
  target: number,
): { n: number; bound: boolean } {
  const [first] = curve;
  const last = curve.at(-1);
  if (!first || !last) throw new RangeError("an empty curve");
  if (first.quality >= target) return { n: first.n, bound: false };
  const crossing = (a: { n: number; quality: number }, b: { n: number; quality: number }): number =>
    Math.exp(Math.log(a.n) + ((target - a.quality) / (b.quality - a.quality)) * Math.log(b.n / a.n));
  for (let i = 1; i < curve.length; i++) {
    const [a, b] = [curve[i - 1], curve[i]];
    if (a && b && b.quality >= target) return { n: crossing(a, b), bound: false };
  }
  const before = curve.at(-2);
  const limit = 4 * last.n;
  if (!before || last.quality <= before.quality) return { n: limit, bound: true };
  const n = crossing(before, last);
  return n <= limit ? { n, bound: false } : { n: limit, bound: true };
}
