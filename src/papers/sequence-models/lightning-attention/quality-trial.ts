import { parameterCount } from "../../../kit/nets/tree.ts";
import type { Trial } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import type { LanguageModel } from "./language-model.ts";
import { SoftmaxTransformer } from "./softmax-transformer.ts";
import { evaluateLanguageModel, trainLanguageModel } from "./train-language-model.ts";
import { TransNormer } from "./trans-normer.ts";

/** The models that are trained. */
export const kinds = ["TNL", "Transformer", "TNL without decay"] as const;
export type Kind = (typeof kinds)[number];

/** Characters of a training window, and windows of a step. */
const context = 128;
const batch = 8;
const heads = 4;
/** A window longer than any seen in training, for the report. */
const longContext = 512;
/** Most characters of the held-out text that are predicted. */
const evaluated = 40_960;

export interface TrainingInput {
  kind: Kind;
  learningRate: number;
  /** Models of one seed see the same windows. */
  seed: number;
  vocab: number;
  train: Int32Array;
  heldOut: Int32Array;
  /** Characters to train on. */
  tokens: number;
  dModel: number;
  layers: number;
  /** Also score the longer window. */
  extrapolate: boolean;
}

export interface TrainingOutput {
  kind: Kind;
  learningRate: number;
  seed: number;
  parameters: number;
  /** Loss on the held-out text in nats per character, with windows as in training and with longer ones. */
  loss: number;
  longLoss: number | null;
  /** Training loss by twentieths of the training: characters seen so far and mean loss. */
  curve: { seen: number; loss: number }[];
}

function build({ kind, vocab, dModel, layers }: TrainingInput, random: Random): LanguageModel {
  const sizes = { vocab, dModel, layers, heads, random };
  if (kind === "Transformer") return new SoftmaxTransformer(sizes);
  return new TransNormer({ ...sizes, decay: kind === "TNL" ? "geometric" : "none" });
}

/** Trains one model and scores it on text it has not seen. */
export const trainTrial: Trial<TrainingInput, TrainingOutput> = async (input, { signal }) => {
  const { kind, learningRate, seed, train, heldOut, tokens, extrapolate } = input;
  const random = new Random(seed);
  const model = build(input, random.fork("weights"));
  const steps = Math.max(2, Math.round(tokens / (context * batch)));
  const curve: TrainingOutput["curve"] = [];
  let [sum, count] = [0, 0];
  await trainLanguageModel(model, train, {
    context,
    batch,
    steps,
    learningRate,
    random: random.fork("windows"),
    async onStep(step, loss) {
      sum += loss;
      count += 1;
      if ((step + 1) % Math.ceil(steps / 20) === 0 || step === steps - 1) {
        curve.push({ seen: (step + 1) * context * batch, loss: sum / count });
        [sum, count] = [0, 0];
        await new Promise((resume) => setTimeout(resume, 0)); // lets a cancellation through
      }
      return !signal.aborted;
    },
  });
  const score = (window: number): number =>
    evaluateLanguageModel(model, heldOut, { context: window, limit: Math.min(evaluated, tokens) });
  return {
    kind,
    learningRate,
    seed,
    parameters: parameterCount(model.parameters),
    loss: score(context),
    longLoss: extrapolate ? score(longContext) : null,
    curve,
  };
};
