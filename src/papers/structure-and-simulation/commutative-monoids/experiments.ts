import { minimise } from "../../../kit/nets/tape/minimise.ts";
import { copyRows, type Rows, type RowsTree } from "../../../kit/nets/tape/rows.ts";
import type { TrialContext } from "../../../kit/paper.ts";
import type { AggregatorKind, AggregatorOptions } from "./aggregators.ts";
import { graphProblem, setProblem } from "./problems.ts";

export type TaskName = "parity" | "second smallest" | "graph parity" | "graph second smallest";

/** One model to train, and where it is tested. */
export interface Training {
  task: TaskName;
  kind: AggregatorKind;
  options: AggregatorOptions;
  /** Data and start depend on this only, so aggregators with the same one are paired. */
  stream: number;
  width: number;
  /** Learning rates to try; the one with the lowest loss on validation data of the training sizes is kept. */
  rates: number[];
  steps: number;
  batch: number;
  /** Sizes to test at. */
  sizes: number[];
  testBags: number;
}

export interface Trained {
  /** The learning rate that was kept. */
  rate: number;
  /** Its loss on fresh data of the training sizes. */
  validation: number;
  /** Share of bags, or of nodes, all of whose bits are right, by size. */
  accuracy: number[];
  /** `second smallest`: accuracy of the best guess that knows no more than the minimum, by size. */
  guess?: number[];
  /** `lcm` on bags: associativity defect of the operator relative to its squared states, before and after training. */
  defect?: { before: number; after: number };
}

/** A task with its data and its model. */
export interface Problem<P extends RowsTree> {
  start: P;
  /** The loss of one step after another, from the first batch; every learning rate sees the same batches. */
  losses(): (params: P, step: number) => Rows;
  validate(params: P): number;
  /** Accuracy at one size, and what the best guess from the minimum reaches there. */
  test(params: P, size: number): { accuracy: number; guess?: number };
  defect?(params: P): number;
}

/** Trains one model at every learning rate and tests the best at sizes it has not seen. */
export function train(training: Training, context: TrialContext): Promise<Trained> {
  return training.task === "graph parity" || training.task === "graph second smallest"
    ? solve(graphProblem(training, training.task), training, context)
    : solve(setProblem(training, training.task), training, context);
}

async function solve<P extends RowsTree>(
  problem: Problem<P>,
  { rates, steps, sizes }: Training,
  { signal }: TrialContext,
): Promise<Trained> {
  const yieldNow = () => new Promise<void>((resume) => setTimeout(resume, 0)).then(() => signal.throwIfAborted());
  let best: { params: P; rate: number; validation: number } | undefined;
  for (const rate of rates) {
    const params = await minimise(copyRows(problem.start), problem.losses(), {
      steps,
      learningRate: rate,
      onStep: (step) => (step % 25 === 0 ? yieldNow() : undefined),
    });
    const validation = problem.validate(params);
    if (!best || validation < best.validation) best = { params, rate, validation };
  }
  if (!best) throw new RangeError("there is no learning rate to try");
  const accuracy: number[] = [];
  const guess: number[] = [];
  for (const size of sizes) {
    const result = problem.test(best.params, size);
    accuracy.push(result.accuracy);
    if (result.guess !== undefined) guess.push(result.guess);
    await yieldNow();
  }
  const before = problem.defect?.(problem.start);
  const after = problem.defect?.(best.params);
  return {
    rate: best.rate,
    validation: best.validation,
    accuracy,
    ...(guess.length > 0 ? { guess } : {}),
    ...(before === undefined || after === undefined ? {} : { defect: { before, after } }),
  };
}
