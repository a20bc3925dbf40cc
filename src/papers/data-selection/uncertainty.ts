/** Class probabilities of one record: K non-negative numbers that sum to 1. */
export type Probabilities = ArrayLike<number>;

/** Position of the largest entry; the first of equals. Throws on an empty list. */
export function likeliest(p: Probabilities): number {
  if (p.length === 0) throw new RangeError("no classes");
  let best = 0;
  for (let k = 1; k < p.length; k++) if ((p[k] as number) > (p[best] as number)) best = k;
  return best;
}

/** Confidence $c = \max_k p_k$, from $1/K$ (no idea) to 1 (sure). */
export function confidence(p: Probabilities): number {
  return p[likeliest(p)] as number;
}

/** Least confidence $1 - \max_k p_k$, from 0 (sure) to $1 - 1/K$ (no idea). */
export function leastConfidence(p: Probabilities): number {
  return 1 - confidence(p);
}

/** Margin $p_{(1)} - p_{(2)}$ between the two likeliest classes: 0 is a tie, 1 is sure. With one class it is 1. */
export function margin(p: Probabilities): number {
  if (p.length === 0) throw new RangeError("no classes");
  let first = 0;
  let second = 0;
  for (let k = 0; k < p.length; k++) {
    const value = p[k] as number;
    if (value > first) {
      second = first;
      first = value;
    } else if (value > second) second = value;
  }
  return first - second;
}

/** Shannon entropy $-\sum_k p_k \ln p_k$ in nats, from 0 (sure) to $\ln K$ (no idea). */
export function entropy(p: Probabilities): number {
  let sum = 0;
  for (let k = 0; k < p.length; k++) {
    const value = p[k] as number;
    if (value > 0) sum -= value * Math.log(value);
  }
  return sum;
}

/**
 * Vote entropy of a committee, $-\sum_k \frac{v_k}{C} \ln \frac{v_k}{C}$ in nats, where $v_k$ of the C members find class k
 * the likeliest: 0 when all agree. Throws on an empty committee.
 */
export function voteEntropy(committee: readonly Probabilities[]): number {
  if (committee.length === 0) throw new RangeError("no committee");
  let sum = 0;
  for (let i = 0; i < committee.length; i++) {
    const vote = likeliest(committee[i] as Probabilities);
    let same = 0;
    for (let j = 0; j < committee.length; j++) if (likeliest(committee[j] as Probabilities) === vote) same++;
    // Every member of a block of v votes adds 1/C of its logarithm: together v/C · ln(v/C).
    sum -= Math.log(same / committee.length) / committee.length;
  }
  return sum + 0; // all agreed is 0, not −0
}

/**
 * Largest range of the members' losses over the classes, $\max_y (\max_i p_i(y) - \min_i p_i(y))$ with the loss
 * $1 - p(y)$: from 0 (the members agree) to 1. Throws on an empty committee.
 */
export function lossRange(committee: readonly Probabilities[]): number {
  const classes = committee[0]?.length;
  if (classes === undefined) throw new RangeError("no committee");
  let widest = 0;
  for (let k = 0; k < classes; k++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < committee.length; i++) {
      const value = (committee[i] as Probabilities)[k] as number;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low > widest) widest = high - low;
  }
  return widest;
}
