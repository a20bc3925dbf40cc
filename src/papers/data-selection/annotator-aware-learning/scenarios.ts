import { loadDigits } from "../../../kit/datasets/digits.ts";
import type { Random } from "../../../kit/random.ts";
import { applyScaling, scalingOf } from "../scaling.ts";
import type { Features } from "./em.ts";
import type { Simulation } from "./simulate-annotators.ts";

export const scenarioNames = ["unit", "priced", "class", "instance", "adversary", "fatigue", "digits"] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export interface Labelled {
  features: Features;
  labels: Int32Array;
}

/** A pool to be labelled by annotators who err, and clean data to judge by. */
export interface Scenario {
  classes: number;
  pool: Labelled;
  test: Labelled;
  simulation: Simulation;
  /** Accuracy of every annotator over the pool, for the oracle only. */
  accuracies: number[];
  prices: number[];
}

/** Accuracies and, where quality is paid for, prices of the five annotators before they are put in random order. */
const accuracies = [0.95, 0.85, 0.7, 0.6, 0.55];
const fairPrices = [3, 1.5, 1, 1, 1];

const width = 6;
const poolSize = 400;
const testSize = 1500;

/**
 * One draw: 400 pool and 1,500 test points $x \sim N(0, I_6)$, label $\mathbb 1[x^\top w + 0.3\,\varepsilon > 0]$ with
 * $w \sim N(0, 1.5^2 I)$ (three classes: the largest of three such scores); digits 3 and 5 pooled to 4 × 4 and standardised.
 * Five annotators in random order.
 */
export async function drawScenario(name: ScenarioName, random: Random): Promise<Scenario> {
  const order = random.fork("order").permutation(accuracies.length);
  const ordered = (values: readonly number[]): number[] => order.map((at) => values[at] as number);
  const classes = name === "class" ? 3 : 2;
  const { pool, test } = name === "digits" ? await drawDigits(random) : drawLinear(classes, random);
  const known = { classes, pool, test, prices: name === "priced" ? ordered(fairPrices) : [1, 1, 1, 1, 1] };
  if (name === "class") {
    const matrices = ordered([0, 1, 2, 3, 4]).map((kind) => confusionOf(kind));
    const mean = matrices.map((m) => m.reduce((sum, row, c) => sum + (row[c] as number), 0) / classes);
    return { ...known, simulation: { kind: "confusion", matrices }, accuracies: mean };
  }
  if (name === "instance") {
    // Each is at home on one side of one feature and near chance on the other.
    const accuracy = (k: number, x: Float64Array): number =>
      (x[Math.floor(k / 2)] as number) * (k % 2 === 0 ? 1 : -1) > 0 ? (ordered(accuracies)[k] as number) : 0.55;
    const mean = ordered(accuracies).map((p) => (p + 0.55) / 2);
    return {
      ...known,
      simulation: { kind: "instance", annotators: accuracies.length, features: pool.features, accuracy },
      accuracies: mean,
    };
  }
  const theirs = ordered(name === "adversary" ? [0.95, 0.85, 0.7, 0.6, 0.35] : accuracies);
  const simulation: Simulation =
    name === "fatigue" ? { kind: "fatigue", accuracies: theirs, loss: 0.01 } : { kind: "oneCoin", accuracies: theirs };
  return { ...known, simulation, accuracies: theirs };
}

/** Good, good but blind to class 2, blind to class 0, mediocre, near chance. */
function confusionOf(kind: number): number[][] {
  const coin = (p: number): number[][] => [0, 1, 2].map((c) => [0, 1, 2].map((l) => (l === c ? p : (1 - p) / 2)));
  const blind = (p: number, to: number): number[][] =>
    coin(p).map((row, c) => (c === to ? [1 / 3, 1 / 3, 1 / 3] : row));
  return [coin(0.95), blind(0.9, 2), blind(0.9, 0), coin(0.6), coin(0.4)][kind] as number[][];
}

function drawLinear(classes: number, random: Random): Pick<Scenario, "pool" | "test"> {
  const stream = random.fork("points");
  const w = Float64Array.from({ length: width * (classes === 2 ? 1 : classes) }, () => stream.normal(0, 1.5));
  const score = (x: Float64Array, c: number): number => {
    let sum = 0.3 * stream.normal();
    for (let j = 0; j < width; j++) sum += (w[c * width + j] as number) * (x[j] as number);
    return sum;
  };
  const draw = (count: number): Labelled => {
    const values = Float64Array.from({ length: count * width }, () => stream.normal());
    const labels = Int32Array.from({ length: count }, (_, i) => {
      const x = values.subarray(i * width, (i + 1) * width);
      if (classes === 2) return score(x, 0) > 0 ? 1 : 0;
      const scores = Array.from({ length: classes }, (__, c) => score(x, c));
      return scores.indexOf(Math.max(...scores));
    });
    return { features: { values, width }, labels };
  };
  return { pool: draw(poolSize), test: draw(testSize) };
}

async function drawDigits(random: Random): Promise<Pick<Scenario, "pool" | "test">> {
  const { images, labels, side, count } = await loadDigits({ side: 4 });
  const area = side * side;
  const of = Array.from({ length: count }, (_, i) => i).filter((i) => labels[i] === 3 || labels[i] === 5);
  const drawn = random.fork("digits").sample(of, poolSize + testSize);
  const values = new Float64Array(drawn.length * area);
  for (const [r, i] of drawn.entries()) values.set(images.subarray(i * area, (i + 1) * area), r * area);
  applyScaling(values, scalingOf(values.subarray(0, poolSize * area), area));
  const part = (from: number, to: number): Labelled => ({
    features: { values: values.slice(from * area, to * area), width: area },
    labels: Int32Array.from(drawn.slice(from, to), (i) => (labels[i] === 5 ? 1 : 0)),
  });
  return { pool: part(0, poolSize), test: part(poolSize, poolSize + testSize) };
}
