import { errorFunction } from "simple-statistics";

function requirePositive(value: number, name: string): void {
  if (!(value > 0) || !Number.isFinite(value)) throw new RangeError(`${name} is ${value}; a positive number is wanted`);
}

/**
 * The $\varepsilon$ of $(\varepsilon, \delta)$-differential privacy that $\rho$-zCDP implies:
 * $\varepsilon = \rho + 2\sqrt{\rho \ln(1/\delta)}$ (Bun and Steinke 2016; paper, preliminaries). The pair says something
 * only while $\delta$ is far below one over the number of records.
 */
export function zcdpToDp(rho: number, delta: number): number {
  if (!(rho >= 0)) throw new RangeError(`rho is ${rho}; a number of at least 0 is wanted`);
  if (!(delta > 0 && delta < 1)) throw new RangeError(`delta is ${delta}; a number between 0 and 1 is wanted`);
  return rho + 2 * Math.sqrt(rho * Math.log(1 / delta));
}

/** The $\rho$ of zCDP that pure $\varepsilon$-differential privacy implies: $\rho = \varepsilon^2/2$. */
export function dpToZcdp(eps: number): number {
  requirePositive(eps, "eps");
  return (eps * eps) / 2;
}

/** Adaptive composition: the costs of mechanisms run on the same records add up, $\rho = \sum_i \rho_i$. */
export function composeZcdp(...costs: number[]): number {
  for (const cost of costs) if (!(cost >= 0)) throw new RangeError(`a cost is ${cost}; at least 0 is wanted`);
  return costs.reduce((sum, cost) => sum + cost, 0);
}

/** Cost of one Gaussian release: sensitivity $\Delta$ in the 2-norm and standard deviation $\sigma$ cost $\Delta^2/(2\sigma^2)$. */
export function gaussianCost(sensitivity: number, sigma: number): number {
  return (sensitivity / sigma) ** 2 / 2;
}

/**
 * The largest AUC that any attack may have on Gaussian mechanisms of total cost $\rho$: together they are
 * $\mu$-Gaussian differentially private with $\mu = \sqrt{2\rho}$, so telling two neighbouring streams apart is no easier
 * than telling $N(0,1)$ from $N(\mu,1)$, whose AUC is $\Phi(\mu/\sqrt2) = \Phi(\sqrt\rho)$. An attack beyond it refutes the
 * claimed $\rho$.
 */
export function attackLimit(rho: number): number {
  return 0.5 * (1 + errorFunction(Math.sqrt(rho / 2)));
}

/** Releases of the same kind and cost at equal distances in time. */
export interface LedgerEntry {
  /** What was released, e.g. "max-sum, Gaussian". */
  what: string;
  /** Time of the first release. */
  first: number;
  /** Time of the last one. */
  last: number;
  count: number;
  /** Steps between releases; 0 for a single one. */
  every: number;
  /** zCDP cost of each. */
  cost: number;
}

/**
 * Every noisy release of a mechanism with what it cost in zCDP. Equal releases at equal distances are kept as one entry, so
 * that the ledger of a periodic mechanism does not grow with the stream; `onRelease` sees them singly.
 */
export class PrivacyLedger {
  readonly entries: LedgerEntry[] = [];
  /** Told of each release as it happens, with the total spent so far. */
  onRelease: ((time: number, what: string, cost: number, spent: number) => void) | undefined;

  /** Total cost so far. */
  get spent(): number {
    return this.entries.reduce((sum, { count, cost }) => sum + count * cost, 0);
  }

  /** Number of releases so far. */
  get count(): number {
    return this.entries.reduce((sum, entry) => sum + entry.count, 0);
  }

  record(time: number, what: string, cost: number): void {
    const entry = this.entries.at(-1);
    const gap = entry ? time - entry.last : 0;
    if (entry && entry.what === what && entry.cost === cost && (entry.count === 1 || gap === entry.every)) {
      entry.every = gap;
      entry.last = time;
      entry.count += 1;
    } else {
      this.entries.push({ what, first: time, last: time, count: 1, every: 0, cost });
    }
    this.onRelease?.(time, what, cost, this.spent);
  }

  clear(): void {
    this.entries.length = 0;
  }
}
