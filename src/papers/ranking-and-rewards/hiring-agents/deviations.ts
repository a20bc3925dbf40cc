import { type Instance, tablesOf } from "./instance.ts";
import type { Mechanism } from "./mechanism.ts";

/** Most report maps of one agent that are enumerated. */
const mapLimit = 5000;

/** Every map from signals to reports, as the list of reports. */
export function reportMaps(signals: number): number[][] {
  if (signals ** signals > mapLimit) throw new RangeError(`${signals} signals have too many report maps to enumerate`);
  let maps: number[][] = [[]];
  for (let seen = 0; seen < signals; seen++) {
    maps = maps.flatMap((map) => Array.from({ length: signals }, (_, said) => [...map, said]));
  }
  return maps;
}

/** A mechanism as one point: μ(b), then μ(b)γ_i(b, s, θ) agent by agent. Incentives and value are linear in it. */
export function asPoint({ mu, pay }: Mechanism): Float64Array {
  const cells = (pay[0]?.length ?? 0) / mu.length;
  const point = new Float64Array(mu.length * (1 + pay.length * cells));
  point.set(mu);
  for (const [i, gamma] of pay.entries()) {
    for (const [at, paid] of gamma.entries()) {
      point[mu.length * (1 + i * cells) + at] = (mu[Math.floor(at / cells)] ?? 0) * paid;
    }
  }
  return point;
}

/**
 * Incentive compatibility straight from its definition in the paper, one row for every agent, recommendation r, effort d
 * and each of the |S_i|^|S_i| report maps φ: row · point = what obedience earns less what the deviation earns,
 * $\sum_{b:\,b_i=r}\mu(b)\,[\mathbb E_{\psi_b}\gamma_i(b,s,\theta) - c_i(r) - \mathbb E_{\psi_{(d,b_{-i})}}\gamma_i(b,(\phi(s_i),s_{-i}),\theta) + c_i(d)]$.
 * Slow, and independent of the linear program and of best responses: a referee for both.
 */
export function deviationRows(instance: Instance): Float64Array[] {
  const { n, b, s, states, law, costs } = tablesOf(instance);
  const cells = s.count * states;
  const rows: Float64Array[] = [];
  for (const [i, efforts] of b.sizes.entries()) {
    for (const map of reportMaps(s.sizes[i] ?? 0)) {
      for (let told = 0; told < efforts; told++) {
        for (let exerted = 0; exerted < efforts; exerted++) {
          const row = new Float64Array(b.count * (1 + n * cells));
          for (let profile = 0; profile < b.count; profile++) {
            if (b.digit(profile, i) !== told) continue;
            row[profile] = (costs[i]?.[exerted] ?? 0) - (costs[i]?.[told] ?? 0);
            const actual = b.replace(profile, i, exerted);
            const start = b.count * (1 + i * cells) + profile * cells;
            for (let k = 0; k < s.count; k++) {
              const reported = s.replace(k, i, map[s.digit(k, i)] ?? 0);
              for (let theta = 0; theta < states; theta++) {
                const honest = start + k * states + theta;
                const lied = start + reported * states + theta;
                row[honest] = (row[honest] ?? 0) + (law[(profile * states + theta) * s.count + k] ?? 0);
                row[lied] = (row[lied] ?? 0) - (law[(actual * states + theta) * s.count + k] ?? 0);
              }
            }
          }
          rows.push(row);
        }
      }
    }
  }
  return rows;
}

/** Inner product of two vectors of one length. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number); // of one length
  return sum;
}

/**
 * The largest gain of any agent from any one deviation, by enumeration of recommendations, efforts and all report maps. At
 * most four signals an agent.
 */
export function worstDeviation(instance: Instance, mechanism: Mechanism): number {
  const point = asPoint(mechanism);
  return Math.max(0, ...deviationRows(instance).map((row) => -dot(row, point)));
}
