import type { Chart, Row, Table } from "../../../kit/paper.ts";
import { mean, meanInterval } from "../../../kit/stats.ts";
import type { ModelKind, Trained } from "./experiment.ts";

/** The results of every kind of model, by seed. */
export type Results = ReadonlyMap<ModelKind, readonly Trained[]>;

/** MJC on test sets of a kind's best candidates, one a seed. */
export const mjcOf = (results: Results, kind: ModelKind): number[] =>
  (results.get(kind) ?? []).map(({ best }) => best.test);

/** One row a kind of model. */
export function modelTable(title: string, results: Results): Omit<Table, "name"> {
  const rows: Row[] = [...results]
    .filter(([, trained]) => trained.length > 0)
    .map(([kind, trained]) => {
      const { value, low, high } = meanInterval(trained.map(({ best }) => best.test));
      return {
        model: kind,
        mjc: value,
        low: Number.isFinite(low) ? low : null,
        high: Number.isFinite(high) ? high : null,
        half: mean(trained.map(({ best }) => best.thresholded)),
        parameters: trained[0]?.parameters ?? null,
        seeds: trained.length,
      };
    });
  const chance = [...results.values()].flat()[0]?.chance;
  if (chance !== undefined) {
    rows.push({
      model: "random choice",
      mjc: chance,
      low: null,
      high: null,
      half: null,
      parameters: null,
      seeds: null,
    });
  }
  return {
    title,
    columns: [
      { key: "model", label: "model" },
      { key: "mjc", label: "MJC", digits: 3 },
      { key: "low", label: "low", digits: 3 },
      { key: "high", label: "high", digits: 3 },
      { key: "half", label: "MJC, all above one half", digits: 3 },
      { key: "parameters", label: "parameters", digits: 0 },
      { key: "seeds", label: "seeds", digits: 0 },
    ],
    rows,
  };
}

export function modelChart(results: Results): Omit<Chart, "name"> {
  const values = [...results].flatMap(([model, trained]) =>
    trained.map(({ best }, seed) => ({ model, seed: seed + 1, mjc: best.test })),
  );
  const y = { field: "model", type: "nominal", title: null, sort: [...results.keys()] };
  return {
    alt: "Mean Jaccard coefficient on picking the odd digits, a point a seed and a tick at the mean of every model.",
    spec: {
      width: "container",
      data: { values },
      layer: [
        {
          mark: { type: "point", opacity: 0.6 },
          encoding: { x: { field: "mjc", type: "quantitative", scale: { zero: false }, title: "MJC" }, y },
        },
        {
          mark: { type: "tick", thickness: 3 },
          encoding: { x: { field: "mjc", aggregate: "mean", type: "quantitative", title: "MJC" }, y },
        },
      ],
    },
  };
}

/** What the tuned set functions reach from every start ψ⁽⁰⁾, whichever is best. */
export function startChart(results: Results, share: number): Omit<Chart, "name"> {
  const values = (["INSET, tuned", "EquiVSet, tuned"] as const).flatMap((model) =>
    (results.get(model) ?? []).flatMap(({ candidates }, seed) =>
      candidates.map(({ start, steps, test }) => ({
        model: model.split(",")[0],
        seed: seed + 1,
        start: start > 0 ? start : share,
        steps: `K = ${steps}`,
        mjc: test,
      })),
    ),
  );
  return {
    alt: "MJC against the starting probability of the mean field for INSET and for EquiVSet, each with a constant start.",
    spec: {
      width: "container",
      data: { values },
      mark: { type: "point", filled: true },
      encoding: {
        x: {
          field: "start",
          type: "ordinal",
          title: "starting probability ψ⁽⁰⁾",
          axis: { format: ".2~f", labelAngle: 0 },
        },
        xOffset: { field: "model", type: "nominal" },
        y: { field: "mjc", type: "quantitative", scale: { zero: false }, title: "MJC" },
        color: { field: "model", type: "nominal", title: "model" },
        shape: { field: "steps", type: "nominal", title: "steps" },
      },
    },
  };
}
