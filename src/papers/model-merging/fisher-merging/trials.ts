import { type Digits, pickDigits } from "../../../kit/datasets/digits.ts";
import { addNoise, rotateImages } from "../../../kit/datasets/shifts.ts";
import { accuracy } from "../../../kit/nets/class-scores.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { TrialContext } from "../../../kit/paper.ts";
import { outputEnsemble } from "../output-ensemble.ts";
import { interpolationCurve } from "./coefficients.ts";
import {
  type Bench,
  type Comparison,
  type Contest,
  classifier,
  compareMerges,
  fineTune,
  fishersOf,
  type Labelled,
  meanScore,
  type Settings,
  score,
  setUp,
  side,
  together,
} from "./experiment.ts";
import { fisherMerge, isotropicMerge } from "./fisher-merge.ts";

const rotated = ({ images, labels }: Labelled, degrees: number): Labelled => ({
  images: rotateImages(images, side, degrees),
  labels,
});

/** Expert 1 sees the digits upright, expert 2 turned; the merge is judged on both. One comparison a turn. */
export async function twoDomains(bench: Bench): Promise<Comparison[]> {
  const { net, train, validation, test, settings } = bench;
  const upright = fineTune(bench, train, settings.expertSteps, "upright");
  const results: Comparison[] = [];
  for (const degrees of settings.rotations) {
    const turned = rotated(train, degrees);
    const expert = fineTune(bench, turned, settings.expertSteps, `turned ${degrees}`);
    const contest: Contest = {
      experts: [upright, expert],
      expertData: [train, turned],
      validation: [validation, rotated(validation, degrees)],
      tests: [test, rotated(test, degrees)],
    };
    const comparison = await compareMerges(bench, contest);
    if (degrees === settings.rotations.at(-1)) {
      const both = fineTune(bench, together(contest.expertData), 2 * settings.expertSteps, "both domains");
      comparison.multiTask = meanScore(net, both, contest.tests);
    }
    results.push(comparison);
  }
  return results;
}

/** Expert 1 sees the digits 0 to 4, expert 2 the digits 5 to 9; the merge is judged on all ten. */
async function disjointClasses(bench: Bench): Promise<Comparison> {
  const { net, train, validation, test, settings } = bench;
  const digits = (wanted: (label: number) => boolean): Digits =>
    pickDigits(
      train,
      [...train.labels.keys()].filter((i) => wanted(train.labels[i] as number)),
    );
  const [low, high] = [digits((label) => label < 5), digits((label) => label >= 5)];
  const comparison = await compareMerges(bench, {
    experts: [fineTune(bench, low, settings.partSteps, "low"), fineTune(bench, high, settings.partSteps, "high")],
    expertData: [low, high],
    validation: [validation],
    tests: [test],
  });
  const both = fineTune(bench, together([low, high]), 2 * settings.partSteps, "all classes");
  return { ...comparison, multiTask: score(net, both, test) };
}

export interface CoreResult {
  domains: Comparison[];
  classes: Comparison;
}

/** The two experiments of every scale, for one seed. */
export async function mergeTrial(settings: Settings, { random }: TrialContext): Promise<CoreResult> {
  const bench = await setUp(settings, random);
  return { domains: await twoDomains(bench), classes: await disjointClasses(bench) };
}

export interface EnsembleResult {
  single: number;
  isotropic: number;
  fisher: number;
  outputEnsemble: number;
}

const memberImages = 60;
const members = 5;

/** Five fine-tunes on bootstrap sets of 60 training images, merged with equal coefficients. */
function ensembling(bench: Bench): EnsembleResult {
  const { net, train, test, settings, random } = bench;
  const sets = Array.from({ length: members }, (_, m) => {
    const draw = random.fork(`bootstrap ${m}`);
    return pickDigits(
      train,
      Array.from({ length: memberImages }, () => draw.int(0, train.count - 1)),
    );
  });
  const models = sets.map((data, m) => fineTune(bench, data, settings.partSteps, `member ${m}`));
  const fishers = fishersOf(bench, models, sets);
  const ensemble = outputEnsemble(models.map((params) => classifier(net, params)));
  return {
    single: models.reduce((sum, params) => sum + score(net, params, test), 0) / models.length,
    isotropic: score(net, isotropicMerge(models), test),
    fisher: score(net, fisherMerge(models, fishers), test),
    outputEnsemble: accuracy(ensemble(test.images, test.count), test.labels, 10),
  };
}

export interface CurvePoint {
  /** Coefficient of the fine-tuned model. */
  tuned: number;
  merge: "Fisher" | "isotropic";
  clean: number;
  shifted: number;
}

export interface RobustResult {
  curve: CurvePoint[];
  /** Mean of clean and shifted accuracy on the test, at the λ that is best on validation. */
  isotropic: number;
  fisher: number;
}

const noise = 0.25;

/**
 * Robust fine-tuning (the WiSE-FT setting): pretrained on digits under rotations and noise, fine-tuned on clean ones, and
 * merged along the way back. Shifted test images are rotated by 30° and noisy.
 */
async function robustFineTuning(bench: Bench): Promise<RobustResult> {
  const { net, train, validation, test, settings, random } = bench;
  const shift = (data: Labelled, degrees: number, name: string): Labelled => ({
    images: addNoise(rotateImages(data.images, side, degrees), noise, random.fork(name)),
    labels: data.labels,
  });
  const wide = together([-45, -20, 20, 45].map((degrees) => shift(train, degrees, `view ${degrees}`)));
  const pretrained = fineTune(bench, wide, Math.round(1.5 * settings.expertSteps), "pretrain");
  const tuned = fineTune({ ...bench, ancestor: pretrained }, train, settings.expertSteps, "fine-tune");
  const [first, second] = fishersOf(bench, [pretrained, tuned], [wide, train]);
  const checks = [validation, shift(validation, 30, "shifted validation")];
  const tests = [test, shift(test, 30, "shifted test")];
  const curve: CurvePoint[] = [];
  const best = { Fisher: { check: -1, test: 0 }, isotropic: { check: -1, test: 0 } };
  const options = { n: settings.gridPoints };
  for (const point of interpolationCurve(pretrained, tuned, first as ParamTree, second as ParamTree, options)) {
    for (const [merge, params] of [
      ["Fisher", point.fisher],
      ["isotropic", point.isotropic],
    ] as const) {
      const [clean = 0, shifted = 0] = tests.map((data) => score(net, params, data));
      curve.push({ tuned: point.coefficients[1] ?? 0, merge, clean, shifted });
      const check = meanScore(net, params, checks);
      if (check > best[merge].check) best[merge] = { check, test: (clean + shifted) / 2 };
    }
  }
  return { curve, isotropic: best.isotropic.test, fisher: best.Fisher.test };
}

export interface ExtraResult {
  ensembling: EnsembleResult;
  robust: RobustResult;
}

/** The two further experiments of the full scale, for one seed. */
export async function extraTrial(settings: Settings, { random }: TrialContext): Promise<ExtraResult> {
  const bench = await setUp(settings, random);
  return { ensembling: ensembling(bench), robust: await robustFineTuning(bench) };
}
