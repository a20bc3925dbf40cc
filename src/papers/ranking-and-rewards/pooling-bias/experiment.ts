import type { Random } from "../../../kit/random.ts";
import {
  type CetModels,
  type CetOptions,
  type CetStep,
  cetTraining,
  type PlainOptions,
  plainTraining,
  trainCet,
  trainPlain,
} from "./cet.ts";
import type { PairwiseRanker } from "./pairwise-ranker.ts";
import { mrrAt, ndcgAt } from "./retrieval-metrics.ts";
import { type PoolingWorld, poolingSimulator, type SimulatedQuery } from "./simulator.ts";
import { denoise, type Stacked, sampleTriples, stackFeatures, type Triples } from "./triples.ts";

/** Coupled estimation, or what is left of it: equal weights, one view for both models, or labels without a pool. */
export type Ablation = "none" | "weights" | "features" | "pooling";

/** A pool of judged documents, and how closely the basic retriever behind it follows relevance. */
export interface Regime {
  depth: number;
  correlation: number;
}

export const mainRegime: Regime = { depth: 20, correlation: 0.5 };
export const closeRegime: Regime = { depth: 10, correlation: 0.6 };

/** Ways to train the same ranker. The oracle knows the hidden relevance; nobody else does. */
export const methods = ["random", "basic", "basic, top 10", "strong", "denoised", "CET", "oracle"] as const;
export type Method = (typeof methods)[number];

const perPositive = 8;
const learningRate = 0.02;
const batch = 64;

/** What is tuned. */
export interface Setting {
  /** λ of the ranker. */
  l2: number;
  /** Of the denoiser: how far a negative may score above the labelled document and stay. */
  margin?: number;
  /** Of coupled estimation. */
  tau?: number;
  l2Selection?: number;
  exact?: boolean;
}

/** Updates after which a training is judged; every method has the same three to choose from. */
export const checkpoints = [125, 500, 2000];

/** Six trainings a method, so that each is chosen from eighteen settings. */
export function settingsOf(method: Method): Setting[] {
  if (method === "denoised") return [0, 0.03].flatMap((l2) => [0, -1, -2].map((margin) => ({ l2, margin })));
  if (method === "CET") {
    return [1, 1.5, 2].flatMap((tau) => [true, false].map((exact) => ({ l2: 0, tau, l2Selection: 0.003, exact })));
  }
  return [0, 0.003, 0.03, 0.1, 0.3, 1].map((l2) => ({ l2 }));
}

/** A setting with the number of updates chosen for it. */
export interface Recipe {
  setting: Setting;
  updates: number;
}

export type Recipes = Record<Method, Recipe>;

/** One value a method. */
export function byMethod<T>(names: readonly Method[], make: (method: Method) => T): Record<Method, T> {
  return Object.fromEntries(names.map((method) => [method, make(method)])) as Record<Method, T>;
}

/** What the tuning mostly finds; used when nothing is tuned. */
export function usualRecipe(method: Method): Recipe {
  if (method === "CET") return { setting: { l2: 0, tau: 1, l2Selection: 0.003, exact: false }, updates: 2000 };
  if (method === "denoised") return { setting: { l2: 0, margin: -1 }, updates: 125 };
  if (method === "oracle") return { setting: { l2: 0 }, updates: 2000 };
  return { setting: { l2: method.startsWith("basic") ? 0.3 : 0 }, updates: method.startsWith("basic") ? 500 : 125 };
}

/** One world with its test queries stacked, ready to train in. */
export interface Lab {
  world: PoolingWorld;
  random: Random;
  ablate: Ablation;
  stacked: Stacked;
  judge: Stacked & { queries: SimulatedQuery[] };
  /** The denoiser's: trained on the basic retriever's negatives. */
  teacher: PairwiseRanker;
  /** Negatives drawn so far. */
  drawn: Map<string, Triples>;
}

export interface LabOptions {
  regime: Regime;
  queries: number;
  ablate: Ablation;
  random: Random;
}

export function createLab({ regime, queries, ablate, random }: LabOptions): Lab {
  const labels = ablate === "pooling" ? ({ depth: 200, labels: "all" } as const) : { depth: regime.depth };
  const world = poolingSimulator({
    random: random.fork("world"),
    train: queries,
    test: 100,
    correlation: regime.correlation,
    ...labels,
  });
  return labIn(world, ablate, random);
}

function labIn(world: PoolingWorld, ablate: Ablation, random: Random): Lab {
  const stacked = stackFeatures(world.train);
  const place = { world, random, stacked };
  const basic = sampleFrom(place, "basic", 30);
  const teacher = trainPlain(basic, plainOptions({ l2: 0.03 }, 500, random));
  const judge = { queries: world.test, ...stackFeatures(world.test) };
  return { ...place, ablate, teacher, judge, drawn: new Map() };
}

/** The same world with only its first labelled queries. */
export function withFewerLabels({ world, ablate, random }: Lab, queries: number): Lab {
  return labIn({ ...world, train: world.train.slice(0, queries) }, ablate, random);
}

function sampleFrom(
  { world, random, stacked }: Pick<Lab, "world" | "random" | "stacked">,
  retriever: string,
  top: number,
  exclude: (query: number, doc: number) => boolean = () => false,
): Triples {
  const stream = random.fork(`negatives ${retriever}`);
  return sampleTriples(world.train, { retriever, top, perPositive, random: stream, exclude, stacked });
}

/** The negatives a method learns from. */
export function triplesOf(lab: Lab, method: Method, { margin = 0 }: Partial<Setting>): Triples {
  const key = method === "denoised" ? `${method} ${margin}` : method === "CET" ? "strong" : method;
  const known = lab.drawn.get(key);
  if (known) return known;
  const { train } = lab.world;
  const draw = (): Triples => {
    if (method === "random") return sampleFrom(lab, "random", 200);
    if (method === "basic") return sampleFrom(lab, "basic", 30);
    if (method === "basic, top 10") return sampleFrom(lab, "basic", 10);
    if (method === "oracle") return sampleFrom(lab, "strong", 30, (q, d) => train[q]?.relevant[d] === 1);
    if (method === "denoised") return denoise(triplesOf(lab, "strong", {}), lab.teacher, margin);
    return sampleFrom(lab, "strong", 30);
  };
  const triples = draw();
  lab.drawn.set(key, triples);
  return triples;
}

/** The two models of an audit: coupled estimation on the strong negatives as it comes, without tuning. */
export function auditModels(lab: Lab): { models: CetModels; selectionMask: readonly number[] } {
  const { world, ablate, random } = lab;
  const triples = triplesOf(lab, "strong", {});
  const selectionMask = ablate === "features" ? Array.from({ length: triples.dim }, (_, i) => i) : world.lexicalColumns;
  const tau = ablate === "weights" ? Number.POSITIVE_INFINITY : 2;
  const models = trainCet(triples, { ...plainOptions({ l2: 0 }, 500, random), tau, selectionMask });
  return { models, selectionMask };
}

/** Share of negatives that are in truth relevant. */
export function falseNegativeRate({ world }: Lab, { query, negative, start }: Triples): number {
  let count = 0;
  for (let t = 0; t < query.length; t++) {
    const q = query[t] as number;
    count += world.train[q]?.relevant[(negative[t] as number) - (start[q] as number)] ?? 0;
  }
  return count / query.length;
}

/** Mean NDCG@10 and MRR@10 over the test queries by complete relevance. */
export function quality({ judge }: Lab, ranker: PairwiseRanker): { ndcg: number; mrr: number } {
  const scores = ranker.scoreRows(judge.rows);
  let [ndcg, mrr] = [0, 0];
  for (const [q, { docs, relevant }] of judge.queries.entries()) {
    const from = judge.start[q] as number;
    const mine = scores.subarray(from, from + docs.length);
    ndcg += ndcgAt(10, mine, relevant) / judge.queries.length;
    mrr += mrrAt(10, mine, relevant) / judge.queries.length;
  }
  return { ndcg, mrr };
}

function plainOptions({ l2 }: Setting, updates: number, random: Random): PlainOptions {
  return { epochs: 0, steps: updates, lr: learningRate, batch, l2, random: random.fork("training") };
}

function cetOptions({ world, ablate, random }: Lab, setting: Setting, updates: number): CetOptions {
  const { tau = 2, l2Selection = 0.01, exact = false } = setting;
  return {
    ...plainOptions(setting, updates, random),
    tau: ablate === "weights" ? Number.POSITIVE_INFINITY : tau,
    l2Selection,
    exact,
    ...(ablate === "features" ? {} : { selectionMask: world.lexicalColumns }),
  };
}

/** The training of a method, an update at a time. */
export function training(lab: Lab, method: Method, setting: Setting, updates: number): Iterable<CetStep> {
  const triples = triplesOf(lab, method, setting);
  return method === "CET"
    ? cetTraining(triples, cetOptions(lab, setting, updates))
    : plainTraining(triples, plainOptions(setting, updates, lab.random));
}

/** NDCG@10 at each of {@link checkpoints}, from one training through all of them; 0 once its weights have overflowed. */
export function alongCheckpoints(lab: Lab, method: Method, setting: Setting): number[] {
  const found = checkpoints.map(() => 0);
  try {
    for (const { step, relevance } of training(lab, method, setting, Math.max(...checkpoints))) {
      const at = checkpoints.indexOf(step);
      if (at >= 0) found[at] = quality(lab, relevance).ndcg;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return found;
}

/** The last step of a method's training by a recipe; the last before its weights overflowed, should they do that. */
export function trained(lab: Lab, method: Method, { setting, updates }: Recipe): CetStep {
  let last: CetStep | undefined;
  try {
    for (const step of training(lab, method, setting, updates)) last = step;
  } catch (error) {
    if (!(error instanceof RangeError) || !last) throw error;
  }
  if (!last) throw new RangeError("a recipe needs at least one update");
  return last;
}
