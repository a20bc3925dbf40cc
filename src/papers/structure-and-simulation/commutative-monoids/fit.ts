import { minimise } from "../../../kit/nets/tape/minimise.ts";
import { copyRows } from "../../../kit/nets/tape/rows.ts";
import type { Random } from "../../../kit/random.ts";
import { type AggregatorKind, createAggregator, meanLogSize } from "./aggregators.ts";
import { type Head, headLoss, outputsOf, type Target } from "./heads.ts";
import {
  createSetModel,
  packBags,
  penalisedLoss,
  penaltyShare,
  predict,
  type SetModel,
  type SetModelParams,
} from "./set-model.ts";

/** Bags on their common scale, with what they stand for. */
export interface Example {
  items: number[][];
  target: Target;
}

export interface FitOptions {
  kind: AggregatorKind;
  width: number;
  associativity: number;
  rates: readonly number[];
  steps: number;
  batch: number;
  random: Random;
  /** Called after every step; `done` in [0, 1]. */
  onStep(done: number): void | Promise<void>;
}

export interface Fitted {
  model: SetModel;
  params: SetModelParams;
  rate: number;
  /** Loss on the validation bags. */
  validation: number;
  /** PNA's δ. */
  meanLogSize: number;
}

/** Most items in a training step; a batch with larger bags has fewer of them. */
const itemsPerStep = 8192;

/** Trains a set model once for every learning rate and keeps the one with the lowest loss on the validation bags. */
export async function fitSetModel(
  training: readonly Example[],
  validation: readonly Example[],
  head: Head,
  { kind, width, associativity, rates, steps, batch, random, onStep }: FitOptions,
): Promise<Fitted> {
  const inputDim = training.find(({ items }) => items.length > 0)?.items[0]?.length ?? 1;
  const logSize = meanLogSize(training.map(({ items }) => items.length));
  const aggregator = createAggregator(kind, width, { associativity, meanLogSize: logSize });
  const model = createSetModel({ inputDim, outputDim: outputsOf(head), aggregator });
  const start = model.init(random.fork("init"));
  let best: Fitted | undefined;
  for (const [r, rate] of rates.entries()) {
    const params = copyRows(start);
    const draws = random.fork("batches");
    const triples = random.fork("triples");
    await minimise(
      params,
      (tracked, step) => {
        const picked = drawBatch(training, batch, draws);
        const packed = packBags(
          picked.map(({ items }) => draws.shuffle([...items])), // a fixed order would be learned by the tree
          inputDim,
        );
        const targets = picked.map(({ target }) => target);
        return penalisedLoss(model, tracked, packed, (outputs) => headLoss(head, outputs, targets), {
          share: penaltyShare(step, steps),
          random: triples,
        });
      },
      { steps, learningRate: rate, onStep: (step) => onStep((r + (step + 1) / steps) / rates.length) },
    );
    const outputs = predict(
      model,
      params,
      validation.map(({ items }) => items),
    );
    const loss =
      headLoss(
        head,
        outputs,
        validation.map(({ target }) => target),
      ).data[0] ?? Number.NaN;
    if (!best || loss < best.validation) best = { model, params, rate, validation: loss, meanLogSize: logSize };
  }
  if (!best) throw new RangeError("there is no learning rate to try");
  return best;
}

function drawBatch(examples: readonly Example[], batch: number, random: Random): Example[] {
  const picked: Example[] = [];
  let items = 0;
  while (picked.length < batch) {
    const example = random.choice(examples);
    if (picked.length > 0 && items + example.items.length > itemsPerStep) break;
    picked.push(example);
    items += example.items.length;
  }
  return picked;
}
