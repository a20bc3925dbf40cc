import { BadInput } from "../../../kit/errors.ts";
import { crossEntropy } from "../../../kit/nets/class-scores.ts";
import { mlpBackward, mlpForward, passOutput } from "../../../kit/nets/mlp.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { batches, gatherRows } from "../../../kit/nets/train.ts";
import { cloneTree } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import type { LabelledInputs } from "../balanced-averaging/fine-tune.ts";
import { checkNets, classCount, initNet, inputWidth, type Net, type NetSpec } from "./networks.ts";

export type { LabelledInputs };

/** How a network is trained: AdamW on mini-batches at a constant rate. */
export interface Training {
  steps: number;
  /** Examples a step; default 64. */
  batch?: number;
  /** Default 3e-3. */
  learningRate?: number;
  /** Decoupled; default 0.1. */
  weightDecay?: number;
}

interface JointOptions extends Training {
  random: Random;
  onStep?(step: number, nets: readonly Net[], loss: number): void;
}

/**
 * Trains networks as one, in a single episode: their logits are added up, and the cross-entropy of the sum trains all of
 * them. That is the network with their concatenated features under one linear head. With one network it is plain training.
 * The given networks are left as they are.
 */
export function trainJointly(
  start: readonly Net[],
  { inputs, labels }: LabelledInputs,
  { steps, batch = 64, learningRate = 3e-3, weightDecay = 0.1, random, onStep }: JointOptions,
): Net[] {
  checkNets(start);
  const first = start[0] as Net; // checked
  const [width, classes] = [inputWidth(first), classCount(first)];
  if (start.some((net) => classCount(net) !== classes))
    throw new BadInput("the networks have heads of different widths");
  const nets = start.map(({ net, params }) => ({ net, params: cloneTree(params) }));
  const optimizers = nets.map(() => adamW({ learningRate, weightDecay }));
  const source = batches(labels.length, batch, random);
  for (let step = 0; step < steps; step++) {
    const indices = source.next().value;
    const rows = gatherRows(inputs, width, indices);
    const passes = nets.map(({ net, params }) => mlpForward(net, params, rows, indices.length));
    const sum = sumOf(passes.map(passOutput));
    const wanted = indices.map((i) => labels[i] as number);
    const { loss, gradient } = crossEntropy(sum, wanted, classes);
    for (const [k, { net, params }] of nets.entries()) {
      const pass = passes[k];
      if (pass) optimizers[k]?.step(params, mlpBackward(net, params, pass, gradient).gradient);
    }
    onStep?.(step, nets, loss);
  }
  return nets;
}

function sumOf(arrays: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(), ...others] = arrays;
  if (others.length === 0) return first;
  const sum = first.slice();
  for (const other of others) for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (other[i] as number);
  return sum;
}

export interface EpisodeOptions extends Training {
  /** Number of networks. */
  n: number;
  /** A seed for each, for its start and for the order of its batches; 0, 1, 2, … unless given. */
  seeds?: readonly number[];
  /** Called after every finished network. */
  onEpisode?(done: number): void;
}

/** The start and the batches of an episode have streams of their own. */
const streams = (seed: number) => ({ start: new Random(seed).fork("start"), order: new Random(seed).fork("batches") });

/**
 * Trains n networks independently on the same data with the same settings (paper, section on concatenation): only the seed,
 * and with it the start and the order of the batches, differs. Equal seeds give equal networks.
 */
export function trainEpisodes(
  spec: NetSpec,
  data: LabelledInputs,
  { n, seeds = Array.from({ length: n }, (_, k) => k), onEpisode, ...training }: EpisodeOptions,
): Net[] {
  checkCount(n);
  if (seeds.length < n) throw new BadInput(`there are ${seeds.length} seeds for ${n} networks`);
  return seeds.slice(0, n).map((seed, k) => {
    const { start, order } = streams(seed);
    const [net] = trainJointly([initNet(spec, start)], data, { ...training, random: order });
    onEpisode?.(k + 1);
    return net as Net; // one in, one out
  });
}

/**
 * The control that decides: n networks of the same shape as those of {@link trainEpisodes}, but trained together as one, in a
 * single episode. For one hidden layer that is the function class of a network n times as wide, started at another scale.
 */
export function jointParallel(
  spec: NetSpec,
  n: number,
  data: LabelledInputs,
  { seed = 0, ...training }: Training & { seed?: number },
): Net[] {
  checkCount(n);
  const { start, order } = streams(seed);
  const nets = Array.from({ length: n }, (_, k) => initNet(spec, start.fork(k)));
  return trainJointly(nets, data, { ...training, random: order });
}

/**
 * CATₙ-S, the cheap variant: n snapshots of one run, one every `cycleSteps` steps, at a learning rate high enough for the
 * network to keep moving. Earliest first.
 */
export function snapshots(
  spec: NetSpec,
  data: LabelledInputs,
  {
    n,
    cycleSteps,
    seed = 0,
    learningRate = 1e-2,
    ...training
  }: Omit<Training, "steps"> & { n: number; cycleSteps: number; seed?: number },
): Net[] {
  checkCount(n);
  if (!(Number.isInteger(cycleSteps) && cycleSteps > 0)) {
    throw new BadInput(`a cycle of ${cycleSteps} steps is not possible; 1 or more are wanted`);
  }
  const { start, order } = streams(seed);
  const taken: Net[] = [];
  trainJointly([initNet(spec, start)], data, {
    ...training,
    learningRate,
    steps: n * cycleSteps,
    random: order,
    onStep(step, [current]) {
      if ((step + 1) % cycleSteps === 0 && current) taken.push({ ...current, params: cloneTree(current.params) });
    },
  });
  return taken;
}

export function checkCount(n: number): void {
  if (!(Number.isInteger(n) && n >= 1)) throw new BadInput(`${n} networks are not possible; 1 or more are wanted`);
}
