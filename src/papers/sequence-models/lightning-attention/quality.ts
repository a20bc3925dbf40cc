import { loadMobyDick } from "../../../kit/datasets/moby-dick.ts";
import type { Row, Run } from "../../../kit/paper.ts";
import { mean, pairedInterval } from "../../../kit/stats.ts";
import { measured, type PartResult } from "../../../kit/verdict.ts";
import { alphabetOf, encode } from "./alphabet.ts";
import { type Kind, kinds, type TrainingInput, type TrainingOutput, trainTrial } from "./quality-trial.ts";

export interface QualitySetting {
  seeds: number;
  /** Characters of a whole training; tuning uses a third. */
  tokens: number;
  dModel: number;
  layers: number;
}

/** Rates tried for every model. They lie a step above the usual ones, since few characters are seen. */
const learningRates = [1e-3, 3e-3, 1e-2];

/** The book as symbols: 85% to train on, 5% to choose learning rates by, the last 10% for the verdict. */
async function readBook() {
  const text = await loadMobyDick();
  const alphabet = alphabetOf(text, 20);
  const ids = encode(text, alphabet);
  const [a, b] = [Math.floor(0.85 * ids.length), Math.floor(0.9 * ids.length)];
  return { vocab: alphabet.length, train: ids.slice(0, a), tuning: ids.slice(a, b), heldOut: ids.slice(b) };
}

/** Trains everything, tuning first, and reports as results come in; `from` is the share of the run that is behind. */
export async function measureQuality(setting: QualitySetting, run: Run, from: number): Promise<TrainingOutput[]> {
  const { vocab, train, tuning, heldOut } = await readBook();
  const { tokens, dModel, layers } = setting;
  const shared = { vocab, train, dModel, layers };
  const seedOf = (label: string): number => run.random.fork("quality").fork(label).seed;
  const candidates = kinds.flatMap((kind) =>
    learningRates.map((learningRate): TrainingInput => {
      return {
        ...shared,
        heldOut: tuning,
        kind,
        learningRate,
        seed: seedOf("tuning"),
        tokens: tokens / 3,
        extrapolate: false,
      };
    }),
  );
  const tuningCost = candidates.length / 3;
  const total = tuningCost + kinds.length * setting.seeds;
  const tell = (cost: number, message: string) => run.progress(from + ((1 - from) * cost) / total, message);
  tell(0, `learning rates: ${candidates.length} short trainings`);
  const tuned = await run.map(trainTrial, candidates, ({ kind }, _, done) => {
    tell(done / 3, `learning rates: ${done} of ${candidates.length}, last ${kind}`);
  });
  const best = new Map(kinds.map((kind) => [kind, bestRate(tuned, kind)]));
  run.table("rates", {
    title: "Choice of the learning rate: loss on the tuning text after a third of the characters, nats per character",
    columns: [
      { key: "kind", label: "model" },
      ...learningRates.map((rate) => ({ key: `r${rate}`, label: `rate ${rate}`, digits: 3 })),
      { key: "chosen", label: "chosen" },
    ],
    rows: kinds.map((kind): Row => {
      const row: Row = { kind, chosen: best.get(kind) ?? null };
      for (const { learningRate, loss } of tuned.filter((t) => t.kind === kind)) row[`r${learningRate}`] = loss;
      return row;
    }),
  });
  const finals = Array.from({ length: setting.seeds }, (_, s) =>
    kinds.map((kind): TrainingInput => {
      const learningRate = best.get(kind) ?? 3e-3;
      return { ...shared, heldOut, kind, learningRate, seed: seedOf(`seed ${s}`), tokens, extrapolate: true };
    }),
  ).flat();
  const results: TrainingOutput[] = [];
  await run.map(trainTrial, finals, (result, _, done) => {
    results.push(result);
    showQuality(run, results);
    tell(tuningCost + done, `training ${done} of ${finals.length}, last ${result.kind}: ${result.loss.toFixed(3)}`);
  });
  return results;
}

function bestRate(tuned: readonly TrainingOutput[], kind: Kind): number {
  const own = tuned.filter((t) => t.kind === kind && Number.isFinite(t.loss));
  return own.reduce((a, b) => (b.loss < a.loss ? b : a), own[0] ?? { learningRate: 3e-3, loss: 0 }).learningRate;
}

/** Losses of a kind, seeds in a fixed order. */
function lossesOf(results: readonly TrainingOutput[], kind: Kind, pick = (r: TrainingOutput) => r.loss): number[] {
  return results
    .filter((r) => r.kind === kind)
    .sort((a, b) => a.seed - b.seed)
    .map(pick);
}

function showQuality(run: Run, results: readonly TrainingOutput[]): void {
  run.table("quality", {
    title: "Loss on the held-out text, nats per character",
    columns: [
      { key: "kind", label: "model" },
      { key: "seeds", label: "seeds", digits: 0 },
      { key: "parameters", label: "parameters", digits: 0 },
      { key: "loss", label: "windows of 128, as trained", digits: 4 },
      { key: "least", label: "least", digits: 4 },
      { key: "greatest", label: "greatest", digits: 4 },
      { key: "longLoss", label: "windows of 512", digits: 4 },
    ],
    rows: kinds.flatMap((kind): Row[] => {
      const losses = lossesOf(results, kind);
      if (losses.length === 0) return [];
      const longer = lossesOf(results, kind, (r) => r.longLoss ?? Number.NaN);
      return [
        {
          kind,
          seeds: losses.length,
          parameters: results.find((r) => r.kind === kind)?.parameters ?? null,
          loss: mean(losses),
          least: Math.min(...losses),
          greatest: Math.max(...losses),
          longLoss: mean(longer),
        },
      ];
    }),
  });
  const values = results.flatMap(({ kind, seed, curve }) =>
    curve.map(({ seen, loss }) => ({ model: kind, seed: String(seed), seen, loss })),
  );
  run.chart("training", {
    alt: "Training loss of each model against the characters it has seen, one line a seed, averaged over twentieths of the training.",
    spec: {
      width: "container",
      data: { values },
      mark: "line",
      encoding: {
        x: { field: "seen", type: "quantitative", title: "characters seen" },
        y: { field: "loss", type: "quantitative", scale: { zero: false }, title: "training loss, nats per character" },
        color: { field: "model", type: "nominal", title: "model" },
        detail: { field: "seed" },
      },
    },
  });
}

/** The parts that rest on trained models; pure in their losses. */
export function judgeQuality(results: readonly TrainingOutput[]): Record<"quality" | "decay", PartResult> {
  const [ours, theirs, without] = kinds.map((kind) => lossesOf(results, kind)) as [number[], number[], number[]];
  const ratio = mean(ours) / mean(theirs);
  const ratios = ours.map((loss, i) => loss / (theirs[i] as number)); // same seeds
  const gains = without.map((loss, i) => loss - (ours[i] as number));
  return {
    quality: {
      outcome: ratio <= 1.05,
      measured: [
        {
          label: "loss(TNL) ÷ loss(Transformer)",
          value: ratio,
          low: Math.min(...ratios),
          high: Math.max(...ratios),
          n: ratios.length,
        },
        measured("loss(TNL)", mean(ours), "nats per character"),
        measured("loss(Transformer)", mean(theirs), "nats per character"),
      ],
    },
    decay: {
      outcome: gains.every((gain) => gain > 0),
      measured: [measured("loss(TNL without decay) − loss(TNL)", pairedInterval(without, ours), "nats per character")],
    },
  };
}
