import { z } from "zod";
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
  budget: z.number().min(0.0001).max(1).default(0.05).describe("Share of the rows that may be labelled"),
  budgetMode: z
    .enum(["cap", "window"])
    .default("cap")
    .describe("A hard cap on labels so far, or an average over the last 100 rows that may overspend a little"),
  strategy: z
    .array(z.enum(strategyNames))
    .default([])
    .describe("Strategies to compare, beside random; for new rows the first of them decides. Split when left out"),
  learner: z
    .enum(["logistic", "naive-bayes", "prototypes"])
    .default("logistic")
    .describe("Model that learns from the bought labels; prototypes stands in for evolving fuzzy models"),
  drift: z
    .enum(["none", "ddm", "adwin"])
    .default("none")
    .describe("Start a new model when the errors on bought labels rise"),
  repeats: z.number().int().min(1).max(50).default(5).describe("Replays of every strategy with other coins"),
});

export type Options = z.output<typeof options>;
