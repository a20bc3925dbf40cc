import { accuracy, softmax } from "../../../kit/nets/class-scores.ts";
import { biasName, layerCount, type Mlp, mlpLogits, weightName } from "../../../kit/nets/mlp.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import { expectedCalibrationError, matchingTemperature, meanConfidence } from "./calibration.ts";
import { type Balance, fineTune, type LabelledInputs } from "./fine-tune.ts";
import { alphaGrid, alphaSweep, scaleTensors, wiseFt } from "./wise-ft.ts";

/** Ways to make the fine-tuned member; `tempered` scales the plain one's last layer until its confidence is its accuracy. */
export const recipes = ["plain", "tempered", "label smoothing", "Mixup", "both"] as const;
export type Recipe = (typeof recipes)[number];
/** The recipes that are BANG. */
export const balancedRecipes = ["label smoothing", "Mixup", "both"] as const satisfies readonly Recipe[];

/** Training and data that all recipes share. */
export interface RecipeBench {
  net: Mlp;
  pre: ParamTree;
  tuning: LabelledInputs;
  steps: number;
  learningRate: number;
  balance: Required<Balance>;
  random: Random;
  /** Images like the fine-tuning ones. */
  idValidation: LabelledInputs;
  idTest: LabelledInputs;
  /** Shifted images on which α may be chosen. */
  shiftedValidation: readonly LabelledInputs[];
  /** Shifted images that everything is judged by. */
  shiftedTests: readonly LabelledInputs[];
  alphaPoints: number;
}

/** How one recipe fares; accuracies on shifted images are means over the shifts. */
export interface RecipeResult {
  recipe: Recipe;
  /** The fine-tuned model alone. */
  member: number;
  half: number;
  halfId: number;
  /** At the α that is best on shifted validation images. */
  tuned: number;
  alpha: number;
  /** At the α that is best on validation images without shift. */
  idTuned: number;
  idAlpha: number;
  /** Of the fine-tuned model on shifted images. */
  confidence: number;
  calibrationError: number;
  curve: { alpha: number; shifted: number; id: number }[];
}

export const logitsOf = (net: Mlp, params: ParamTree, { inputs, labels }: LabelledInputs): Float32Array =>
  mlpLogits(net, params, inputs, labels.length);

export function scoreOf(net: Mlp, params: ParamTree, data: LabelledInputs): number {
  return accuracy(logitsOf(net, params, data), data.labels, net.sizes[layerCount(net)] ?? 0);
}

const meanScore = (net: Mlp, params: ParamTree, sets: readonly LabelledInputs[]): number =>
  mean(sets.map((data) => scoreOf(net, params, data)));

/** The best α; of equal scores the one nearest to ½. */
export function bestAlpha(sweep: readonly { alpha: number; score: number }[]): number {
  const best = sweep.reduce((a, b) =>
    b.score > a.score || (b.score === a.score && Math.abs(b.alpha - 0.5) < Math.abs(a.alpha - 0.5)) ? b : a,
  );
  return best.alpha;
}

/** Fine-tunes the pretrained model with a balance of one's choice, always with the same batches. */
export function tune({ net, pre, tuning, steps, learningRate, random }: RecipeBench, balance: Balance = {}): ParamTree {
  const optimizer = adamW({ learningRate, weightDecay: 0 });
  return fineTune(net, pre, tuning, { steps, optimizer, random: random.fork("fine-tune"), ...balance });
}

/** Fine-tunes the pretrained model by every recipe. */
export function tuneAll(bench: RecipeBench): Record<Recipe, ParamTree> {
  const { net, idValidation, balance } = bench;
  const { labelSmoothing, mixupAlpha } = balance;
  const plain = tune(bench);
  const temperature = matchingTemperature(logitsOf(net, plain, idValidation), idValidation.labels);
  const last = layerCount(net) - 1;
  return {
    plain,
    tempered: scaleTensors(plain, [weightName(last), biasName(last)], 1 / temperature),
    "label smoothing": tune(bench, { labelSmoothing }),
    Mixup: tune(bench, { mixupAlpha }),
    both: tune(bench, { labelSmoothing, mixupAlpha }),
  };
}

/** Averages one fine-tuned model with the pretrained one, at α = ½ and at both choices of α, and looks at its confidence. */
export function judgeRecipe(bench: RecipeBench, recipe: Recipe, tuned: ParamTree): RecipeResult {
  const { net, pre, shiftedTests, shiftedValidation, idTest, idValidation } = bench;
  const alphas = alphaGrid(bench.alphaPoints);
  const at = (alpha: number): number => meanScore(net, wiseFt(pre, tuned, alpha), shiftedTests);
  const alpha = bestAlpha(alphaSweep(pre, tuned, (params) => meanScore(net, params, shiftedValidation), alphas));
  const idAlpha = bestAlpha(alphaSweep(pre, tuned, (params) => scoreOf(net, params, idValidation), alphas));
  const classes = net.sizes[layerCount(net)] ?? 0;
  const probabilities = shiftedTests.map((data) => softmax(logitsOf(net, tuned, data), classes));
  return {
    recipe,
    member: meanScore(net, tuned, shiftedTests),
    half: at(0.5),
    halfId: scoreOf(net, wiseFt(pre, tuned, 0.5), idTest),
    tuned: at(alpha),
    alpha,
    idTuned: at(idAlpha),
    idAlpha,
    confidence: mean(probabilities.map((probs) => meanConfidence(probs, classes))),
    calibrationError: mean(
      probabilities.map((probs, i) => expectedCalibrationError(probs, shiftedTests[i]?.labels ?? [])),
    ),
    curve: alphas.map((value) => {
      const params = wiseFt(pre, tuned, value);
      return { alpha: value, shifted: meanScore(net, params, shiftedTests), id: scoreOf(net, params, idTest) };
    }),
  };
}
