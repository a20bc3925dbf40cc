import { clipNorm } from "../../../kit/nets/clip.ts";
import { adamW } from "../../../kit/nets/optimizers.ts";
import { warmupCosine } from "../../../kit/nets/schedule.ts";
import { crossEntropyLoss } from "../../../kit/nets/tape/losses.ts";
import type { Random } from "../../../kit/random.ts";
import type { LanguageModel } from "./language-model.ts";

export interface TrainingOptions {
  /** Symbols of one sequence and sequences of one step. */
  context: number;
  batch: number;
  steps: number;
  learningRate: number;
  /** Share of the steps in which the rate rises; default 0.05. */
  warmup?: number;
  weightDecay?: number;
  random: Random;
  /** Called after every step with its loss in nats; false ends the training early. */
  onStep?(step: number, loss: number): boolean | undefined | Promise<boolean | undefined>;
}

/** `count` random windows of `context` symbols and what follows each of them. */
export function drawWindows(
  text: Int32Array,
  context: number,
  count: number,
  random: Random,
): { ids: Int32Array; targets: Int32Array } {
  const [ids, targets] = [new Int32Array(count * context), new Int32Array(count * context)];
  for (let i = 0; i < count; i++) {
    const at = random.int(0, text.length - context - 1);
    ids.set(text.subarray(at, at + context), i * context);
    targets.set(text.subarray(at + 1, at + context + 1), i * context);
  }
  return { ids, targets };
}

/**
 * Trains on random windows of a text by AdamW, $\beta = (0.9, 0.98)$, with linear warm-up, cosine decay and gradients
 * clipped to norm 1. The steps are also the length of the schedule. Throws a RangeError when the text is no longer than a
 * window.
 */
export async function trainLanguageModel(
  model: LanguageModel,
  text: Int32Array,
  { context, batch, steps, learningRate, warmup = 0.05, weightDecay = 0.1, random, onStep }: TrainingOptions,
): Promise<void> {
  if (text.length <= context) throw new RangeError(`a text of ${text.length} symbols has no window of ${context}`);
  const optimizer = adamW({ beta2: 0.98, weightDecay });
  const weights = model.parameters;
  const schedule = { steps, warmup: Math.ceil(warmup * steps), peak: learningRate };
  for (let step = 0; step < steps; step++) {
    const { ids, targets } = drawWindows(text, context, batch, random);
    const { loss, gradient } = model.lossAndGradient(ids, targets, batch);
    clipNorm(gradient, 1);
    optimizer.step(weights, gradient, warmupCosine(step, schedule));
    if ((await onStep?.(step, loss)) === false) return;
  }
}

/**
 * Mean cross-entropy in nats over consecutive windows of `context` symbols, each read from nothing: every symbol but the
 * first is predicted, with what stands before it in its window. At most `limit` symbols, spread evenly over the text.
 */
export function evaluateLanguageModel(
  model: LanguageModel,
  text: Int32Array,
  { context, limit = Number.POSITIVE_INFINITY, batch = 8 }: { context: number; limit?: number; batch?: number },
): number {
  const available = Math.floor((text.length - 1) / context);
  const count = Math.min(available, Math.max(1, Math.floor(limit / context)));
  if (count < 1) throw new RangeError(`a text of ${text.length} symbols has no window of ${context}`);
  let total = 0;
  for (let done = 0; done < count; done += batch) {
    const size = Math.min(batch, count - done);
    const [ids, targets] = [new Int32Array(size * context), new Int32Array(size * context)];
    for (let i = 0; i < size; i++) {
      const at = Math.floor(((done + i) * available) / count) * context;
      ids.set(text.subarray(at, at + context), i * context);
      targets.set(text.subarray(at + 1, at + context + 1), i * context);
    }
    total += size * (crossEntropyLoss(model.logits(ids, size), targets).data[0] as number); // a scalar
  }
  return total / count;
}
