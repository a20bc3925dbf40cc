import { BadInput } from "../../../kit/errors.ts";
import { accuracy } from "../../../kit/nets/class-scores.ts";
import type { ToolRun } from "../../../kit/paper.ts";
import type { NamedAdapter } from "./adapter-file.ts";
import type { LowRankAdapter } from "./low-rank-adapter.ts";
import { MosAdapter } from "./mos-adapter.ts";
import type { MosConfig } from "./mos-config.ts";
import type { LayerGroup } from "./network-model.ts";
import type { Options, Prepared } from "./preparation.ts";
import { lora } from "./rival-adapters.ts";
import { type AdaptableModel, adaptedOutputs, type Examples, type Placement, trainingSteps } from "./train-adapter.ts";

/** A trained adapter of all groups with its learning rate and its accuracy on the test rows. */
export interface Trained {
  name: string;
  adapters: LowRankAdapter[];
  lr: number;
  accuracy: number;
}

/** Accuracy of the adapted network; without placements, of the frozen one. */
export function accuracyOn(model: AdaptableModel, placements: readonly Placement[], rows: Examples): number {
  return accuracy(adaptedOutputs(model, placements, rows.inputs, rows.count), rows.labels ?? [], model.outputs);
}

/** Where the groups' matrices stand in the model. */
export function placementsOf(groups: readonly LayerGroup[], adapters: readonly LowRankAdapter[]): Placement[] {
  let at = 0;
  return groups.map(({ layers }, g) => {
    const placement = { adapter: adapters[g] as LowRankAdapter, layers: Array.from({ length: layers }, () => at++) };
    return placement;
  });
}

/** Trains one kind of adapter at every learning rate and keeps the best on the rows set aside for that. */
async function trainBest(
  name: string,
  { model, groups, parts }: Prepared,
  build: () => LowRankAdapter[],
  given: Options,
  run: ToolRun,
  onRate: (done: number) => void,
): Promise<Trained> {
  let best: (Trained & { choice: number }) | undefined;
  for (const [i, lr] of given.learningRates.entries()) {
    const adapters = build();
    const placements = placementsOf(groups, adapters);
    let step = 0;
    for (const loss of trainingSteps(model, placements, parts.train, { ...given, lr, seed: run.seed })) {
      if (!Number.isFinite(loss)) break;
      onRate((i + ++step / given.steps) / given.learningRates.length);
      await run.breathe();
    }
    if (step < given.steps) continue; // diverged at this rate
    const choice = accuracyOn(model, placements, parts.choice);
    if (best && choice <= best.choice) continue;
    best = { name, adapters, lr, choice, accuracy: accuracyOn(model, placements, parts.test) };
  }
  if (best) return best;
  throw new BadInput(`training ${name} diverges at every learning rate`, {
    where: "--learning-rates",
    remedy: "Give smaller rates, or scale the columns to about unit variance.",
  });
}

/** Trains the mixture of shards, and LoRA of the same budget and of the same rank beside it. */
export async function trainAll(prepared: Prepared, given: Options, run: ToolRun): Promise<Trained[]> {
  const { configs } = prepared;
  const plain = (rankOf: (config: MosConfig) => number) => (): LowRankAdapter[] =>
    configs.map((config) => lora({ ...config, equivalentRank: rankOf(config), alpha: rankOf(config) }));
  const kinds: { name: string; build: () => LowRankAdapter[] }[] = [
    { name: `MoS, e = ${given.equivalentRank}`, build: () => configs.map((config) => new MosAdapter(config)) },
  ];
  if (given.compare) {
    kinds.push({ name: `LoRA, rank ${given.equivalentRank}`, build: plain(({ equivalentRank }) => equivalentRank) });
    if (given.rank !== given.equivalentRank)
      kinds.push({ name: `LoRA, rank ${given.rank}`, build: plain(({ rank }) => rank) });
  }
  const trained: Trained[] = [];
  for (const [i, { name, build }] of kinds.entries()) {
    const onRate = (done: number): void => run.progress(0.05 + (0.9 * (i + done)) / kinds.length, `training ${name}`);
    trained.push(await trainBest(name, prepared, build, given, run, onRate));
  }
  return trained;
}

/** The trained shards with the names of the matrices they stand for. */
export function namedAdapters({ groups, model }: Prepared, { adapters }: Trained): NamedAdapter[] {
  return groups.flatMap(({ tensors }, g) => {
    const adapter = adapters[g];
    return adapter instanceof MosAdapter ? [{ adapter, tensors, layout: model.layout }] : [];
  });
}
