import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Row, Run } from "../../../kit/paper.ts";
import { mean, meanInterval } from "../../../kit/stats.ts";
import { type Method, methods, type Recipe, type Recipes } from "./experiment.ts";

/** What one world gave. */
export interface WorldResult {
  ndcg: Record<Method, number>;
  mrr: Record<Method, number>;
  falseNegatives: Record<Method, number>;
  /** NDCG@10 by number of labelled queries. */
  fewer: { labels: number; ndcg: Record<Method, number> }[];
  /** Precision of the first 100 suspects by what sorts them. */
  audit: Record<"audit" | "ranker" | "retriever", number>;
}

function recipeText({ setting, updates }: Recipe): string {
  const { l2, margin, tau, l2Selection, exact } = setting;
  return [
    ...(tau === undefined ? [] : [`τ ${tau}`, exact ? "raw weights" : "normalised weights", `λ_S ${l2Selection}`]),
    ...(margin === undefined ? [] : [`margin ${margin}`]),
    `λ ${l2}`,
    `${updates} updates`,
  ].join(", ");
}

/** How a method is called in tables. */
export const labelOf: Record<Method, string> = {
  random: "random",
  basic: "basic",
  "basic, top 10": "basic, top 10",
  strong: "strong",
  denoised: "strong, denoised",
  CET: "strong, CET",
  oracle: "true negatives",
};

/** NDCG@10 with its interval, MRR@10, false negatives and chosen setting of every method. */
export function showMethods(
  run: Run,
  name: string,
  title: string,
  results: readonly WorldResult[],
  recipes: Recipes,
): void {
  const rows = methods.map((method): Row => {
    const { value, low, high } = meanInterval(results.map(({ ndcg }) => ndcg[method]));
    return {
      negatives: labelOf[method],
      ndcg: value,
      low,
      high,
      mrr: mean(results.map(({ mrr }) => mrr[method])),
      false_negatives: mean(results.map(({ falseNegatives }) => falseNegatives[method])),
      setting: recipeText(recipes[method]),
    };
  });
  run.table(name, {
    title,
    columns: [
      { key: "negatives", label: "negatives" },
      { key: "ndcg", label: "NDCG@10", digits: 3 },
      { key: "low", label: "95% from", digits: 3 },
      { key: "high", label: "to", digits: 3 },
      { key: "mrr", label: "MRR@10", digits: 3 },
      { key: "false_negatives", label: "false negatives", digits: 3 },
      { key: "setting", label: "setting" },
    ],
    rows,
  });
}

/** NDCG@10 of every world and method. */
export function methodsChart(results: readonly WorldResult[]): Omit<Chart, "name"> {
  const values = results.flatMap(({ ndcg }, world) =>
    methods.map((method) => ({ negatives: labelOf[method], world: world + 1, ndcg: ndcg[method] })),
  );
  const y = { field: "negatives", type: "nominal", sort: methods.map((method) => labelOf[method]), title: null };
  const x = { field: "ndcg", type: "quantitative", scale: { zero: false }, title: "NDCG@10 by complete relevance" };
  return {
    alt: "NDCG@10 of every world by where the negatives come from: strong negatives give a worse ranker than basic ones, coupled estimation brings it above both, true negatives only are an upper bound.",
    spec: {
      width: "container",
      data: { values },
      layer: [
        { mark: { type: "point", opacity: 0.5 }, encoding: { y, x } },
        { mark: { type: "tick", thickness: 3 }, encoding: { y, x: { ...x, aggregate: "mean" } } },
      ],
    },
  };
}

/** NDCG@10 against the number of labelled queries. */
export function labelsChart(results: readonly WorldResult[], queries: number): Omit<Chart, "name"> {
  const shown: Method[] = ["basic", "strong", "denoised", "CET"];
  const at = results.flatMap(({ fewer, ndcg }) => [...fewer, { labels: queries, ndcg }]);
  const sizes = [...new Set(at.map(({ labels }) => labels))].sort((a, b) => a - b);
  const values = sizes.flatMap((labels) =>
    shown.map((method) => {
      const { value, low, high } = meanInterval(at.flatMap((r) => (r.labels === labels ? [r.ndcg[method]] : [])));
      return { labels, negatives: labelOf[method], ndcg: value, low, high };
    }),
  );
  const x = { field: "labels", type: "quantitative", scale: { type: "log" }, title: "labelled queries" };
  const y = { field: "ndcg", title: "NDCG@10", scale: { zero: false } };
  const color = { field: "negatives", type: "nominal", title: "negatives", sort: shown.map((m) => labelOf[m]) };
  return {
    alt: "NDCG@10 against the number of labelled queries: coupled estimation needs many labels before it pulls away from the others.",
    spec: {
      width: "container",
      data: { values },
      layer: intervalLayers("y", y, { x, color }, { mark: "line" }),
    },
  };
}
