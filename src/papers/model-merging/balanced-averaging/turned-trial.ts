import { type Digits, loadDigits, pickDigits } from "../../../kit/datasets/digits.ts";
import { addNoise, rotateImages } from "../../../kit/datasets/shifts.ts";
import { initMlp, mlp } from "../../../kit/nets/mlp.ts";
import type { TrialContext } from "../../../kit/paper.ts";
import { mean } from "../../../kit/stats.ts";
import { fineTune, type LabelledInputs } from "./fine-tune.ts";
import { type Comparison, compareMembers } from "./members.ts";
import { judgeRecipe, type RecipeBench, type RecipeResult, recipes, tuneAll } from "./recipes.ts";

/** What the experiment with turned digits is told. */
export interface TurnedSettings {
  images: number;
  /** Steps of the ancestor's training and of the fine-tuning. */
  steps: number;
  validationImages: number;
  testImages: number;
  labelSmoothing: number;
  mixupAlpha: number;
  alphaPoints: number;
  ablate: "none" | "same cues" | "no balance";
}

export interface TurnedResult {
  /** Means over the shifts. */
  members: Comparison;
  recipes: RecipeResult[];
}

const side = 14;
/** What the ancestor sees: digits turned far and noisy. */
const views = [-45, -20, 20, 45];
/** Turn in degrees and noise of the shifted tests: between what the ancestor and what the fine-tuned model saw. */
const shifts = [
  { turn: 15, noise: 0.2 },
  { turn: -15, noise: 0.2 },
  { turn: 22.5, noise: 0 },
  { turn: 0, noise: 0.3 },
];

/** Several sets of labelled images as one. */
function together(sets: readonly LabelledInputs[]): LabelledInputs {
  const inputs = new Float32Array(sets.reduce((sum, set) => sum + set.inputs.length, 0));
  let at = 0;
  for (const set of sets) {
    inputs.set(set.inputs, at);
    at += set.inputs.length;
  }
  return { inputs, labels: sets.flatMap(({ labels }) => Array.from(labels)) };
}

/**
 * One seed of the setting nearest to the paper's own: a network trained on many views, fine-tuned on clean upright digits,
 * and judged on natural shifts in between. With `same cues` the fine-tuned model goes on with the ancestor's views.
 */
export async function turnedTrial(settings: TurnedSettings, { random }: TrialContext): Promise<TurnedResult> {
  const [pool, all] = [await loadDigits({ side, split: "train" }), await loadDigits({ side, split: "test" })];
  const order = random.fork("images").permutation(pool.count);
  const part = (from: number, count: number): Digits => pickDigits(pool, order.slice(from, from + count));
  const { images, validationImages, testImages } = settings;
  const [first, second] = [part(0, images), part(images, images)];
  const validation = part(2 * images, validationImages);
  const test = pickDigits(all, random.fork("test").permutation(all.count).slice(0, testImages));
  const shift = ({ images: pixels, labels }: Digits, turn: number, noise: number, name: string): LabelledInputs => {
    const turned = turn === 0 ? pixels : rotateImages(pixels, side, turn);
    return { inputs: noise > 0 ? addNoise(turned, noise, random.fork(name)) : turned, labels };
  };
  const seen = (digits: Digits, name: string): LabelledInputs =>
    together(views.map((turn) => shift(digits, turn, 0.25, `${name} ${turn}`)));
  const clean = ({ images: inputs, labels }: Digits): LabelledInputs => ({ inputs, labels });
  const shifted = (digits: Digits, name: string): LabelledInputs[] =>
    shifts.map(({ turn, noise }) => shift(digits, turn, noise, `${name} ${turn} ${noise}`));

  const net = mlp([side * side, 64, 64, 10]);
  const pre = fineTune(net, initMlp(net, random.fork("start"), "torch"), seen(first, "ancestor"), {
    steps: settings.steps,
    random: random.fork("ancestor"),
  });
  const balanced = settings.ablate !== "no balance";
  const bench: RecipeBench = {
    net,
    pre,
    tuning: settings.ablate === "same cues" ? seen(second, "tuning") : clean(second),
    steps: settings.steps,
    learningRate: 1e-3,
    balance: {
      labelSmoothing: balanced ? settings.labelSmoothing : 0,
      mixupAlpha: balanced ? settings.mixupAlpha : 0,
    },
    random,
    idValidation: clean(validation),
    idTest: clean(test),
    shiftedValidation: shifted(validation, "validation"),
    shiftedTests: shifted(test, "test"),
    alphaPoints: settings.alphaPoints,
  };
  const tuned = tuneAll(bench);
  const each = bench.shiftedTests.map((data) => compareMembers(net, pre, tuned.plain, data));
  const over = (key: keyof Comparison): number => mean(each.map((comparison) => comparison[key]));
  return {
    members: {
      pre: over("pre"),
      ft: over("ft"),
      average: over("average"),
      output: over("output"),
      FFT: over("FFT"),
      TTF: over("TTF"),
    },
    recipes: recipes.map((recipe) => judgeRecipe(bench, recipe, tuned[recipe])),
  };
}
