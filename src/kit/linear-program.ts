import { highs } from "./highs.ts";

export interface LinearSolution {
  /** `limit`: time or iterations ran out, and the values prove nothing. Presolve may leave open which of two a program is. */
  status: "optimal" | "infeasible" | "unbounded" | "infeasible or unbounded" | "limit";
  objective: number;
  /** One value a column. */
  values: Float64Array;
  /** One shadow price a row: change of the objective per unit of the row's bound. */
  duals: Float64Array;
}

/**
 * A sparse linear program, built column by column and row by row and handed to HiGHS as arrays, without a text in between.
 * Coefficients given twice for one column of a row add up.
 */
export class LinearProgram {
  readonly #cost: number[] = [];
  readonly #lower: number[] = [];
  readonly #upper: number[] = [];
  readonly #rowLower: number[] = [];
  readonly #rowUpper: number[] = [];
  readonly #starts: number[] = [0];
  readonly #indices: number[] = [];
  readonly #values: number[] = [];

  /** Adds `count` columns alike and returns the position of the first. */
  columns(count: number, { cost = 0, lower = 0, upper = Number.POSITIVE_INFINITY } = {}): number {
    const first = this.#cost.length;
    for (let i = 0; i < count; i++) {
      this.#cost.push(cost);
      this.#lower.push(lower);
      this.#upper.push(upper);
    }
    return first;
  }

  /** Adds to the cost of a column. */
  addCost(column: number, cost: number): void {
    this.#cost[column] = (this.#cost[column] ?? 0) + cost;
  }

  /** Adds the row lower ≤ Σ coefficient · column ≤ upper and returns its position. */
  row(entries: ReadonlyMap<number, number>, { lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY }) {
    for (const [column, value] of entries) {
      if (value === 0) continue;
      this.#indices.push(column);
      this.#values.push(value);
    }
    this.#starts.push(this.#indices.length);
    this.#rowLower.push(lower);
    this.#rowUpper.push(upper);
    return this.#rowLower.length - 1;
  }

  /** Solves with HiGHS; feasibility and optimality to `tolerance`. */
  async solve(
    sense: "maximize" | "minimize",
    { timeLimitS = 60, tolerance = 1e-9 }: { timeLimitS?: number; tolerance?: number } = {},
  ): Promise<LinearSolution> {
    const solver = await highs();
    const numCols = this.#cost.length;
    const numRows = this.#rowLower.length;
    const data = {
      numCols,
      numRows,
      sense: solver.constants.objectiveSense[sense],
      colCost: Float64Array.from(this.#cost),
      colLower: Float64Array.from(this.#lower),
      colUpper: Float64Array.from(this.#upper),
      rowLower: Float64Array.from(this.#rowLower),
      rowUpper: Float64Array.from(this.#rowUpper),
      matrix: {
        format: "csr" as const,
        numRows,
        numCols,
        starts: Int32Array.from(this.#starts),
        indices: Int32Array.from(this.#indices),
        values: Float64Array.from(this.#values),
      },
    };
    return solver.withModel(data, (model): LinearSolution => {
      model.options.set({
        output_flag: false,
        random_seed: 0,
        time_limit: timeLimitS,
        // On small programs presolve costs more than it saves.
        presolve: numCols > 2000 ? "choose" : "off",
        primal_feasibility_tolerance: tolerance,
        dual_feasibility_tolerance: tolerance,
      });
      model.run();
      const codes = solver.constants.modelStatus;
      const code = model.getModelStatus();
      const status =
        code === codes.optimal
          ? "optimal"
          : code === codes.infeasible
            ? "infeasible"
            : code === codes.unbounded
              ? "unbounded"
              : code === codes.unboundedOrInfeasible
                ? "infeasible or unbounded"
                : "limit";
      const { colValue, rowDual } = model.getSolution();
      return { status, objective: model.getObjectiveValue(), values: colValue, duals: rowDual };
    });
  }
}
