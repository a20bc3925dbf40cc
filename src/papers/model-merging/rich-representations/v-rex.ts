import { BadInput } from "../../../kit/errors.ts";
import { crossEntropy } from "../../../kit/nets/class-scores.ts";
import { mlpBackward, mlpForward, passOutput } from "../../../kit/nets/mlp.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { batches, gatherRows } from "../../../kit/nets/train.ts";
import { cloneTree, type ParamTree } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import { addGradients } from "../network/differentiable.ts";
import type { LabelledInputs, Training } from "./episodes.ts";
import { classCount, inputWidth, type Net } from "./networks.ts";

/** $\frac1E\sum_e R_e + \beta\,\mathrm{Var}_e(R_e)$ over environments, and its gradient; variance over E. */
export function vrexLoss(
  { net, params }: Net,
  environments: readonly LabelledInputs[],
  beta: number,
): { loss: number; gradient: ParamTree } {
  if (environments.length === 0) throw new BadInput("there are no environments; one or more are wanted");
  const classes = classCount({ net, params });
  const passes = environments.map(({ inputs, labels }) => {
    const pass = mlpForward(net, params, inputs, labels.length);
    return { pass, ...crossEntropy(passOutput(pass), labels, classes) };
  });
  const risks = passes.map(({ loss }) => loss);
  const average = mean(risks);
  const variance = mean(risks.map((risk) => (risk - average) ** 2));
  let sum: ParamTree | undefined;
  for (const { pass, loss, gradient } of passes) {
    const share = (1 + 2 * beta * (loss - average)) / risks.length;
    const slope = gradient.map((g) => share * g);
    sum = addGradients(sum, mlpBackward(net, params, pass, slope).gradient, params);
  }
  return { loss: average + beta * variance, gradient: sum ?? {} };
}

/**
 * V-REx (Krueger et al., 2021) from a given start, for which the paper takes a network with rich features: besides the mean
 * risk its variance over environments is lowered, so that no environment is served at the cost of another. β = 0 is training
 * on all environments alike. Every step takes a batch of each environment.
 */
export function vrex(
  start: Net,
  environments: readonly LabelledInputs[],
  {
    beta,
    steps,
    batch = 64,
    learningRate = 1e-3,
    weightDecay = 0,
    seed = 0,
  }: Training & { beta: number; seed?: number },
): Net {
  if (!(beta >= 0)) throw new BadInput(`β is ${beta} and a number from 0 is wanted`);
  const params = cloneTree(start.params);
  const optimizer = adamW({ learningRate, weightDecay });
  const random = new Random(seed);
  const draws = environments.map(({ labels }, e) => batches(labels.length, batch, random.fork(e)));
  for (let step = 0; step < steps; step++) {
    const parts = environments.map(({ inputs, labels }, e): LabelledInputs => {
      const rows = draws[e]?.next().value ?? new Int32Array(); // one stream an environment
      return { inputs: gatherRows(inputs, inputWidth(start), rows), labels: rows.map((n) => labels[n] as number) };
    });
    optimizer.step(params, vrexLoss({ net: start.net, params }, parts, beta).gradient);
  }
  return { net: start.net, params };
}
