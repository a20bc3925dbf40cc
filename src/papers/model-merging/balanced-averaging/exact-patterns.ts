import { BadInput } from "../../../kit/errors.ts";
import { type FftReport, patterns, reportOf } from "./correction-patterns.ts";
import { type EnsembleFeatures, type EnsembleOptions, sharesOf, spuriousModel } from "./spurious-model.ts";
import { rightVote, type VoteShift } from "./vote-accuracy.ts";

/** Most triples of vote counts that are gone through. */
const maxTriples = 2e7;

/** One way the votes of some features fall: votes for the true class first, then for the others. */
interface Deal {
  votes: number[];
  chance: number;
}

/** Ways to deal `count` votes to K classes; C(count + K − 1, K − 1). */
function dealCount(count: number, K: number): number {
  let ways = 1;
  for (let c = 1; c < K; c++) ways = (ways * (count + c)) / c;
  return ways;
}

/** All ways the votes of `count` misleading features fall, with their multinomial probabilities. */
function deals(shift: VoteShift, count: number): Deal[] {
  const { K, p } = shift;
  const out: Deal[] = [];
  const votes = new Array<number>(K).fill(0);
  const visit = (c: number, left: number, chance: number): void => {
    const probability = c === 0 ? rightVote(shift) : p / K;
    // chance · left!/(v! (left − v)!) · probability^v, built up with v
    let own = chance;
    for (let v = 0; v <= left; v++) {
      votes[c] = v;
      if (c < K - 1) visit(c + 1, left - v, own);
      else if (v === left) out.push({ votes: [...votes], chance: own });
      own *= (probability * (left - v)) / (v + 1);
    }
  };
  visit(0, count, 1);
  return out.filter(({ chance }) => chance > 0);
}

/** Chance that the first of the scores wins, ties decided evenly. */
function winsFirst(scores: Float64Array): number {
  const own = scores[0] as number;
  let ties = 1;
  for (let c = 1; c < scores.length; c++) {
    const ahead = own - (scores[c] as number);
    if (ahead < -1e-9) return 0;
    if (ahead < 1e-9) ties++;
  }
  return 1 / ties;
}

/**
 * Exact probabilities of the eight patterns of who is right, by going through all vote counts of the features of the first
 * model alone, of the second alone and of both. Ties are decided evenly and for each of the three classifiers on its own.
 * The three accuracies are those of {@link spuriousModel}. A case with more than twenty million combinations is refused.
 */
export function exactPatterns(shift: VoteShift, features: EnsembleFeatures, options: EnsembleOptions = {}): FftReport {
  const { K } = spuriousModel(shift);
  const { first, second, both } = sharesOf(features, options);
  const triples = [first, second, both].reduce((product, { ns }) => product * dealCount(ns, K), 1);
  if (triples > maxTriples) {
    throw new BadInput(`${triples.toPrecision(3)} combinations of votes are too many to go through`, {
      remedy: "Sample the model instead.",
    });
  }
  const lead = first.nv * first.weight + second.nv * second.weight + both.nv * both.weight;
  const [firsts, seconds, shared] = [first, second, both].map(({ ns }) => deals(shift, ns)) as [Deal[], Deal[], Deal[]];
  const scores = new Float64Array(K);
  const alone = (nv: number, own: Deal, common: Deal): number => {
    for (let c = 0; c < K; c++) scores[c] = (own.votes[c] as number) + (common.votes[c] as number) + (c === 0 ? nv : 0);
    return winsFirst(scores);
  };
  const tally = new Float64Array(patterns.length);
  for (const common of shared) {
    const rightsB = seconds.map((two) => alone(second.nv + both.nv, two, common));
    for (const one of firsts) {
      const rightA = alone(first.nv + both.nv, one, common);
      for (const [i, two] of seconds.entries()) {
        for (let c = 0; c < K; c++) {
          scores[c] =
            first.weight * (one.votes[c] as number) +
            second.weight * (two.votes[c] as number) +
            both.weight * (common.votes[c] as number) +
            (c === 0 ? lead : 0);
        }
        addShares(tally, one.chance * common.chance * two.chance, rightA, rightsB[i] as number, winsFirst(scores));
      }
    }
  }
  return reportOf([...tally], 1);
}

/** Spreads one chance over the eight patterns. */
function addShares(tally: Float64Array, chance: number, rightA: number, rightB: number, rightEns: number): void {
  for (let at = 0; at < patterns.length; at++) {
    const a = at & 4 ? rightA : 1 - rightA;
    const b = at & 2 ? rightB : 1 - rightB;
    const e = at & 1 ? rightEns : 1 - rightEns;
    tally[at] = (tally[at] as number) + chance * a * b * e;
  }
}
