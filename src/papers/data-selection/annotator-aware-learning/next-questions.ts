import { stringify } from "csv-stringify/sync";
import type { ToolRun } from "../../../kit/paper.ts";
import { bayesDecision } from "./costs.ts";
import type { AnnotatorFit } from "./em.ts";
import type { Names } from "./read-answers.ts";
import type { LoopState, Question } from "./select-pairs.ts";

/**
 * Questions before anyone can be chosen: items that some were asked about already, then new ones, everybody asked who can be (the first
 * `asks` annotators).
 */
export function warmUpList(
  { log, costs, random }: Pick<LoopState, "log" | "costs" | "random">,
  asks: number,
  batch: number,
  budget: number,
): Question[] {
  const order = random
    .permutation(log.items)
    .sort((a, b) => Math.sign(log.timesAsked(b)) - Math.sign(log.timesAsked(a)));
  const questions: Question[] = [];
  let left = budget;
  for (const item of order) {
    for (let annotator = 0; annotator < asks; annotator++) {
      if (questions.length === batch) return questions;
      const cost = costs.annotation(item, annotator);
      if (log.asked(item, annotator) || cost > left) continue;
      questions.push({ item, annotator, utility: 0, cost });
      left -= cost;
    }
  }
  return questions;
}

/** Shows the questions and writes the list of them. */
export async function writeQuestions(
  run: ToolRun,
  questions: readonly Question[],
  items: Names,
  annotators: Names,
): Promise<void> {
  const rows = questions.map(({ item, annotator, utility, cost }) => ({
    item: items.list[item] ?? "",
    annotator: annotators.list[annotator] ?? "",
    utility: Number(utility.toPrecision(6)),
    cost,
  }));
  run.table("next", {
    title: `Whom to ask about what${rows.length > 100 ? " (the first 100)" : ""}`,
    columns: [
      { key: "item", label: "item" },
      { key: "annotator", label: "annotator" },
      { key: "utility", label: "utility", digits: 3 },
      { key: "cost", label: "cost" },
    ],
    rows: rows.slice(0, 100),
  });
  const output = await run.output("next.csv", "text/csv");
  await output.write(stringify([["item", "annotator", "utility", "cost"], ...rows.map((row) => Object.values(row))]));
  await output.close();
}

/** Writes what is believed of every item now: the decision of least expected cost, and how probable its class is. */
export async function writeLabels(
  run: ToolRun,
  { posterior }: AnnotatorFit,
  { items, classes, mistakes, heard }: { items: Names; classes: Names; mistakes?: number[][]; heard: Int32Array },
): Promise<void> {
  const C = posterior.length / items.list.length;
  const output = await run.output("labels.csv", "text/csv");
  await output.write(
    stringify([
      ["item", "label", "confidence", "answers"],
      ...items.list.map((item, i) => {
        const row = posterior.subarray(i * C, (i + 1) * C);
        const { label } = bayesDecision(row, mistakes);
        return [item, classes.list[label] ?? "", Number((row[label] as number).toPrecision(6)), heard[i]];
      }),
    ]),
  );
  await output.close();
}

/** What the cheapest question left costs among those to the first `asks` annotators; infinite without one. */
export function cheapestOf({ log, costs }: Pick<LoopState, "log" | "costs">, asks: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < log.items; i++) {
    for (let k = 0; k < asks; k++) if (!log.asked(i, k)) least = Math.min(least, costs.annotation(i, k));
  }
  return least;
}

/** Why there is no question: nothing is left to ask, or too little of the budget. */
export function whyNothing(least: number, left: number): string {
  if (least === Number.POSITIVE_INFINITY) return "every question was asked";
  if (left <= 0) return "the budget is spent";
  return `the cheapest question costs ${least}, and ${Number(left.toFixed(2))} of the budget is left`;
}
