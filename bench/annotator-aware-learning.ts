import { Random } from "../src/kit/random.ts";
import {
  AnswerLog,
  type Answers,
  annotatorCost,
  dawidSkene,
  jointEm,
  majorityVote,
  oneCoin,
  reliabilityTable,
  ridgeLogistic,
  selectPairs,
} from "../src/papers/data-selection/index.ts";
import type { Bench } from "./bench.ts";

/** Items with five answers each of many annotators, in no order. */
function answersOf(count: number, classes: number, annotators: number): Answers {
  const random = new Random(1);
  const items = count / 5;
  const truth = Int32Array.from({ length: items }, () => random.int(0, classes - 1));
  const accuracy = Float64Array.from({ length: annotators }, () => random.uniform(0.5, 0.95));
  const item = Int32Array.from({ length: count }, (_, a) => a % items);
  const annotator = Int32Array.from(
    item,
    (i, a) => (i * 7919 + Math.floor(a / items) * (annotators / 5) + 13) % annotators,
  );
  const label = Int32Array.from(item, (i, a) => {
    const c = truth[i] as number;
    return random.bool(accuracy[annotator[a] as number]) ? c : (c + random.int(1, classes - 1)) % classes;
  });
  return { items, annotators, classes, item, annotator, label };
}

/** The straightforward way: objects by item and by annotator, one pass a sweep, as many sweeps as it is told. */
function plainDawidSkene({ items, annotators, classes, item, annotator, label }: Answers, sweeps: number): number[][] {
  const byItem: { k: number; l: number }[][] = Array.from({ length: items }, () => []);
  for (let a = 0; a < item.length; a++)
    byItem[item[a] as number]?.push({ k: annotator[a] as number, l: label[a] as number });
  const all = Array.from({ length: classes }, (_, c) => c);
  let q = byItem.map((list) => all.map((c) => list.filter(({ l }) => l === c).length / list.length));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const counts = Array.from({ length: annotators }, () => all.map(() => all.map(() => 1)));
    const shares = all.map(() => 1);
    byItem.forEach((list, i) => {
      for (const c of all) {
        shares[c] = (shares[c] ?? 0) + (q[i]?.[c] ?? 0);
        for (const { k, l } of list) {
          const row = counts[k]?.[c] as number[];
          row[l] = (row[l] ?? 0) + (q[i]?.[c] ?? 0);
        }
      }
    });
    const matrices = counts.map((rows) => rows.map((row) => row.map((x) => x / row.reduce((a, b) => a + b))));
    q = byItem.map((list) => {
      const weights = all.map((c) => list.reduce((p, { k, l }) => p * (matrices[k]?.[c]?.[l] ?? 0), shares[c] ?? 0));
      const total = weights.reduce((a, b) => a + b);
      return weights.map((w) => w / total);
    });
  }
  return q;
}

/** Models of a million answers against a plain version at the same sweeps, and the choice of the next questions from a large pool. */
export default async function bench(report: Bench): Promise<void> {
  const answers = answersOf(1_000_000, 4, 1000);
  const sweeps = 10;
  const same = { maxIterations: sweeps, tolerance: 0 };
  await report.compare(
    "1,000,000 answers, 4 classes, 1,000 annotators, 10 sweeps",
    {
      "plain Dawid–Skene": () => plainDawidSkene(answers, sweeps),
      "Dawid–Skene": () => dawidSkene(same).fit(answers),
      "one coin": () => oneCoin(same).fit(answers),
      "majority vote": () => majorityVote().fit(answers),
    },
    { rounds: 3, unit: { name: "answers", count: 1_000_000 } },
  );
  await report.compare(
    "the same to convergence, and judging the annotators",
    {
      "Dawid–Skene": () => dawidSkene().fit(answers),
      "one coin": () => oneCoin().fit(answers),
      "one coin and reliability table": () => reliabilityTable(answers, oneCoin().fit(answers)),
    },
    { rounds: 3, unit: { name: "answers", count: 1_000_000 } },
  );

  const random = new Random(2);
  const [items, annotators, width] = [20_000, 20, 10];
  const features = { values: Float64Array.from({ length: items * width }, () => random.normal()), width };
  const log = new AnswerLog(items, annotators, 2);
  for (let i = 0; i < 500; i++)
    for (let k = 0; k < annotators; k += 4) {
      const c = (features.values[i * width] as number) > 0 ? 1 : 0;
      log.add(i, k, { label: random.bool(0.6 + 0.02 * k) ? c : 1 - c }, 1);
    }
  const learner = ridgeLogistic();
  const fit = jointEm({ classifier: learner }).fit(log, { features });
  const costs = annotatorCost(Array.from({ length: annotators }, (_, k) => 1 + k / 10));
  const state = { log, features, fit, predicted: fit.predicted, learner, costs, random };
  await report.compare("20 questions of 20,000 items × 20 annotators", {
    sequential: () => selectPairs(state, { query: "uncertainty", annotator: "infoPerCost", batch: 20 }),
    "joint table": () => selectPairs(state, { query: "uncertainty", annotator: "best", mode: "joint", batch: 20 }),
    "fit of 2,500 answers": () => jointEm({ classifier: ridgeLogistic() }).fit(log, { features }),
  });
  report.skipped("crowd-kit, scikit-activeml", "they need Python");
}
