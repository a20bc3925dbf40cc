import type { Run } from "../../../kit/paper.ts";
import { mean } from "../../../kit/stats.ts";
import type { ArmSpec } from "./arms.ts";
import { adapterTrial, type Effort, type Setting, type TrialInput } from "./experiment.ts";

/** A method of the comparison: its name and the settings it may choose from. */
export interface Method {
  name: string;
  candidates: readonly ArmSpec[];
}

/** A method with its settings chosen. */
export interface Tuned {
  name: string;
  arm: ArmSpec;
  lr: number;
}

/** A tuned method and its errors, one a task. */
export interface Outcome extends Tuned {
  errors: number[];
}

/** What methods are compared on and with what effort. */
export interface Contest {
  setting: Setting;
  rates: readonly number[];
  effort: Effort;
  /** Tasks for choosing settings; others than those of the comparison. */
  tuningSeeds: readonly number[];
  taskSeeds: readonly number[];
}

/** Told after every trained adapter. */
export type OnTrained = () => void;

/** Chooses every method's settings and learning rate: the least mean error over the tuning tasks, each candidate at each rate. */
export async function tune(
  run: Run,
  { setting, rates, effort, tuningSeeds }: Contest,
  methods: readonly Method[],
  onTrained: OnTrained,
): Promise<Tuned[]> {
  const choices = methods.flatMap(({ name, candidates }) =>
    candidates.flatMap((arm) =>
      (arm.kind === "none" ? rates.slice(0, 1) : rates).map((lr): Tuned => ({ name, arm, lr })),
    ),
  );
  const errors = await errorsOf(run, setting, effort, choices, tuningSeeds, onTrained);
  return methods.map(({ name }) => {
    const own = choices.flatMap((choice, c) =>
      choice.name === name ? [{ choice, error: mean(errors[c] ?? []) }] : [],
    );
    const best = own.reduce((a, b) => (b.error < a.error ? b : a));
    return best.choice;
  });
}

/** Trains every tuned method on the tasks of the comparison. */
export async function compare(
  run: Run,
  { setting, effort, taskSeeds }: Contest,
  tuned: readonly Tuned[],
  onTrained: OnTrained,
): Promise<Outcome[]> {
  const errors = await errorsOf(run, setting, effort, tuned, taskSeeds, onTrained);
  return tuned.map((method, m) => ({ ...method, errors: errors[m] ?? [] }));
}

/** Errors by choice and seed. All choices of a seed come one after another, so that a worker can keep the task. */
async function errorsOf(
  run: Run,
  setting: Setting,
  effort: Effort,
  choices: readonly Tuned[],
  seeds: readonly number[],
  onTrained: OnTrained,
): Promise<number[][]> {
  const inputs = seeds.flatMap((taskSeed) =>
    choices.map(({ arm, lr }): TrialInput => ({ setting, taskSeed, arm, lr, effort })),
  );
  const flat = await run.map(adapterTrial, inputs, onTrained);
  return choices.map((_, c) => seeds.map((_, s) => flat[s * choices.length + c] ?? Number.NaN));
}

/** Adapters that `tune` trains. */
export function tuningCost({ rates, tuningSeeds }: Contest, methods: readonly Method[]): number {
  return methods.reduce((sum, { candidates }) => sum + candidates.length * rates.length * tuningSeeds.length, 0);
}
