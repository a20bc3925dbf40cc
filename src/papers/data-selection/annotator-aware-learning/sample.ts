import { stringify } from "csv-stringify/sync";
import { Random } from "../../../kit/random.ts";
import { simulateAnnotators } from "./simulate-annotators.ts";

const annotators = ["Ada", "Ben", "Cleo", "Dan", "Eve"];
const accuracies = [0.95, 0.85, 0.7, 0.6, 0.55];
const kinds = ["bird", "cat", "dog"];
const mean = (c: number): [number, number] =>
  [
    [-1.5, 0],
    [1, 1.5],
    [1, -1.5],
  ][c] as [number, number];

function drawItems(count: number, classes: number, random: Random) {
  return Array.from({ length: count }, (_, i) => {
    const c = random.int(0, classes - 1);
    const [x, y] = mean(c);
    return { name: `photo-${i + 1}`, c, x: random.normal(x), y: random.normal(y) };
  });
}

/** 150 photos of three kinds, each seen by three of five annotators of unequal care. */
export function sampleAnswers(): string {
  const random = new Random(2109);
  const items = drawItems(150, 3, random);
  const truth = items.map(({ c }) => c);
  const crowd = simulateAnnotators(truth, 3, { kind: "oneCoin", accuracies }, random, { unsure: 0.03 });
  const rows = items.flatMap(({ name }, i) =>
    random.sample([0, 1, 2, 3, 4], 3).map((k) => {
      const { label } = crowd.ask(i, k);
      return [name, annotators[k], label === undefined ? "?" : kinds[label]];
    }),
  );
  return stringify([["item", "annotator", "label"], ...rows]);
}

/** A pool of 200 photos, answers about 40 of them, and prices. */
export function sampleNext(): { answers: string; features: string; prices: string } {
  const random = new Random(11301);
  const items = drawItems(200, 3, random);
  const crowd = simulateAnnotators(
    items.map(({ c }) => c),
    3,
    { kind: "oneCoin", accuracies },
    random,
  );
  const answers = items
    .slice(0, 40)
    .flatMap(({ name }, i) => annotators.map((who, k) => [name, who, kinds[crowd.ask(i, k).label ?? 0]]));
  const prices = annotators.map((who, k) => [who, [3, 1.5, 1, 1, 1][k]]);
  return {
    answers: stringify([["item", "annotator", "label"], ...answers]),
    features: stringify([["item", "x", "y"], ...items.map(({ name, x, y }) => [name, x.toFixed(3), y.toFixed(3)])]),
    prices: stringify([["annotator", "cost"], ...prices]),
  };
}
