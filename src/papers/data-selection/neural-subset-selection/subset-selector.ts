import { BadInput } from "../../../kit/errors.ts";
import { sigmoid } from "../../../kit/logistic.ts";
import { clipNorm } from "../../../kit/nets/clip.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import type { Rows } from "../../../kit/nets/tape/rows.ts";
import { Random } from "../../../kit/random.ts";
import { type FitOptions, fitSelector, type History, type Learner, targetsOf } from "./fit-selector.ts";
import { topIndices } from "./jaccard.ts";
import { meanField, meanFieldGradient } from "./mean-field.ts";
import { elboStep, propose } from "./proposal.ts";
import { Scorer } from "./scorer.ts";
import { checkExample, type PackedSets, packSets, type SetExample, splitBySet } from "./sets.ts";
import { completeConfig, initSubsetModel, type SubsetConfig, type SubsetModel } from "./subset-model.ts";
import { scoreWeighted } from "./weighted-subsets.ts";

/** ψ⁽⁰⁾ of packed sets: the amortised network's, or the constant of the configuration. */
function startOf(model: SubsetModel, sets: PackedSets): Float64Array {
  if (model.config.amortized !== "none") return propose(model, sets).psi;
  return new Float64Array(sets.items.rows).fill(model.config.start);
}

/** The set function as something that learns from batches of examples, for {@link fitSelector}. */
export function subsetLearner(
  model: SubsetModel,
  { learningRate, negatives = "all" }: Pick<FitOptions, "learningRate" | "negatives">,
): Learner {
  const { config, params } = model;
  const scorer = new Scorer(model);
  const rates = { learningRate, weightDecay: 1e-5 };
  const [optimizer, proposalOptimizer] = [adamW(rates), adamW(rates)];
  return {
    params,
    step(batch, random) {
      const sets = packSets(
        batch.map(({ items }) => items),
        config.dim,
      );
      if (config.amortized !== "none") {
        const { gradient } = elboStep(scorer, scorer.encode(sets), propose(model, sets), random);
        for (const { data } of Object.values(gradient)) for (let i = 0; i < data.length; i++) data[i] = -(data[i] ?? 0);
        clipNorm(gradient, 10);
        proposalOptimizer.step(params, gradient);
      }
      const encoded = scorer.encode(sets);
      const last = meanField(scorer, encoded, startOf(model, sets), random, {
        steps: config.meanFieldSteps,
        samples: config.samples,
      });
      const { loss, slope } = subsetLoss(last.logits, targetsOf(batch, sets.offsets, negatives, random), batch.length);
      const gradient = meanFieldGradient(scorer, encoded, last, slope);
      clipNorm(gradient, 10);
      optimizer.step(params, gradient);
      return loss;
    },
    probabilities: (sets, random) => marginalsOf(model, sets, random, scorer),
  };
}

/**
 * $-\sum_{j \in S^*} \log \psi_j - \sum_{j \in N} \log(1 - \psi_j)$, averaged over the sets, and its gradient with respect to
 * the logits; `targets` are 1, 0, or −1 for items left out.
 */
export function subsetLoss(
  logits: Float64Array,
  targets: Int8Array,
  count: number,
): { loss: number; slope: Float64Array } {
  const slope = new Float64Array(logits.length);
  let loss = 0;
  for (let j = 0; j < logits.length; j++) {
    const target = targets[j] as number;
    if (target < 0) continue;
    const x = logits[j] as number;
    loss += (Math.max(x, 0) - target * x + Math.log1p(Math.exp(-Math.abs(x)))) / count;
    slope[j] = (sigmoid(x) - target) / count;
  }
  return { loss, slope };
}

/**
 * Learns a set function from ground sets and the subsets chosen out of them (paper, section 4, on the base of Ou et al.): Adam on the
 * cross-entropy of the K-step mean field; with amortisation, the proposing network climbs the ELBO in turn. The parameters
 * with the best MJC on `validation` are kept. Refuses examples by number: empty sets, items of another width, positions out
 * of range or named twice.
 */
export async function trainSubsetSelector(
  data: readonly SetExample[],
  config: SubsetConfig,
  options: FitOptions,
): Promise<{ model: SubsetModel; history: History }> {
  if (data.length === 0) throw new BadInput("there are no examples to learn from");
  for (const [i, example] of data.entries()) checkExample(example, `example ${i + 1}`);
  const start = config.start ?? meanShare(data);
  const model = initSubsetModel(completeConfig(config, start), options.random.fork("init"));
  const history = await fitSelector(subsetLearner(model, options), data, options);
  return { model, history };
}

/** The share of chosen items among all, kept within [0.02, 0.98]. */
export function meanShare(data: readonly SetExample[]): number {
  let [chosen, items] = [0, 0];
  for (const example of data) {
    chosen += example.chosen.length;
    items += example.items.rows;
  }
  return Math.min(0.98, Math.max(0.02, items > 0 ? chosen / items : 0.5));
}

/** $F(S; V)$ of one subset, named by its positions in V. */
export function setScore(model: SubsetModel, items: Rows, subset: ArrayLike<number>): number {
  checkExample({ items, chosen: Int32Array.from(subset) }, "subset");
  const scorer = new Scorer(model);
  const weights = new Uint8Array(items.rows);
  for (let i = 0; i < subset.length; i++) weights[subset[i] as number] = 1;
  const { scores } = scoreWeighted(scorer, scorer.encode(packSets([items], model.config.dim)), weights);
  return scores[0] as number;
}

/** Most rows of subsets in one pass. */
const rowsPerPass = 1 << 14;

/** ψ after K steps for every item of every ground set. */
export function marginalsOf(
  model: SubsetModel,
  sets: readonly Rows[],
  random: Random,
  scorer = new Scorer(model),
): Float64Array[] {
  const { meanFieldSteps: steps, samples, dim } = model.config;
  const results: Float64Array[] = [];
  for (let from = 0; from < sets.length; ) {
    let to = from;
    let rows = 0;
    do {
      rows += samples * ((sets[to] as Rows).rows + 1);
      to += 1;
    } while (to < sets.length && rows + samples * ((sets[to] as Rows).rows + 1) <= rowsPerPass);
    const packed = packSets(sets.slice(from, to), dim);
    const encoded = scorer.encode(packed);
    const { logits } = meanField(scorer, encoded, startOf(model, packed), random, { steps, samples });
    results.push(...splitBySet(logits.map(sigmoid), packed.offsets));
    from = to;
  }
  return results;
}

/** ψ after K steps: the probability of every item to be chosen. */
export function marginals(model: SubsetModel, items: Rows, random: Random): Float64Array {
  return marginalsOf(model, [items], random)[0] as Float64Array;
}

export interface Selection {
  /** Positions of the chosen items, rising. */
  indices: Int32Array;
  probability: Float64Array;
}

/** The k items with the largest probabilities; all with one half or more when `k` is left out. Refuses k above m. */
export function selectFrom(probability: Float64Array, k?: number): Selection {
  if (k === undefined) {
    const indices = Int32Array.from(Array.from(probability.keys()).filter((j) => (probability[j] as number) >= 0.5));
    return { indices, probability };
  }
  if (!(Number.isInteger(k) && k >= 0 && k <= probability.length)) {
    throw new BadInput(`${k} of ${probability.length} items cannot be chosen`, { where: "k" });
  }
  return { indices: topIndices(probability, k), probability };
}

/** Chooses a subset of a new ground set: its marginals, then {@link selectFrom}. The random subsets come from `random`. */
export function selectSubset(model: SubsetModel, items: Rows, k?: number, random = new Random(0)): Selection {
  return selectFrom(marginals(model, items, random), k);
}
