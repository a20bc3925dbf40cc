import type { Highs } from "highs";

let loading: Promise<Highs> | undefined;

/** HiGHS in WebAssembly, loaded once a process (or worker) on first use. */
export function highs(): Promise<Highs> {
  loading ??= import("highs").then((module) => module.default());
  return loading;
}

export interface Solution {
  /** True when HiGHS proved the point optimal. */
  optimal: boolean;
  /** HiGHS' own word for how it ended, e.g. "Optimal", "Infeasible", "Time limit reached". */
  status: string;
  objective: number;
  /** Value of every column by name; empty when there is no feasible point. */
  values: Record<string, number>;
}

/**
 * Solves a linear or mixed-integer program given in CPLEX LP format, with the optimality gap closed entirely. After
 * `timeLimitS` seconds the best point found so far is returned with `optimal: false`.
 */
export async function solveProgram(program: string, { timeLimitS = 60 } = {}): Promise<Solution> {
  const solver = await highs();
  const result = solver.solve(program, {
    time_limit: timeLimitS,
    mip_rel_gap: 0,
    mip_abs_gap: 0,
    output_flag: false,
    random_seed: 0,
  });
  const values: Record<string, number> = {};
  for (const [name, column] of Object.entries(result.Columns)) {
    if ("Primal" in column && typeof column.Primal === "number") values[name] = column.Primal;
  }
  return { optimal: result.Status === "Optimal", status: result.Status, objective: result.ObjectiveValue, values };
}
