interface Weighted {
  n: number;
  score: number;
  /** Weights sum to 1. */
  weight: number;
}

const exponents = Array.from({ length: 60 }, (_, i) => 0.05 * 40 ** (i / 59)); // 0.05 to 2

/** $(\alpha, \beta)$ of the weighted least squares for one exponent, with $\beta \ge 0$ and $\alpha \le$ ceiling. */
function fitLinear(
  points: readonly Weighted[],
  gamma: number,
  ceiling: number,
): { alpha: number; beta: number; cost: number } {
  const mean = { x: 0, y: 0 };
  for (const { n, score, weight } of points) {
    mean.x += weight * n ** -gamma;
    mean.y += weight * score;
  }
  let [xx, xy] = [0, 0];
  for (const { n, score, weight } of points) {
    const x = n ** -gamma - mean.x;
    xx += weight * x * x;
    xy += weight * x * (score - mean.y);
  }
  let beta = Math.max(0, -xy / xx);
  let alpha = mean.y + beta * mean.x;
  if (alpha > ceiling) {
    // On the bound: the best β through (0, ceiling).
    alpha = ceiling;
    let [up, down] = [0, 0];
    for (const { n, score, weight } of points) {
      const x = n ** -gamma;
      up += weight * x * (ceiling - score);
      down += weight * x * x;
    }
    beta = Math.max(0, up / down);
  }
  const cost = points.reduce(
    (sum, { n, score, weight }) => sum + weight * (score - alpha + beta * n ** -gamma) ** 2,
    0,
  );
  return { alpha, beta, cost };
}

/** $(\alpha, \beta, \gamma)$ of $\alpha - \beta n^{-\gamma}$: γ on a logarithmic grid from 0.05 to 2, refined around its best. */
export function fitPower(points: readonly Weighted[], ceiling: number): [number, number, number] {
  const cost = (gamma: number): number => fitLinear(points, gamma, ceiling).cost;
  let best = 0;
  for (let i = 1; i < exponents.length; i++) {
    if (cost(exponents[i] as number) < cost(exponents[best] as number)) best = i;
  }
  let [low, high] = [exponents[Math.max(0, best - 1)] as number, exponents[Math.min(59, best + 1)] as number];
  for (let round = 0; round < 60; round++) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (cost(a) < cost(b)) high = b;
    else low = a;
  }
  const gamma = (low + high) / 2;
  const { alpha, beta } = fitLinear(points, gamma, ceiling);
  return [alpha, beta, gamma];
}
