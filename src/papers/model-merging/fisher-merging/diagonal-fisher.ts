import type { numpy } from "@jax-js/jax";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { softmax } from "../../../kit/nets/class-scores.ts";
import { type FisherOptions, labelWeights, mlpFisher } from "../../../kit/nets/fisher.ts";
import { elementCount, type ParamTree, parameterCount, type Tensor } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { openSafetensors, readTree, treeToSafetensors } from "../../../kit/safetensors.ts";

type Arrays = Record<string, numpy.Array>;

/** A model written with jax-js, differentiated automatically. */
export interface DifferentiableModel {
  params: ParamTree;
  /** From the parameters and one input to a vector of outputs. It owns its arguments, as every jax-js function does. */
  logits(params: Arrays, x: numpy.Array): numpy.Array;
}

/**
 * Exact diagonal Fisher information of a dense classifier, all examples of a batch at once. With $a_n$ entering a layer
 * and $\delta_{n,c} = \partial \log p_c(x_n) / \partial z$ behind it,
 * $F_W = \frac1N \sum_n (a_n^2)^\top \sum_c p_{n,c}\,\delta_{n,c}^2$.
 */
export const denseNetFisher = mlpFisher;

/**
 * Diagonal Fisher information of any jax-js classifier (§3, eq. 2):
 *
 * $$F = \frac1N \sum_{n} \mathbb E_{y \sim p_\theta(y \mid x_n)} \big[ (\nabla_\theta \log p_\theta(y \mid x_n))^2 \big] .$$
 *
 * The expectation is over the model's own labels, so none are needed: `exact` sums over all classes, `sampled` draws
 * `samples` labels an input, and `empirical` takes the given `targets`, which is a different quantity. What is squared is
 * the gradient of one example, never the mean gradient of a batch. `inputs` has the examples along its first axis.
 */
export async function diagonalFisher(
  model: DifferentiableModel,
  inputs: Tensor,
  options: FisherOptions = {},
): Promise<ParamTree> {
  const random = new Random(options.seed ?? 0).fork("fisher");
  const { nn } = await import("@jax-js/jax");
  return meanSquaredGradients(
    model,
    inputs,
    (outputs, hot) => nn.logSoftmax(outputs, -1).mul(hot).sum(),
    (outputs, width, at) => labelWeights(softmax(outputs, width), width, options, random, at),
    options.batch,
  );
}

/**
 * Diagonal Fisher information of a regression model whose outputs carry Gaussian noise of standard deviation `sd`:
 * $F = \frac1N \sum_n \sum_k (\nabla_\theta f_k(x_n))^2 / \mathrm{sd}^2$.
 */
export async function gaussianFisher(
  model: DifferentiableModel,
  inputs: Tensor,
  { sd = 1, batch }: { sd?: number; batch?: number } = {},
): Promise<ParamTree> {
  if (!(sd > 0)) throw new BadInput(`the standard deviation ${sd} is not above 0`);
  return meanSquaredGradients(
    model,
    inputs,
    (outputs, hot) => outputs.mul(hot).sum(),
    (outputs) => new Float32Array(outputs.length).fill(1 / sd ** 2),
    batch,
  );
}

/** Floats that the gradients of one batch may take. */
const batchFloats = 1 << 22;

/**
 * $\frac1N \sum_n \sum_k w_{n,k} (\nabla_\theta\, \text{objective}(f(x_n), e_k))^2$ over examples n and outputs k, summed
 * over batches in double precision. `weightsOf` gives the weights of a batch from its outputs (examples × width).
 */
async function meanSquaredGradients(
  { params, logits }: DifferentiableModel,
  inputs: Tensor,
  objective: (outputs: numpy.Array, hot: numpy.Array) => numpy.Array,
  weightsOf: (outputs: Float32Array, width: number, at: number) => Float32Array,
  batch = 256,
): Promise<ParamTree> {
  const count = inputs.shape[0] ?? 0;
  if (count < 1) throw new BadInput("the Fisher information needs at least one example");
  const area = elementCount(inputs.shape.slice(1));
  if (inputs.data.length !== count * area) throw new BadInput(`the shape [${inputs.shape}] does not fit the inputs`);
  const { grad, jit, numpy: np, vmap } = await import("@jax-js/jax");
  const arrays = (): Arrays =>
    Object.fromEntries(
      Object.entries(params).map(([name, { data, shape }]) => [name, np.array(data.slice()).reshape(shape)]),
    );
  /** The inputs at `which`, stacked. */
  const stack = (which: readonly number[]): numpy.Array => {
    const rows = new Float32Array(which.length * area);
    for (const [i, n] of which.entries()) rows.set(inputs.data.subarray(n * area, (n + 1) * area), i * area);
    return np.array(rows).reshape([which.length, ...inputs.shape.slice(1)]);
  };
  const forward = jit(vmap(logits, [null, 0]));
  const gradients = vmap(
    grad((p: Arrays, x: numpy.Array, hot: numpy.Array) => objective(logits(p, x), hot)),
    [null, 0, 0],
  );
  const weightedSquares = jit((p: Arrays, x: numpy.Array, hot: numpy.Array, weights: numpy.Array): Arrays => {
    const pairs = weights.shape[0] as number;
    const squares = Object.entries(gradients(p, x, hot) as unknown as Arrays).map(([name, g]) => {
      const flat = np.square(g).reshape([pairs, -1]);
      return [name, np.matmul(weights.ref, flat)] as const;
    });
    weights.dispose();
    return Object.fromEntries(squares);
  });

  const width = (await forward(arrays(), stack([0])).data()).length;
  const size = Math.max(1, Math.min(batch, count, Math.floor(batchFloats / (width * parameterCount(params)))));
  const sums = new Map(Object.entries(params).map(([name, { data }]) => [name, new Float64Array(data.length)]));
  const hot = Float32Array.from({ length: size * width * width }, (_, i) =>
    Math.floor(i / width) % width === i % width ? 1 : 0,
  );
  for (let at = 0; at < count; at += size) {
    // The last batch is filled up with copies of weight 0, so that one trace serves all batches.
    const which = Array.from({ length: size }, (_, i) => Math.min(count - 1, at + i));
    const outputs = (await forward(arrays(), stack(which)).data()) as Float32Array;
    const real = Math.min(size, count - at) * width;
    const weights = new Float32Array(size * width);
    weights.set(weightsOf(outputs.subarray(0, real), width, at));
    const squares = weightedSquares(
      arrays(),
      stack(which.flatMap((n) => new Array<number>(width).fill(n))),
      np.array(hot.slice()).reshape([size * width, width]),
      np.array(weights),
    );
    for (const [name, sum] of sums) {
      const part = await (squares[name] as numpy.Array).data(); // one entry a parameter
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
    }
  }
  forward.dispose();
  weightedSquares.dispose();
  return Object.fromEntries(
    Object.entries(params).map(([name, { shape }]) => {
      const data = Float32Array.from(sums.get(name) ?? [], (x) => x / count);
      return [name, { data, shape: [...shape] }];
    }),
  );
}

/** A Fisher as the bytes of a safetensors file, with how it was made in the metadata. */
export function saveFisher(fisher: ParamTree, metadata: Record<string, string> = {}): Uint8Array<ArrayBuffer> {
  return treeToSafetensors(fisher, { kind: "diagonal Fisher information", ...metadata });
}

/** A Fisher from a safetensors file; refuses negative and non-finite values by tensor and element. */
export async function loadFisher(file: InputFile): Promise<ParamTree> {
  const fisher = await readTree(await openSafetensors(file));
  for (const [name, { data }] of Object.entries(fisher)) {
    const bad = data.findIndex((value) => value < 0);
    if (bad >= 0) {
      throw new BadInput(`element ${bad} is ${data[bad]} and Fisher information is never negative`, {
        where: `${file.name}, tensor "${name}"`,
      });
    }
  }
  if (Object.keys(fisher).length === 0) throw new BadInput("the file has no tensors", { where: file.name });
  return fisher;
}
