import { BadInput } from "../../../kit/errors.ts";
import { softCrossEntropy, softmax } from "../../../kit/nets/class-scores.ts";
import { initMlp, mlp, mlpBackward, mlpForward, passOutput } from "../../../kit/nets/mlp.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { batches, gatherRows } from "../../../kit/nets/train.ts";
import { Random } from "../../../kit/random.ts";
import { applyScaling, featureScaling } from "./cat-representation.ts";
import type { Training } from "./episodes.ts";
import { checkNets, classCount, featureWidth, inputWidth, type Net, netClassifier, netFeatures } from "./networks.ts";

export interface DistillOptions extends Training {
  /** Hidden widths of the student; the last gives its features. */
  hidden: readonly number[];
  /** `kl`: match every teacher's class probabilities; `mse`: match every teacher's features, standardised. */
  loss?: "kl" | "mse";
  /** τ by which logits are divided before they become probabilities, for `kl`; default 1. */
  temperature?: number;
  seed?: number;
}

/**
 * DISTILLₙ: one student learns what n teachers say about `inputs` (no labels), through one linear head a teacher on shared
 * features s(x), $\sum_k \tau^2\,\mathrm{KL}\bigl(\sigma(t_k(x)/\tau)\,\Vert\,\sigma(h_k(s(x))/\tau)\bigr)$, or
 * $\sum_k \lVert h_k(s(x)) - \varphi_k(x)\rVert^2 / d_k$ with `mse`. Every teacher's own choice of features has to survive in
 * s, which is what makes it a richer representation than a student of one teacher. The student's head is all n heads side by
 * side; probe or fine-tune its features.
 */
export function distill(
  teachers: readonly Net[],
  inputs: Float32Array,
  {
    hidden,
    steps,
    loss = "kl",
    temperature = 1,
    batch = 64,
    learningRate = 3e-3,
    weightDecay = 0,
    seed = 0,
  }: DistillOptions,
): Net {
  checkNets(teachers);
  if (!(temperature > 0)) throw new BadInput(`the temperature is ${temperature} and a number above 0 is wanted`);
  const width = inputWidth(teachers[0] as Net); // checked
  const count = inputs.length / width;
  if (!Number.isInteger(count)) throw new RangeError(`${inputs.length} values do not make rows of ${width}`);
  const heads = teachers.map((net) => (loss === "kl" ? classCount(net) : featureWidth(net)));
  const lessons = teachers.map((teacher) =>
    loss === "kl"
      ? softmax(divided(netClassifier(teacher)(inputs, count), temperature), classCount(teacher))
      : standardised(teacher, inputs, count),
  );
  const random = new Random(seed);
  const net = mlp([width, ...hidden, heads.reduce((a, b) => a + b, 0)]);
  const params = initMlp(net, random.fork("start"));
  const optimizer = adamW({ learningRate, weightDecay });
  const source = batches(count, batch, random.fork("batches"));
  for (let step = 0; step < steps; step++) {
    const rows = source.next().value;
    const pass = mlpForward(net, params, gatherRows(inputs, width, rows), rows.length);
    const said = passOutput(pass);
    const gradient = new Float32Array(said.length);
    let column = 0;
    for (const [k, size] of heads.entries()) {
      const wanted = gatherRows(lessons[k] as Float32Array, size, rows); // one lesson a teacher
      const head = columnsOf(said, rows.length, column, size);
      const slope = loss === "kl" ? klGradient(head, wanted, size, temperature) : squareGradient(head, wanted);
      for (let n = 0; n < rows.length; n++) {
        gradient.set(slope.subarray(n * size, (n + 1) * size), n * (said.length / rows.length) + column);
      }
      column += size;
    }
    optimizer.step(params, mlpBackward(net, params, pass, gradient).gradient);
  }
  return { net, params };
}

function divided(logits: Float32Array, temperature: number): Float32Array {
  return temperature === 1 ? logits : logits.map((value) => value / temperature);
}

function standardised(teacher: Net, inputs: Float32Array, count: number): Float32Array {
  const features = netFeatures(teacher, inputs, count);
  applyScaling(features, featureScaling(features, featureWidth(teacher)));
  return features;
}

function columnsOf(values: Float32Array, count: number, from: number, size: number): Float32Array {
  const width = values.length / count;
  const out = new Float32Array(count * size);
  for (let n = 0; n < count; n++) out.set(values.subarray(n * width + from, n * width + from + size), n * size);
  return out;
}

/** The gradient of τ² KL is τ times that of the cross-entropy at logits over τ. */
function klGradient(logits: Float32Array, wanted: Float32Array, classes: number, temperature: number): Float32Array {
  const { gradient } = softCrossEntropy(divided(logits, temperature), wanted, classes);
  return temperature === 1 ? gradient : gradient.map((g) => g * temperature);
}

/** Of the mean squared difference. */
function squareGradient(values: Float32Array, wanted: Float32Array): Float32Array {
  return values.map((value, i) => (2 * (value - (wanted[i] as number))) / values.length);
}
