import type { PartOutcome } from "../../../kit/paper.ts";
import { type Interval, mean, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import { all, exceeds, measured, type PartResult } from "../../../kit/verdict.ts";
import { type ColorResult, decidingFlips } from "./color-trial.ts";
import { type Comparison, gainOf } from "./members.ts";
import { balancedRecipes, type Recipe, type RecipeResult, recipes } from "./recipes.ts";
import { type CellResult, lambdas } from "./theory-trial.ts";
import type { TurnedResult } from "./turned-trial.ts";

/** Room for rounding where equality is expected. */
const rounding = 1e-9;

/** The voting model in six cells: gains, patterns, full overlap, and samples against enumeration. */
export function theoryPart(cells: readonly CellResult[]): PartResult {
  const gains = cells.map(({ single, ensemble }) => ensemble - single);
  const deviations = cells.flatMap(({ checks }) => checks.map(({ errors }) => errors));
  const example = cells.find(({ nv, p }) => nv === 2 && p === 0.9);
  return {
    outcome:
      gains.every((gain) => gain > rounding) &&
      cells.every(({ FFT, TTF }) => FFT > TTF) &&
      cells.every(({ overlap, single }) => Math.abs(overlap - single) < rounding) &&
      deviations.every((errors) => errors <= 4),
    measured: [
      measured("smallest acc(ensemble) − acc(single)", Math.min(...gains)),
      measured("largest |sampled − exact|", Math.max(...deviations), "standard errors"),
      measured("acc(single), 2 + 3 features, p = 0.9", example?.single ?? Number.NaN),
      measured("acc(ensemble), 2 + 3 features, p = 0.9", example?.ensemble ?? Number.NaN),
      measured("both wrong, then right, 2 + 3 features, p = 0.9", example?.FFT ?? Number.NaN),
      measured("both right, then wrong, 2 + 3 features, p = 0.9", example?.TTF ?? Number.NaN),
    ],
  };
}

/** The exact accuracy as one member grows surer. */
export function overconfidencePart(cells: readonly CellResult[]): PartResult {
  const falls = ({ sweep }: CellResult): boolean =>
    sweep.every((value, i) => i === 0 || value < (sweep[i - 1] as number) - rounding);
  const example = cells.find(({ nv, p }) => nv === 2 && p === 0.9);
  return {
    outcome: cells.every(falls),
    measured: lambdas.map((lambda, i) =>
      measured(`acc(λ = ${lambda}), 2 + 3 features, p = 0.9`, example?.sweep[i] ?? Number.NaN),
    ),
  };
}

/** At least one point in the mean, and reliably above 0. */
function clearGain(gain: Interval): PartOutcome {
  if (gain.value < 0.01) return "does not hold";
  return exceeds(gain, 0);
}

/** What the average gains over the better member where α may be chosen; the curve starts at the pretrained one. */
const tunedGain = ({ tuned, member, curve }: RecipeResult): number =>
  tuned - Math.max(curve[0]?.shifted ?? Number.NaN, member);

/** Averages of members with 16 patches each, and the control with one. */
export function cuesPart(results: readonly ColorResult[], flips: readonly number[]): PartResult {
  const deciding = decidingFlips.map((p) => flips.indexOf(p));
  const gains = (kind: "many" | "single"): number[] =>
    results.map((result) => mean(deciding.map((f) => gainOf(result[kind][f] as Comparison))));
  const runs = results.flatMap(({ many }) => deciding.map((f) => many[f] as Comparison));
  const [many, single] = [meanInterval(gains("many")), meanInterval(gains("single"))];
  const fixes = meanInterval(runs.map(({ FFT }) => FFT));
  return {
    outcome: all([
      clearGain(many),
      runs.every(({ FFT, TTF }) => FFT > TTF),
      exceeds(pairedInterval(gains("many"), gains("single")), 0),
    ]),
    measured: [
      measured("acc(average) − max(acc of members), 32 patches", many),
      measured("the same, one patch a member", single),
      measured("both wrong, then right, 32 patches", fixes.value),
      measured("both right, then wrong, 32 patches", mean(runs.map(({ TTF }) => TTF))),
      measured(
        "gain at the α that shifted images choose, 32 patches",
        meanInterval(results.map(({ recipes: list }) => tunedGain(list[0] as RecipeResult))),
      ),
      measured("the same, one patch a member", meanInterval(results.map(({ singleTuned }) => tunedGain(singleTuned)))),
    ],
  };
}

/** Balanced averaging against plain averaging; the best of three recipes, so that doubts count for the paper. */
export function balancePart(seeds: readonly (readonly RecipeResult[])[]): PartResult {
  const of = (recipe: Recipe, key: "half" | "tuned"): number[] =>
    seeds.map((list) => list[recipes.indexOf(recipe)]?.[key] ?? Number.NaN);
  const against = (recipe: Recipe) => ({
    recipe,
    half: pairedInterval(of(recipe, "half"), of("plain", "half")),
    tuned: pairedInterval(of(recipe, "tuned"), of("plain", "tuned")),
  });
  const tried = balancedRecipes.map(against);
  const best = tried.reduce((a, b) => (b.half.value > a.half.value ? b : a));
  const decide = (gain: Interval): PartOutcome =>
    gain.high <= 0 || gain.value === 0 ? "does not hold" : exceeds(gain, 0);
  return {
    outcome: all([decide(best.half), decide(best.tuned)]),
    measured: [
      ...tried.map(({ recipe, half }) => measured(`acc(BANG, ${recipe}) − acc(plain average), α = ½`, half)),
      measured(`${best.recipe}: the same with α chosen for each on shifted images`, best.tuned),
      measured("tempered head instead of BANG, α = ½", against("tempered").half),
    ],
  };
}

/** The average against both members on natural shifts. */
export function turnedPart(results: readonly TurnedResult[]): PartResult {
  const gain = meanInterval(results.map(({ members }) => gainOf(members)));
  return {
    outcome: all([clearGain(gain), results.every(({ members: { FFT, TTF } }) => FFT > TTF)]),
    measured: [
      measured("acc(average) − max(acc of members), mean of four shifts", gain),
      measured("both wrong, then right", mean(results.map(({ members }) => members.FFT))),
      measured("both right, then wrong", mean(results.map(({ members }) => members.TTF))),
      measured(
        "acc(average) − acc(summed outputs)",
        pairedInterval(
          results.map(({ members }) => members.average),
          results.map(({ members }) => members.output),
        ),
      ),
    ],
  };
}
