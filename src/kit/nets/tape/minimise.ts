import { clipNorm } from "../clip.ts";
import { adamW } from "../optimizers.ts";
import { warmupCosine } from "../schedule.ts";
import { paramTree, type Rows, type RowsTree } from "./rows.ts";
import { Tape } from "./tape.ts";

export interface MinimiseOptions {
  steps: number;
  /** Peak learning rate. */
  learningRate: number;
  /** Steps of linear warm-up before the cosine; default 50. */
  warmup?: number;
  /** Largest norm of the whole gradient; default 1. */
  clip?: number;
  weightDecay?: number;
  /** Called after every step with the loss; may yield to other work, or throw to stop. */
  onStep?(step: number, loss: number): void | Promise<void>;
}

/**
 * Lowers `loss` by Adam with warm-up, cosine decay and clipped gradients, changing `params` in place. `loss` is called once
 * a step with the parameters on a tape and returns a scalar computed from them.
 */
export async function minimise<T extends RowsTree>(
  params: T,
  loss: (params: T, step: number) => Rows,
  { steps, learningRate, warmup = 50, clip = 1, weightDecay = 0, onStep }: MinimiseOptions,
): Promise<T> {
  const optimizer = adamW({ weightDecay });
  const values = paramTree(params);
  for (let step = 0; step < steps; step++) {
    const tape = new Tape();
    const tracked = tape.track(params);
    const value = loss(tracked, step);
    tape.backward(value);
    const gradient = paramTree(tracked, "grad");
    clipNorm(gradient, clip);
    optimizer.step(values, gradient, warmupCosine(step, { steps, warmup, peak: learningRate }));
    if (onStep) await onStep(step, value.data[0] ?? Number.NaN);
  }
  return params;
}
