import type { TrialContext } from "../../../kit/paper.ts";
import { fftReport } from "./correction-patterns.ts";
import { exactPatterns } from "./exact-patterns.ts";
import { type EnsembleFeatures, sampleSpurious, spuriousModel } from "./spurious-model.ts";

/** Scales of the second model's logits at which the ensemble is asked. */
export const lambdas = [1, 2, 3, 5, 100] as const;

/** One pair of equally large models in the paper's data model with three classes. */
export interface Cell {
  nv: number;
  ns: number;
  p: number;
  draws: number;
  /** Takes the idea away: both models have the same features. */
  sameCues: boolean;
}

export interface CellResult extends Cell {
  single: number;
  ensemble: number;
  /** The ensemble of two models with the same features. */
  overlap: number;
  forecastSingle: number;
  forecastEnsemble: number;
  FFT: number;
  TTF: number;
  /** Sampled accuracy beside the exact one, in standard errors. */
  checks: { what: string; sampled: number; exact: number; errors: number }[];
  /** Exact accuracy of the ensemble at every λ of {@link lambdas}. */
  sweep: number[];
}

const K = 3;

/** Everything the theory part wants to know of one cell. */
export function theoryTrial(cell: Cell, { random }: TrialContext): CellResult {
  const { nv, ns, p, draws, sameCues } = cell;
  const model = spuriousModel({ K, p });
  const apart: EnsembleFeatures = { nv1: nv, ns1: ns, nv2: nv, ns2: ns };
  const shared: EnsembleFeatures = { ...apart, nvo: nv, nso: ns };
  const pair = sameCues ? shared : apart;
  const single = model.exactAccuracy({ nv, ns });
  const ensemble = model.exactEnsembleAccuracy(pair);
  const { FFT, TTF } = exactPatterns(model, pair);
  const drawn = sampleSpurious(model, pair, { draws, random });
  const check = (what: string, predicted: Int32Array, exact: number) => {
    const { accA: sampled } = fftReport(predicted, predicted, predicted, drawn.labels);
    // With an exact value this near 0 or 1 the normal error is too small; half a draw more keeps it honest.
    const error = Math.sqrt(Math.max(exact * (1 - exact), 0.5 / draws) / draws);
    return { what, sampled, exact, errors: Math.abs(sampled - exact) / error };
  };
  return {
    ...cell,
    single,
    ensemble,
    overlap: model.exactEnsembleAccuracy(shared, { space: "weight" }),
    forecastSingle: model.forecastAccuracy({ nv, ns }),
    forecastEnsemble: model.forecastEnsembleAccuracy(pair),
    FFT,
    TTF,
    checks: [
      check("one model", drawn.first, single),
      check("summed outputs", drawn.output, ensemble),
      check("averaged weights", drawn.weight, model.exactEnsembleAccuracy(pair, { space: "weight" })),
    ],
    sweep: lambdas.map((lambda) => model.exactEnsembleAccuracy(pair, { lambda })),
  };
}
