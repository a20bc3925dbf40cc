import { BadInput } from "../../../kit/errors.ts";
import { LinearProgram } from "../../../kit/linear-program.ts";
import { decide, type Instance, type Tables, tablesOf } from "./instance.ts";
import type { Mechanism } from "./mechanism.ts";

export interface MechanismOptions {
  /** M: no payment may exceed it. Without a cap the best value need not be attained, since audits can be ever rarer. */
  maxPay: number;
  /** `joint`: payments may look at everybody's reports; `own`: only at the agent's own (and the recommended profile). */
  payments?: "joint" | "own";
  /** Recommends this profile of efforts always. */
  profile?: readonly number[];
  /** ε ≥ 0 tightens incentive compatibility, ε < 0 relaxes it: obedience by ε μ(r), each misreport by ε P(s_i, r). */
  icSlack?: number;
  /**
   * `truthMargin[i][r]`: whether `icSlack` applies to the misreports of agent i told r too. Left out: to every effort that costs
   * more than the agent's cheapest, since who does nothing may know nothing worth telling.
   */
  truthMargin?: readonly (readonly boolean[])[];
  /** `verified`: reports cannot be falsified, so that only effort needs an incentive. */
  reports?: "unverified" | "verified";
  timeLimitS?: number;
}

export interface OptimalMechanism extends Mechanism {
  /** Expected utility less payments; −∞ unless `optimal`. */
  value: number;
  /** Expected payment of each agent. */
  payments: number[];
  status: "optimal" | "infeasible" | "limit";
  /**
   * Upper bound on the value of any such mechanism, from the dual program: the shadow price of Σ μ = 1, the only row that is not
   * homogeneous. Equal to the value up to rounding, and proves it optimal; ∞ unless `optimal`.
   */
  bound: number;
}

/** Largest cap, in units of the utility: beyond it audits are too rare for the precision of the program. */
export const capLimit = 1e6;

/** Most variables of the linear program. */
export const variableLimit = 200_000;

/** |B| + Σ_i |B||S||Θ| + Σ_i |B_i|²|S_i|: the size of the program with joint payments. */
export function programSize({ b, s, states }: Tables): number {
  return b.sizes.reduce(
    (sum, efforts, i) => sum + b.count * s.count * states + efforts ** 2 * (s.sizes[i] ?? 0),
    b.count,
  );
}

function check(tables: Tables, { maxPay, profile, icSlack = 0 }: MechanismOptions): void {
  if (!(maxPay > 0 && Number.isFinite(maxPay)))
    throw new BadInput(`the largest payment is ${maxPay}, not above 0`, { where: "maxPay" });
  if (maxPay > capLimit) {
    throw new BadInput(`the largest payment is more than ${capLimit.toLocaleString("en")} times what is at stake`, {
      where: "maxPay",
      remedy: "Choose a smaller one.",
    });
  }
  if (!Number.isFinite(icSlack)) throw new RangeError(`icSlack is ${icSlack}`);
  if (profile && (profile.length !== tables.n || profile.some((r, i) => !(r >= 0 && r < (tables.b.sizes[i] ?? 0))))) {
    throw new RangeError(`(${profile.join(", ")}) is not an effort profile`);
  }
  const size = programSize(tables);
  if (size <= variableLimit) return;
  throw new BadInput(
    `the linear program has ${size.toLocaleString("en")} variables and the limit is ${variableLimit.toLocaleString("en")}`,
    { remedy: "Merge effort levels, signals or states, or split the agents into teams." },
  );
}

/** Sums coefficients by column. */
class Row extends Map<number, number> {
  add(column: number, value: number): void {
    this.set(column, (this.get(column) ?? 0) + value);
  }
}

/** Where the variables of the program stand: m_b, x_i(b, ·, θ) and z_i(r, d, s_i). */
interface Layout {
  profiles: number[];
  m(profile: number): number;
  /** Column of x_i(b, s, θ); under `own` payments signal profiles with the same own signal share it. */
  x(i: number, profile: number, s: number, theta: number): number;
  z(i: number, told: number, exerted: number, seen: number): number;
}

function layOut(program: LinearProgram, tables: Tables, options: MechanismOptions): Layout {
  const { n, b, s, states } = tables;
  const fixed = options.profile;
  const profiles = fixed ? [b.index(fixed)] : Array.from({ length: b.count }, (_, profile) => profile);
  const order = new Map(profiles.map((profile, at) => [profile, at]));
  const own = options.payments === "own";
  const firstM = program.columns(profiles.length);
  const width = (i: number) => (own ? (s.sizes[i] ?? 0) : s.count) * states;
  const firstX = Array.from({ length: n }, (_, i) => program.columns(profiles.length * width(i)));
  const firstZ = b.sizes.map((efforts, i) => program.columns(efforts ** 2 * (s.sizes[i] ?? 0)));
  return {
    profiles,
    m: (profile) => firstM + (order.get(profile) ?? 0),
    x: (i, profile, k, theta) =>
      (firstX[i] ?? 0) + (order.get(profile) ?? 0) * width(i) + (own ? s.digit(k, i) : k) * states + theta,
    z: (i, told, exerted, seen) => (firstZ[i] ?? 0) + (told * (b.sizes[i] ?? 0) + exerted) * (s.sizes[i] ?? 0) + seen,
  };
}

/** Σ μ = 1, the objective, and 0 ≤ x ≤ M μ. */
function addContract(
  program: LinearProgram,
  tables: Tables,
  layout: Layout,
  options: MechanismOptions,
): { rule: Int32Array; simplex: number } {
  const { n, b, s, states, law } = tables;
  const rule = new Int32Array(b.count * s.count);
  const total = new Row();
  for (const profile of layout.profiles) {
    const decision = decide(tables, profile);
    rule.set(decision.rule, profile * s.count);
    program.addCost(layout.m(profile), decision.value);
    total.add(layout.m(profile), 1);
    for (let i = 0; i < n; i++) {
      const capped = new Set<number>();
      for (let k = 0; k < s.count; k++) {
        for (let theta = 0; theta < states; theta++) {
          const column = layout.x(i, profile, k, theta);
          program.addCost(column, -(law[(profile * states + theta) * s.count + k] as number)); // in range
          if (capped.has(column)) continue;
          capped.add(column);
          program.row(
            new Map([
              [column, 1],
              [layout.m(profile), -options.maxPay],
            ]),
            { upper: 0 },
          );
        }
      }
    }
  }
  return { rule, simplex: program.row(total, { lower: 1, upper: 1 }) };
}

/**
 * Incentive compatibility of agent i told r. One z a deviation d and signal bounds the best report from above:
 * $z_i(r,d,s_i) \ge \sum_{b:\,b_i=r}\sum_{s_{-i},\theta} p\,\psi_{(d,b_{-i})}(s_i,s_{-i}\mid\theta)\,x_i(b,(s_i',s_{-i}),\theta)$
 * for every $s_i'$; then obedience beats d: $\sum_b [\sum p\,\psi_b\,x_i - \mu(b)c_i(r)] \ge \sum_{s_i} z_i(r,d,s_i) - \sum_b \mu(b)c_i(d)$.
 * The sum over $b_{-i}$ stays inside: the agent does not know what the others were told.
 */
function addIncentives(
  program: LinearProgram,
  tables: Tables,
  layout: Layout,
  options: MechanismOptions,
  i: number,
  told: number,
): void {
  const { b, s, states, law, costs } = tables;
  const profiles = layout.profiles.filter((profile) => b.digit(profile, i) === told);
  if (profiles.length === 0) return;
  const mine = costs[i] ?? [];
  const cost = mine[told] ?? 0;
  const epsilon = options.icSlack ?? 0;
  const truthMargin = options.truthMargin?.[i]?.[told] ?? cost > Math.min(...mine);
  const own = s.sizes[i] ?? 0;
  for (const [exerted, otherCost] of mine.entries()) {
    const obey = new Row();
    for (let seen = 0; seen < own; seen++) {
      const z = layout.z(i, told, exerted, seen);
      obey.add(z, -1);
      for (let said = 0; said < own; said++) {
        if (options.reports === "verified" && said !== seen) continue;
        const best = new Row([[z, 1]]);
        const margin = exerted === told && said !== seen && truthMargin ? epsilon : 0;
        for (const profile of profiles) {
          const base = b.replace(profile, i, exerted) * states;
          for (let k = 0; k < s.count; k++) {
            if (s.digit(k, i) !== seen) continue;
            const reported = s.replace(k, i, said);
            for (let theta = 0; theta < states; theta++) {
              const p = law[(base + theta) * s.count + k] as number; // in range
              if (p === 0) continue;
              best.add(layout.x(i, profile, reported, theta), -p);
              if (margin !== 0) best.add(layout.m(profile), -margin * p);
            }
          }
        }
        program.row(best, { lower: 0 });
      }
    }
    for (const profile of profiles) {
      for (let k = 0; k < s.count; k++) {
        for (let theta = 0; theta < states; theta++) {
          obey.add(layout.x(i, profile, k, theta), law[(profile * states + theta) * s.count + k] as number); // in range
        }
      }
      obey.add(layout.m(profile), otherCost - cost - (exerted === told ? 0 : epsilon));
    }
    program.row(obey, { lower: 0 });
  }
}

/** Payments are read off as γ = x/μ where μ is not nothing. */
const leastMu = 1e-9;

function readMechanism(
  values: Float64Array,
  tables: Tables,
  layout: Layout,
  rule: Int32Array,
  maxPay: number,
): Omit<OptimalMechanism, "status" | "bound"> {
  const { n, b, s, states, law } = tables;
  const mu = new Float64Array(b.count);
  for (const profile of layout.profiles) {
    const weight = values[layout.m(profile)] ?? 0;
    mu[profile] = weight > leastMu ? weight : 0;
  }
  const total = mu.reduce((sum, weight) => sum + weight, 0);
  const pay = Array.from({ length: n }, () => new Float64Array(b.count * s.count * states));
  const payments = new Array<number>(n).fill(0);
  let value = 0;
  for (const profile of layout.profiles) {
    const weight = mu[profile] as number; // in range
    if (weight === 0) continue;
    mu[profile] = weight / total;
    value += (mu[profile] as number) * decide(tables, profile).value;
    for (const [i, gamma] of pay.entries()) {
      for (let k = 0; k < s.count; k++) {
        for (let theta = 0; theta < states; theta++) {
          const x = (values[layout.x(i, profile, k, theta)] ?? 0) / weight;
          const paid = Math.min(maxPay, Math.max(0, x));
          gamma[(profile * s.count + k) * states + theta] = paid;
          payments[i] =
            (payments[i] ?? 0) +
            (mu[profile] as number) * (law[(profile * states + theta) * s.count + k] as number) * paid;
        }
      }
    }
  }
  return { mu, pay, rule, value: value - payments.reduce((sum, p) => sum + p, 0), payments };
}

/**
 * The best incentive-compatible mechanism (the paper's offline problem), by one linear program. The products μ(b)γ_i(b, s, θ) become
 * variables $x_i(b,s,\theta) \in [0, M\mu(b)]$, and one variable $z_i(r,d,s_i)$ a signal stands for the best of all report maps:
 * $\max \sum_b \mu(b)v(b) - \sum_{i,b,s,\theta} p(\theta)\psi_b(s\mid\theta)\,x_i(b,s,\theta)$, so that obedience and truth are an
 * equilibrium. Size $|B| + n|B||S||\Theta| + \sum_i |B_i|^2|S_i|$, polynomial in the table of ψ.
 *
 * A fixed `profile` may be impossible at any cap, when nothing tells whether an effort was made: the status is then
 * `infeasible` and the value −∞. Without a fixed profile and with `icSlack` ≤ 0 there is always a mechanism: everybody's
 * cheapest effort, unpaid. Refuses M ≤ 0, M above a million and more than 200,000
 * variables (`BadInput`).
 */
export async function optimalMechanism(instance: Instance, options: MechanismOptions): Promise<OptimalMechanism> {
  const tables = tablesOf(instance);
  check(tables, options);
  const program = new LinearProgram();
  const layout = layOut(program, tables, options);
  const { rule, simplex } = addContract(program, tables, layout, options);
  for (const [i, efforts] of tables.b.sizes.entries()) {
    for (let told = 0; told < efforts; told++) addIncentives(program, tables, layout, options, i, told);
  }
  const { status, values, duals } = await program.solve("maximize", { timeLimitS: options.timeLimitS ?? 60 });
  if (status === "optimal") {
    const mechanism = readMechanism(values, tables, layout, rule, options.maxPay);
    return { ...mechanism, status, bound: duals[simplex] ?? Number.POSITIVE_INFINITY };
  }
  const { n, b, s, states } = tables;
  return {
    mu: new Float64Array(b.count),
    pay: Array.from({ length: n }, () => new Float64Array(b.count * s.count * states)),
    rule,
    value: Number.NEGATIVE_INFINITY,
    payments: new Array<number>(n).fill(0),
    status: status === "limit" ? "limit" : "infeasible",
    bound: Number.POSITIVE_INFINITY,
  };
}

/** The best mechanism that always recommends one profile: the same program for every profile in turn. */
export async function bestDeterministic(
  instance: Instance,
  options: Omit<MechanismOptions, "profile">,
): Promise<{ best: OptimalMechanism; profile: number[]; all: { profile: number[]; mechanism: OptimalMechanism }[] }> {
  const { b } = tablesOf(instance);
  const all: { profile: number[]; mechanism: OptimalMechanism }[] = [];
  for (let profile = 0; profile < b.count; profile++) {
    const digits = b.digits(profile);
    all.push({ profile: digits, mechanism: await optimalMechanism(instance, { ...options, profile: digits }) });
  }
  const { profile, mechanism } = all.reduce((best, next) =>
    next.mechanism.value > best.mechanism.value ? next : best,
  );
  return { best: mechanism, profile, all };
}
