import { BadInput } from "../../../kit/errors.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { batches, gatherRows } from "../../../kit/nets/train.ts";
import { cloneTree, filledTree, type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { addGradients, type Network } from "../network/differentiable.ts";
import { addTaskVectors, checkTaskVectors } from "../task-vectors.ts";
import { predictionEntropy } from "./entropy.ts";

/** What is needed of a network: a pass that can go back. {@link Network} has it; any other differentiable model may. */
export type EntropyNetwork = Pick<Network, "inputs" | "forward">;

/** One task: inputs without labels, and the tensors of its own head, which is frozen and not merged. */
export interface UnlabelledTask {
  /** count × inputs */
  rows: Float32Array;
  count: number;
  /** Left out where all tasks share a merged head. */
  head?: ParamTree;
  /** The network with this head, where heads differ in their number of classes. */
  network?: EntropyNetwork;
}

/**
 * Which tensors share a coefficient: all of a task (`task`), none (`layer`: every tensor of its own, weight and bias apart,
 * as in the authors' code), or those that a function gives the same name.
 */
export type Granularity = "task" | "layer" | ((tensor: string) => string);

export interface AdaMergeOptions {
  granularity?: Granularity;
  /** Start of every coefficient. */
  init?: number;
  /** Adam's rate for the coefficients. */
  learningRate?: number;
  steps?: number;
  /** Inputs of every task in each step. */
  batch?: number;
  /** Coefficients are cut to this range in the forward pass; beyond it they get no gradient. */
  clamp?: readonly [low: number, high: number];
  /** Seed of the order in which inputs are drawn. */
  seed?: number;
  /** Called after every step with the entropy it started from; may pause. */
  onStep?(step: number, entropy: number): void | Promise<void>;
}

export interface AdaMergeResult {
  params: ParamTree;
  /** Names of the groups that share a coefficient: tensors when layer-wise. */
  names: string[];
  /** Coefficients in force, tasks × groups. */
  lambda: number[][];
  /** The same spread out over tensors, tasks × tensors in the order of the pretrained tree. */
  coefficients: number[][];
  /** Sum over tasks of the mean entropy of the batch, in nats, before each step. */
  entropy: number[];
}

/** Group of every tensor, as positions in `names`. */
export function groupTensors(tensors: readonly string[], granularity: Granularity): { names: string[]; of: number[] } {
  const nameOf = granularity === "task" ? () => "all" : granularity === "layer" ? (name: string) => name : granularity;
  const names: string[] = [];
  const of = tensors.map((tensor) => {
    const name = nameOf(tensor);
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name);
  });
  return { names, of };
}

/**
 * The objective and its gradient with respect to the merged parameters:
 * $\sum_k \frac1{|B_k|}\sum_{x\in B_k} H(\mathrm{softmax}(h_k(f_\theta(x))))$, each task through its own head.
 */
export function entropyOf(
  network: EntropyNetwork,
  params: ParamTree,
  tasks: readonly UnlabelledTask[],
): { entropy: number; gradient: ParamTree } {
  let gradient: ParamTree | undefined;
  let entropy = 0;
  for (const { rows, count, head, network: own = network } of tasks) {
    const pass = own.forward({ ...params, ...head }, rows, count);
    const { loss, gradient: slope } = predictionEntropy(pass.logits, pass.logits.length / count);
    entropy += loss;
    gradient = addGradients(gradient, pass.backward(slope), params);
  }
  return { entropy, gradient: gradient ?? filledTree(params) };
}

/**
 * From the gradient with respect to the merged parameters to that with respect to the coefficients, by the chain rule:
 * $\partial H/\partial\lambda_k^g = \sum_{l\in g}\langle \partial H/\partial\theta^l, \tau_k^l\rangle$. One backward pass
 * serves all tasks and groups. Returns tasks × groups.
 */
export function coefficientGradient(
  gradient: ParamTree,
  vectors: readonly ParamTree[],
  groups: { names: readonly string[]; of: readonly number[] },
): number[][] {
  return vectors.map((vector) => {
    const out = new Array<number>(groups.names.length).fill(0);
    for (const [l, [name, { data }]] of Object.entries(gradient).entries()) {
      const tau = tensorOf(vector, name).data;
      let dot = 0;
      for (let i = 0; i < data.length; i++) dot += (data[i] as number) * (tau[i] as number);
      const group = groups.of[l] ?? 0;
      out[group] = (out[group] ?? 0) + dot;
    }
    return out;
  });
}

function checkTasks(pretrained: ParamTree, vectors: readonly ParamTree[], tasks: readonly UnlabelledTask[]): void {
  if (tasks.length !== vectors.length) {
    throw new BadInput(`there are ${vectors.length} task vectors and inputs of ${tasks.length} tasks`);
  }
  for (const [k, { count, head = {} }] of tasks.entries()) {
    const where = `task ${k + 1}`;
    if (!(count >= 1)) throw new BadInput("there are no inputs", { where });
    const merged = Object.keys(head).find((name) => Object.hasOwn(pretrained, name));
    if (merged !== undefined) {
      throw new BadInput(`the tensor "${merged}" of its head is also among those to be merged`, {
        where,
        remedy: "A head is frozen: take it out of the pretrained model and the task vectors.",
      });
    }
  }
}

function checkSettings({ init, learningRate, steps, batch, low, high }: Record<string, number>): void {
  if (!((low as number) < (high as number))) throw new BadInput(`the range from ${low} to ${high} is empty`);
  const wanted: [string, number | undefined, boolean][] = [
    ["start", init, Number.isFinite(init)],
    ["learning rate", learningRate, (learningRate as number) > 0 && Number.isFinite(learningRate)],
    ["number of steps", steps, Number.isInteger(steps) && (steps as number) >= 0],
    ["number of inputs a step", batch, Number.isInteger(batch) && (batch as number) >= 1],
  ];
  for (const [what, value, fits] of wanted) if (!fits) throw new BadInput(`the ${what} cannot be ${value}`);
}

/**
 * AdaMerging (Yang et al., 2024, §3.2): learns how much of each task vector goes into the merge,
 *
 * $$\theta^l(\lambda) = \theta_0^l + \sum_k \lambda_k^l\,\tau_k^l, \qquad
 *   \min_\lambda \sum_k \mathbb E_{x\in B_k}\, H(\mathrm{softmax}(h_k(f_{\theta(\lambda)}(x)))),$$
 *
 * from unlabelled inputs alone, by Adam on the coefficients; models and heads are read only. The entropy of confident
 * predictions stands in for the missing loss, which works from a start that is already right more often than not: from a bad
 * one it grows confident and wrong. Give `vectors` that went through {@link tiesFilter} for AdaMerging++.
 *
 * One batch of every task makes a step (the authors' loop takes two); inputs are drawn in random order, each once before any
 * comes again. With `steps` 0 the result is task arithmetic with scale `init`.
 */
export async function adaMerge(
  network: EntropyNetwork,
  pretrained: ParamTree,
  vectors: readonly ParamTree[],
  tasks: readonly UnlabelledTask[],
  options: AdaMergeOptions = {},
): Promise<AdaMergeResult> {
  const { granularity = "layer", init = 0.3, learningRate = 1e-3, steps = 500, batch = 16, seed = 0 } = options;
  const [low, high] = options.clamp ?? [0, 1];
  checkSettings({ init, learningRate, steps, batch, low, high });
  checkTaskVectors(pretrained, vectors);
  checkTasks(pretrained, vectors, tasks);
  const groups = groupTensors(Object.keys(pretrained), granularity);
  const width = groups.names.length;
  const shape = [vectors.length, width];
  const raw = new Float32Array(vectors.length * width).fill(init);
  const optimizer = adamW({ learningRate, weightDecay: 0 });
  const inForce = (): number[][] =>
    vectors.map((_, k) =>
      Array.from(raw.subarray(k * width, (k + 1) * width), (v) => Math.min(high, Math.max(low, v))),
    );
  const spread = (lambda: number[][]): number[][] =>
    lambda.map((row) => groups.of.map((group) => row[group] as number));
  const params = cloneTree(pretrained);
  const random = new Random(seed).fork("adamerging");
  const draws = tasks.map(({ count }, k) => batches(count, batch, random.fork(k)));
  const entropies: number[] = [];
  for (let step = 0; step < steps; step++) {
    addTaskVectors(params, pretrained, vectors, spread(inForce()));
    const drawn = tasks.map((task, k): UnlabelledTask => {
      const indices = draws[k]?.next().value ?? new Int32Array(); // one stream a task
      return { ...task, rows: gatherRows(task.rows, network.inputs, indices), count: indices.length };
    });
    const { entropy, gradient } = entropyOf(network, params, drawn);
    if (!Number.isFinite(entropy)) {
      throw new BadInput(`the entropy is ${entropy} at step ${step + 1}`, {
        remedy: "Are all inputs and weights finite and of ordinary size?",
      });
    }
    entropies.push(entropy);
    const slope = Float32Array.from(coefficientGradient(gradient, vectors, groups).flat(), (value, i) =>
      (raw[i] as number) < low || (raw[i] as number) > high ? 0 : value,
    );
    optimizer.step({ lambda: { data: raw, shape } }, { lambda: { data: slope, shape } });
    await options.onStep?.(step, entropy);
  }
  const lambda = inForce();
  const coefficients = spread(lambda);
  addTaskVectors(params, pretrained, vectors, coefficients);
  return { params, names: groups.names, lambda, coefficients, entropy: entropies };
}
