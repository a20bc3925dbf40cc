import { BadInput, isBadInput } from "../../../kit/errors.ts";
import type { ModuleSpec } from "../../../kit/paper.ts";
import type { Problem } from "./problem.ts";

/** A model that a reader's own solver made; only that reader's code looks inside. */
export interface OwnModel {
  own: unknown;
}

export const costModule: ModuleSpec = {
  name: "cost",
  description:
    "A cost in place of --problem: exports loss(X, y, model), the loss of every row, fit(X, y, weights, random), a model, and classes = true where the target is two classes",
};

/** What went wrong in the reader's code, in a sentence. */
function blame<T>(name: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (isBadInput(error)) throw error;
    throw new BadInput(`${name} failed: ${error instanceof Error ? error.message : String(error)}`, {
      where: "--cost",
    });
  }
}

/** A reader's module as a problem: `X` is `{ data, rows, columns }` with row-major data, `y` the target (±1 for classes) or null. */
export function ownProblem(module: Readonly<Record<string, unknown>>): Problem<OwnModel> {
  const { loss, fit: train } = module;
  if (typeof loss !== "function" || typeof train !== "function") {
    throw new BadInput(`the module exports no function ${typeof loss === "function" ? "fit" : "loss"}`, {
      where: "--cost",
      remedy: "It exports loss(X, y, model) and fit(X, y, weights, random).",
    });
  }
  return {
    ...(module.classes === true ? { classes: true } : {}),
    loss(X, y, { own }) {
      const losses: unknown = blame("loss", () => loss(X, y, own));
      const listed = ArrayBuffer.isView(losses) || Array.isArray(losses);
      const values = listed ? Float64Array.from(losses as ArrayLike<number>) : undefined;
      if (values?.length !== X.rows) {
        throw new BadInput(
          values
            ? `loss returned ${values.length} numbers for ${X.rows} rows`
            : "loss did not return an array of one number a row",
          { where: "--cost" },
        );
      }
      const bad = values.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
      if (bad >= 0) {
        throw new BadInput(`the loss of a row is ${values[bad]}, and must be a finite number from 0 on`, {
          where: "--cost",
        });
      }
      return values;
    },
    fit(X, y, weights, random) {
      const own: unknown = blame("fit", () => train(X, y, weights, random));
      if (typeof (own as { then?: unknown } | null)?.then === "function")
        throw new BadInput("fit returned a promise, and must return the model", { where: "--cost" });
      return { own };
    },
  };
}
