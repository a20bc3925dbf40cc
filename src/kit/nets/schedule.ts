export interface WarmupCosine {
  /** All steps of the training. */
  steps: number;
  /** Steps of linear rise from 0. */
  warmup: number;
  /** Rate at the end of the rise. */
  peak: number;
}

/**
 * Learning rate of step t = 0, 1, …: it rises linearly over the warm-up, then falls along half a cosine to 0,
 * $\eta_t = \tfrac12 \eta \bigl(1 + \cos \pi \tfrac{t - w}{T - w}\bigr)$.
 */
export function warmupCosine(step: number, { steps, warmup, peak }: WarmupCosine): number {
  if (step < warmup) return (peak * (step + 1)) / warmup;
  const done = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  return 0.5 * peak * (1 + Math.cos(Math.PI * done));
}
