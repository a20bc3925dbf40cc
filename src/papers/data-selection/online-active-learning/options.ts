import { z } from "zod";
import type { DetectorName, LearnerName } from "./learners.ts";
import { strategyNames } from "./strategies.ts";

export const options = z.object({
  target: z.string().min(1).optional().describe("Column of the labels; the last one when left out"),
  time: z.string().min(1).optional().describe("Column of times, to check that the rows are in order; it is no feature"),
  ignore: z.array(z.string()).default([]).describe("Columns that are no features, such as a name"),
  task: z
    .enum(["auto", "classes", "number"])
    .default("auto")
    .describe(
      "Whether the target names classes or is a number to predict; auto calls more than 20 different numbers a number",
    ),
  classes: z.array(z.string()).default([]).describe("Classes that may come and are in no row yet"),
  budget: z
    .number()
    .min(0.0001)
    .max(1)
    .optional()
    .describe("Share of the rows that may be labelled; that of the state, or 0.05, when left out"),
  budgetMode: z
    .enum(["auto", "cap", "window"])
    .default("auto")
    .describe(
      "A hard cap on labels so far, or an average over the last 100 rows that may overspend a little; auto is that of the state, or cap",
    ),
  strategy: z
    .array(z.enum(strategyNames))
    .default([])
    .describe(
      "Strategies to compare, beside random; for new rows the first of them decides. That of the state, or split, when left out",
    ),
  learner: z
    .enum(["auto", "logistic", "naive-bayes", "prototypes"])
    .default("auto")
    .describe(
      "Model that learns from the bought labels; prototypes stands in for evolving fuzzy models; auto is that of the state, or logistic",
    ),
  drift: z
    .enum(["auto", "none", "ddm", "adwin"])
    .default("auto")
    .describe("Start a new model when the errors on bought labels rise; auto is as in the state, or none"),
  repeats: z.number().int().min(1).max(50).default(5).describe("Replays of every strategy with other coins"),
});

export type Options = z.output<typeof options>;

/** What a reader may leave open. */
export interface Choices {
  budget: number;
  budgetMode: "cap" | "window";
  learner: LearnerName;
  drift: DetectorName;
}

export type Settled = Omit<Options, keyof Choices> & Choices;

const usual: Choices = { budget: 0.05, budgetMode: "cap", learner: "logistic", drift: "none" };

/** The options with nothing open: what was left out is as in the state, or as usual. */
export function settle({ budget, budgetMode, learner, drift, ...others }: Options, earlier = usual): Settled {
  return {
    ...others,
    budget: budget ?? earlier.budget,
    budgetMode: budgetMode === "auto" ? earlier.budgetMode : budgetMode,
    learner: learner === "auto" ? earlier.learner : learner,
    drift: drift === "auto" ? earlier.drift : drift,
  };
}
