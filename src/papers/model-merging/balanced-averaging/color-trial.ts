import { type Digits, loadDigits, pickDigits } from "../../../kit/datasets/digits.ts";
import { addNoise } from "../../../kit/datasets/shifts.ts";
import { initMlp, type Mlp, mlp } from "../../../kit/nets/mlp.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { filledTree, type ParamTree } from "../../../kit/nets/tree.ts";
import type { TrialContext } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";
import { fineTune, type LabelledInputs } from "./fine-tune.ts";
import { type Comparison, compareMembers } from "./members.ts";
import { multiColorDigits, type Palette, randomPalette } from "./multi-color-digits.ts";
import { judgeRecipe, type Recipe, type RecipeBench, type RecipeResult, recipes, tune, tuneAll } from "./recipes.ts";

/** What an experiment with coloured patches is told; mostly the claim's parameters. */
export interface ColorSettings {
  /** Hidden units; 0 is a linear model. */
  hidden: number;
  trainImages: number;
  validationImages: number;
  testImages: number;
  /** Chances p that a patch is redrawn, at which everything is measured. */
  flips: number[];
  tuneSteps: number;
  labelSmoothing: number;
  mixupAlpha: number;
  alphaPoints: number;
  /** `same cues`: both members learn the same patches. `no balance`: BANG without smoothing and Mixup. */
  ablate: "none" | "same cues" | "no balance";
}

export interface ColorResult {
  /** With 32 patches, one entry a flip. */
  many: Comparison[];
  /** With one patch a member. */
  single: Comparison[];
  /** The same with α chosen. */
  singleTuned: RecipeResult;
  recipes: RecipeResult[];
}

/** Shifts that decide. */
export const decidingFlips = [0.8, 0.9] as const;

/** Pixels along an edge. */
const side = 8;
const classes = 10;
/** In the ancestor's training the images are noisy and its patches unreliable, so that it needs all of them. */
const ancestor = { flip: 0.6, imageNoise: 0.25 };
/** Settled on seeds from 1001 on: training of the ancestor, and the rate at which it is fine-tuned. */
const training = {
  linear: { steps: 150, rate: 5e-3, tuneRate: 0.02 },
  hidden: { steps: 200, rate: 3e-3, tuneRate: 0.01 },
};

interface Images {
  train: Digits;
  validation: Digits;
  test: Digits;
}

/** Two members and everything they are judged by, for one number of patches. */
interface Pair {
  net: Mlp;
  pre: ParamTree;
  bench: RecipeBench;
  tests: LabelledInputs[];
}

function setUp(settings: ColorSettings, images: Images, patches: number, scale: number, random: Random): Pair {
  const palette: Palette = randomPalette(patches, classes, random.fork("palette"));
  const isFirst = (patch: number): boolean => patch < patches / 2;
  const isSecond = (patch: number): boolean => (settings.ablate === "same cues" ? isFirst(patch) : !isFirst(patch));
  const paint = (
    { images: pixels, labels }: Digits,
    p: number,
    name: string,
    { informative, noise = 0 }: { informative?: (patch: number) => boolean; noise?: number } = {},
  ): LabelledInputs => {
    const stream = random.fork(name);
    const base = noise > 0 ? addNoise(pixels, noise, stream.fork("pixels")) : pixels;
    const shown = informative ? { informative } : {};
    return { inputs: multiColorDigits({ images: base, labels, palette, p, scale, random: stream, ...shown }), labels };
  };
  const { train, validation, test } = images;
  const kind = training[settings.hidden > 0 ? "hidden" : "linear"];
  const width = side * side + 3 * patches;
  const net = mlp(settings.hidden > 0 ? [width, settings.hidden, classes] : [width, classes]);
  const drawn = initMlp(net, random.fork("start"), "torch");
  const pre = fineTune(
    net,
    settings.hidden > 0 ? drawn : filledTree(drawn),
    paint(train, ancestor.flip, "ancestor", { informative: isFirst, noise: ancestor.imageNoise }),
    {
      steps: kind.steps,
      optimizer: adamW({ learningRate: kind.rate, weightDecay: 0 }),
      random: random.fork("ancestor steps"),
    },
  );
  const balanced = settings.ablate !== "no balance";
  const second = { informative: isSecond };
  const bench: RecipeBench = {
    net,
    pre,
    tuning: paint(train, 0, "tuning", second),
    steps: settings.tuneSteps,
    learningRate: kind.tuneRate,
    balance: {
      labelSmoothing: balanced ? settings.labelSmoothing : 0,
      mixupAlpha: balanced ? settings.mixupAlpha : 0,
    },
    random,
    idValidation: paint(validation, 0, "validation", second),
    idTest: paint(test, 0, "test", second),
    shiftedValidation: decidingFlips.map((p) => paint(validation, p, `validation ${p}`)),
    shiftedTests: decidingFlips.map((p) => paint(test, p, `test ${p}`)),
    alphaPoints: settings.alphaPoints,
  };
  return { net, pre, bench, tests: settings.flips.map((p) => paint(test, p, `test ${p}`)) };
}

/** One seed of the experiments with coloured patches beside digits. */
export async function colorTrial(settings: ColorSettings, { random }: TrialContext): Promise<ColorResult> {
  const [pool, tests] = [await loadDigits({ side, split: "train" }), await loadDigits({ side, split: "test" })];
  const order = random.fork("images").permutation(pool.count);
  const { trainImages, validationImages, testImages } = settings;
  const images: Images = {
    train: pickDigits(pool, order.slice(0, trainImages)),
    validation: pickDigits(pool, order.slice(trainImages, trainImages + validationImages)),
    test: pickDigits(tests, random.fork("test").permutation(tests.count).slice(0, testImages)),
  };
  const many = setUp(settings, images, 32, 0.5, random.fork("many"));
  const tuned = tuneAll(many.bench);
  // One patch a member, drawn four times as large, so that there is as much to lean on.
  const single = setUp(settings, images, 2, 2, random.fork("single"));
  const singleTuned = tune(single.bench);
  const compare = ({ net, pre, tests: sets }: Pair, ft: ParamTree): Comparison[] =>
    sets.map((data) => compareMembers(net, pre, ft, data));
  return {
    many: compare(many, tuned.plain),
    single: compare(single, singleTuned),
    singleTuned: judgeRecipe(single.bench, "plain", singleTuned),
    recipes: recipes.map((recipe: Recipe) => judgeRecipe(many.bench, recipe, tuned[recipe])),
  };
}
