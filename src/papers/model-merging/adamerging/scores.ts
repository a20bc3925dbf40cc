import { accuracy } from "../../../kit/nets/class-scores.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { Chart, Row, Table } from "../../../kit/paper.ts";
import { mean } from "../../../kit/stats.ts";
import { taskArithmetic } from "../task-vectors.ts";
import { collapseReport, meanEntropy } from "./entropy.ts";
import type { Prepared, PreparedTask } from "./preparation.ts";

/** One model on one task. */
interface TaskScore {
  entropy: number;
  /** Share of the rows that get the class predicted most often, and the class. */
  topShare: number;
  top: number;
  /** Only where the rows have labels. */
  accuracy?: number;
}

function scoreTask({ network, head, rows }: PreparedTask, params: ParamTree): TaskScore {
  const logits = network.logits({ ...params, ...head }, rows.values, rows.count);
  const { top, topShare } = collapseReport(logits, network.classes);
  return {
    entropy: meanEntropy(logits, network.classes),
    top,
    topShare,
    ...(rows.labels ? { accuracy: accuracy(logits, rows.labels, network.classes) } : {}),
  };
}

/** The task through the base, the start, the merge, and its own expert. */
export interface Scores {
  task: PreparedTask;
  base: TaskScore;
  start: TaskScore;
  merged: TaskScore;
  expert: TaskScore;
}

export function scoreAll({ pretrained, vectors, tasks }: Prepared, merged: ParamTree, init: number): Scores[] {
  const start = taskArithmetic(pretrained, vectors, init);
  return tasks.map((task) => ({
    task,
    base: scoreTask(task, pretrained),
    start: scoreTask(task, start),
    merged: scoreTask(task, merged),
    expert: scoreTask(task, task.expert),
  }));
}

export function scoreTable(scores: readonly Scores[], init: number): Omit<Table, "name"> {
  const labelled = scores.some(({ merged }) => merged.accuracy !== undefined);
  const rows = scores.map(
    ({ task, base, start, merged, expert }): Row => ({
      task: task.name,
      rows: task.rows.count,
      entropyStart: start.entropy,
      entropyEnd: merged.entropy,
      topShare: merged.topShare,
      ...(labelled
        ? {
            base: base.accuracy ?? null,
            start: start.accuracy ?? null,
            merged: merged.accuracy ?? null,
            expert: expert.accuracy ?? null,
          }
        : {}),
    }),
  );
  return {
    title: labelled ? "Tasks; labels were used for these accuracies only" : "Tasks",
    columns: [
      { key: "task", label: "expert" },
      { key: "rows", label: "rows" },
      { key: "entropyStart", label: `entropy at λ = ${init}`, unit: "nats", digits: 3 },
      { key: "entropyEnd", label: "entropy of the merge", unit: "nats", digits: 3 },
      { key: "topShare", label: "share of its most frequent prediction", digits: 3 },
      ...(labelled
        ? [
            { key: "base", label: "accuracy: base", digits: 3 },
            { key: "start", label: `λ = ${init}`, digits: 3 },
            { key: "merged", label: "merge", digits: 3 },
            { key: "expert", label: "own expert", digits: 3 },
          ]
        : []),
    ],
    rows,
  };
}

/** Mean accuracy of the labelled tasks at the start and at the end; undefined where no file has labels. */
export function meanAccuracy(scores: readonly Scores[]): { tasks: number; start: number; merged: number } | undefined {
  const labelled = scores.filter(({ merged }) => merged.accuracy !== undefined);
  if (labelled.length === 0) return undefined;
  return {
    tasks: labelled.length,
    start: mean(labelled.map(({ start }) => start.accuracy ?? 0)),
    merged: mean(labelled.map(({ merged }) => merged.accuracy ?? 0)),
  };
}

/** What a careful reader should be told: predictions that ran together, or accuracy that fell while entropy did. */
export function warnings(scores: readonly Scores[]): string[] {
  const notes: string[] = [];
  for (const { task, start, merged, expert } of scores) {
    const usual = Math.max(start.topShare, expert.topShare);
    if (merged.topShare <= 0.5 || merged.topShare <= usual + 0.2) continue;
    notes.push(
      `**The predictions of ${task.name} run together.** The merge gives class ${merged.top} to ${(100 * merged.topShare).toFixed(0)}% of its rows, its own expert one class to ${(100 * expert.topShare).toFixed(0)}%. Entropy has collapsed: take fewer steps, a smaller rate, or the plain scale.`,
    );
  }
  const accuracies = meanAccuracy(scores);
  if (accuracies && accuracies.merged < accuracies.start) {
    notes.push(
      `**Entropy misled here.** On the labelled rows the accuracy fell from ${accuracies.start.toFixed(3)} at the start to ${accuracies.merged.toFixed(3)}. Normalised features before the heads (a \`normalize\` layer) make entropy a better guide.`,
    );
  }
  return notes;
}

const points = 100;

/** Entropy of the batches, mean over tasks, in at most a hundred stretches of steps. */
export function entropyCurve(entropy: readonly number[], tasks: number): Omit<Chart, "name"> {
  const size = Math.max(1, Math.ceil(entropy.length / points));
  const values = Array.from({ length: Math.ceil(entropy.length / size) }, (_, i) => ({
    step: i * size + 1,
    entropy: mean(entropy.slice(i * size, (i + 1) * size)) / tasks,
  }));
  const [first, last] = [values[0], values.at(-1)];
  return {
    alt: `Prediction entropy of a task over the steps: from ${(first?.entropy ?? 0).toFixed(3)} to ${(last?.entropy ?? 0).toFixed(3)} nats.`,
    spec: {
      width: "container",
      height: 220,
      data: { values },
      mark: { type: "line" },
      encoding: {
        x: { field: "step", type: "quantitative", title: "step" },
        y: { field: "entropy", type: "quantitative", title: "entropy of a task (nats)", scale: { zero: false } },
      },
    },
  };
}
