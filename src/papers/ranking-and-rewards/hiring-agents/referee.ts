import { LinearProgram } from "../../../kit/linear-program.ts";
import type { Random } from "../../../kit/random.ts";
import { asPoint, deviationRows, dot } from "./deviations.ts";
import { decide, type Instance, tablesOf } from "./instance.ts";
import type { Mechanism } from "./mechanism.ts";

/** The entries of a row that are not 0. */
interface SparseRow {
  at: Int32Array;
  value: Float64Array;
  /** Squared length. */
  norm: number;
}

function sparse(row: Float64Array): SparseRow {
  const at = Int32Array.from(row.keys()).filter((k) => row[k] !== 0);
  const value = Float64Array.from(at, (k) => row[k] ?? 0);
  return { at, value, norm: dot(value, value) || 1 };
}

function along({ at, value }: SparseRow, point: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < at.length; k++) sum += (value[k] as number) * (point[at[k] as number] as number); // in range
  return sum;
}

/**
 * Value of the best mechanism by the program with every report map written out, one row a deviation instead of one a signal:
 * exponential, and a referee of the small program.
 */
export async function explicitOptimum(instance: Instance, maxPay: number): Promise<number> {
  const tables = tablesOf(instance);
  const { n, b, s, states, law } = tables;
  const cells = s.count * states;
  const program = new LinearProgram();
  for (let profile = 0; profile < b.count; profile++) program.columns(1, { cost: decide(tables, profile).value });
  for (let i = 0; i < n; i++) {
    for (let profile = 0; profile < b.count; profile++) {
      for (let at = 0; at < cells; at++) {
        const p = law[(profile * states + (at % states)) * s.count + Math.floor(at / states)] ?? 0;
        const x = program.columns(1, { cost: -p });
        program.row(
          new Map([
            [x, 1],
            [profile, -maxPay],
          ]),
          { upper: 0 },
        );
      }
    }
  }
  program.row(new Map(Array.from({ length: b.count }, (_, profile) => [profile, 1])), { lower: 1, upper: 1 });
  for (const row of deviationRows(instance)) program.row(new Map(row.entries()), { lower: 0 });
  return (await program.solve("maximize")).objective;
}

export interface SearchOptions {
  /** v(b) of every profile. */
  values: readonly number[];
  maxPay: number;
  tries: number;
  random: Random;
}

/**
 * Looks for an incentive-compatible mechanism worth more than `start`, without the linear program: a random climb. Each try
 * perturbs some coordinates of the best mechanism so far (one in eight begins anywhere), and is projected again and again onto
 * the half-space of its worst violated deviation and into 0 ≤ x ≤ Mμ, Σμ = 1. Returns the best value among the tries that end
 * with no deviation gaining, and how many did.
 */
export function searchBetter(
  instance: Instance,
  start: Mechanism,
  { values, maxPay, tries, random }: SearchOptions,
): { best: number; feasible: number } {
  const { b, s, states, law } = tablesOf(instance);
  const cells = s.count * states;
  const rows = deviationRows(instance).map(sparse);
  let incumbent = asPoint(start);
  const agents = start.pay.length;
  const project = (point: Float64Array): void => {
    let total = 0;
    for (let profile = 0; profile < b.count; profile++) total += point[profile] = Math.max(0, point[profile] ?? 0);
    for (let profile = 0; profile < b.count; profile++) {
      const mu = total > 0 ? (point[profile] ?? 0) / total : 1 / b.count;
      point[profile] = mu;
      for (let i = 0; i < agents; i++) {
        for (let at = b.count * (1 + i * cells) + profile * cells, k = 0; k < cells; at++, k++) {
          point[at] = Math.min(maxPay * mu, Math.max(0, point[at] ?? 0));
        }
      }
    }
  };
  const worth = (point: Float64Array): number => {
    let sum = 0;
    for (let profile = 0; profile < b.count; profile++) {
      sum += (values[profile] ?? 0) * (point[profile] ?? 0);
      for (let i = 0; i < agents; i++) {
        const from = b.count * (1 + i * cells) + profile * cells;
        for (let k = 0; k < s.count; k++) {
          for (let theta = 0; theta < states; theta++) {
            sum -= (law[(profile * states + theta) * s.count + k] ?? 0) * (point[from + k * states + theta] ?? 0);
          }
        }
      }
    }
    return sum;
  };
  let [best, feasible] = [Number.NEGATIVE_INFINITY, 0];
  let bar = worth(incumbent);
  for (let attempt = 0; attempt < tries; attempt++) {
    const anywhere = attempt % 8 === 7;
    const scale = 10 ** random.uniform(-4, 0);
    const share = 10 ** random.uniform(-1.5, 0);
    const point = incumbent.map((x, at) => {
      const most = at < b.count ? 1 : maxPay;
      if (anywhere) return random.uniform(0, most) ** 2;
      return random.bool(share) ? x + scale * most * random.uniform(-1, 1) : x;
    });
    for (let step = 0; step < 150; step++) {
      project(point);
      let [worst, at] = [-1e-9, -1];
      for (const [r, row] of rows.entries()) {
        const slack = along(row, point);
        if (slack < worst) [worst, at] = [slack, r];
      }
      const row = rows[at];
      if (!row) {
        feasible++;
        const value = worth(point);
        best = Math.max(best, value);
        if (value > bar) [incumbent, bar] = [point, value];
        break;
      }
      // A little beyond the half-space, so that the projections end.
      const push = (1e-7 - 1.2 * worst) / row.norm;
      for (let k = 0; k < row.at.length; k++) {
        const column = row.at[k] as number; // in range, as below
        point[column] = (point[column] as number) + push * (row.value[k] as number);
      }
    }
  }
  return { best, feasible };
}
