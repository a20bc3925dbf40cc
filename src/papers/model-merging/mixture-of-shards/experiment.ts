import { accuracy } from "../../../kit/nets/class-scores.ts";
import { Random } from "../../../kit/random.ts";
import { type ArmSpec, buildArm } from "./arms.ts";
import { digitsTask } from "./digits-task.ts";
import { regressionTask, type Task, type TeacherKind } from "./teachers.ts";
import { adaptedOutputs, everywhere, type Placement, squaredLoss, trainAdapter } from "./train-adapter.ts";

/** The residual network of the claim. */
export const network = { layers: 8, width: 32 };

export type Setting = TeacherKind | "digits";

/** How long and on what adapters are trained. */
export interface Effort {
  steps: number;
  batch: number;
  trainRows: number;
  testRows: number;
  /** Steps in which the network for the digits is trained on upright ones, before it is frozen. */
  baseSteps: number;
}

/** One adapter trained once, on the task of one seed. */
export interface TrialInput {
  setting: Setting;
  /** Draws base, teacher and rows: equal seeds are the same task for every adapter. */
  taskSeed: number;
  arm: ArmSpec;
  lr: number;
  effort: Effort;
}

let lastTask: { key: string; task: Promise<Task> } | undefined;

/** The task of a seed; the last one is kept, because neighbouring trials share it. */
function taskOf({ setting, taskSeed, effort: { trainRows, testRows, baseSteps } }: TrialInput): Promise<Task> {
  const key = JSON.stringify([setting, taskSeed, trainRows, testRows, baseSteps]);
  if (lastTask?.key === key) return lastTask.task;
  const random = new Random(taskSeed);
  const size = { ...network, trainRows, testRows };
  const task =
    setting === "digits" ? digitsTask(size, baseSteps, random) : Promise.resolve(regressionTask(setting, size, random));
  lastTask = { key, task };
  return task;
}

/** Share of wrong test rows where there are classes, else the mean squared error. */
export function testError({ base, test }: Task, placements: readonly Placement[]): number {
  const outputs = adaptedOutputs(base, placements, test.inputs, test.count);
  if (test.labels) return 1 - accuracy(outputs, test.labels, base.outputs);
  return squaredLoss(outputs, test.targets ?? new Float32Array(0)).loss;
}

/** Trains one adapter and returns its test error: relative to the frozen base for regression, a share for digits. */
export async function adapterTrial(input: TrialInput): Promise<number> {
  const { setting, taskSeed, arm, lr, effort } = input;
  const task = await taskOf(input);
  const { base, train } = task;
  const square = { layers: base.weights.length, inDim: network.width, outDim: network.width };
  const adapter = buildArm(arm, square, taskSeed);
  const placements = adapter ? everywhere(adapter) : [];
  if (adapter) trainAdapter(base, placements, train, { ...effort, lr, seed: taskSeed });
  const error = testError(task, placements);
  return setting === "digits" ? error : error / testError(task, []);
}
