import { accuracy } from "../../../kit/nets/class-scores.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { Chart, Table } from "../../../kit/paper.ts";
import type { Rows } from "../network/labelled-rows.ts";
import { type CoefficientScore, type SearchOptions, searchCoefficients } from "./coefficients.ts";
import { type FisherMergeOptions, fisherMerge, isotropicMerge } from "./fisher-merge.ts";
import type { MergePlan, Treatment } from "./merge-files.ts";
import type { Sequential } from "./sequential.ts";

/** A search's best coefficients, its accuracy, and all that was tried. */
export type Search = CoefficientScore & { all: CoefficientScore[] };

/** The part of a tree whose tensors are treated in one way. */
function part(tree: ParamTree, plan: MergePlan, wanted: Treatment): ParamTree {
  const names = plan.tensors.filter(({ treatment }) => treatment === wanted).map(({ entry }) => entry.name);
  return Object.fromEntries(names.flatMap((name) => (tree[name] ? [[name, tree[name]]] : [])));
}

/** The merge of a plan in memory, for models small enough to be tried out. */
export function mergeInMemory(
  plan: MergePlan,
  models: readonly ParamTree[],
  fishers: readonly ParamTree[] | undefined,
  coefficients: number[],
  options: Omit<FisherMergeOptions, "keep" | "coefficients">,
): ParamTree {
  const of = (wanted: Treatment): ParamTree[] => models.map((model) => part(model, plan, wanted));
  const merged = fishers
    ? fisherMerge(
        of("merged"),
        fishers.map((fisher) => part(fisher, plan, "merged")),
        { ...options, coefficients },
      )
    : isotropicMerge(of("merged"), coefficients);
  return { ...of("kept")[0], ...isotropicMerge(of("averaged"), coefficients), ...merged };
}

/** Tries coefficients on labelled rows, for the Fisher merge (where there are Fishers) and for the plain average. */
export async function searchOnRows(
  plan: MergePlan,
  models: readonly ParamTree[],
  fishers: readonly ParamTree[] | undefined,
  networkOf: (params: ParamTree) => Sequential,
  { values, count, labels = new Int32Array() }: Rows,
  options: Omit<FisherMergeOptions, "keep" | "coefficients">,
  search: SearchOptions,
): Promise<{ fisher?: Search; plain: Search }> {
  const score = (params: ParamTree): number => {
    const network = networkOf(params);
    return accuracy(network.logits(values, count), labels, network.classes);
  };
  const by = (information: readonly ParamTree[] | undefined): Promise<Search> =>
    searchCoefficients((c) => mergeInMemory(plan, models, information, c, options), score, search);
  const plain = await by(undefined);
  return fishers ? { fisher: await by(fishers), plain } : { plain };
}

/** Accuracy of every set of coefficients that was tried. */
export function searchTable({ fisher, plain }: { fisher?: Search; plain: Search }): Omit<Table, "name"> {
  return {
    title: "Accuracy on the validation rows",
    columns: [
      { key: "lambda", label: "λ" },
      ...(fisher ? [{ key: "fisher", label: "Fisher merge", digits: 4 }] : []),
      { key: "plain", label: "plain average", digits: 4 },
    ],
    rows: plain.all.map(({ coefficients, score }, i) => ({
      lambda: coefficients.map((value) => value.toFixed(3)).join(", "),
      plain: score,
      ...(fisher ? { fisher: fisher.all[i]?.score ?? null } : {}),
    })),
  };
}

/** Both curves over λ of the first of two models. */
export function searchChart({ fisher, plain }: { fisher?: Search; plain: Search }): Omit<Chart, "name"> {
  const curve = (merge: string, search: Search | undefined) =>
    (search?.all ?? []).map(({ coefficients, score }) => ({ merge, lambda: coefficients[0] ?? 0, accuracy: score }));
  const best = [fisher ? `Fisher merge ${fisher.score.toFixed(3)}` : "", `plain average ${plain.score.toFixed(3)}`];
  return {
    alt: `Validation accuracy against λ of the first model. Best: ${best.filter(Boolean).join(", ")}.`,
    spec: {
      width: "container",
      height: 240,
      data: { values: [...curve("Fisher merge", fisher), ...curve("plain average", plain)] },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "lambda", type: "quantitative", title: "λ of the first model" },
        y: { field: "accuracy", type: "quantitative", title: "validation accuracy", scale: { zero: false } },
        color: { field: "merge", type: "nominal", title: "merge" },
      },
    },
  };
}
