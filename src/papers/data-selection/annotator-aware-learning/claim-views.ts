import type { Row, Run } from "../../../kit/paper.ts";
import { mean, meanInterval } from "../../../kit/stats.ts";
import { type ArmName, checkpoints, type Outcome } from "./experiment.ts";
import type { ScenarioName } from "./scenarios.ts";

type Read = (scenario: ScenarioName, arm: ArmName) => Outcome[];

const shown: Record<ScenarioName, string> = {
  unit: "one price",
  priced: "quality is paid for",
  class: "three classes, blind to some",
  instance: "expert on one side only",
  adversary: "one of them lies",
  fatigue: "they tire",
  digits: "digits 3 and 5",
};

export function showOutcomes(
  run: Run,
  scenarios: readonly ScenarioName[],
  armsOf: (scenario: ScenarioName) => readonly ArmName[],
  read: Read,
  lambda: (scenario: ScenarioName, arm: ArmName) => number,
): void {
  run.table("arms", {
    title: "Test accuracy for 300 units of cost, and over the budget",
    columns: [
      { key: "prices", label: "prices" },
      { key: "arm", label: "arm" },
      { key: "accuracy", label: "accuracy", digits: 4 },
      { key: "low", label: "low", digits: 4 },
      { key: "high", label: "high", digits: 4 },
      { key: "worst", label: "worst problem", digits: 3 },
      { key: "area", label: "area under the curve", digits: 4 },
      { key: "lambda", label: "λ" },
    ],
    rows: scenarios.flatMap((scenario) =>
      armsOf(scenario).map((arm): Row => {
        const outcomes = read(scenario, arm);
        const { value, low, high } = meanInterval(outcomes.map(({ accuracy }) => accuracy));
        return {
          prices: shown[scenario],
          arm,
          accuracy: value,
          low,
          high,
          worst: Math.min(...outcomes.map(({ accuracy }) => accuracy)),
          area: mean(outcomes.map(({ area }) => area)),
          lambda: lambda(scenario, arm),
        };
      }),
    ),
  });
}

/** Accuracy against cost, of the arms that the required part compares and the ceiling. */
export function showCurves(run: Run, scenarios: readonly ScenarioName[], read: Read): void {
  const arms: ArmName[] = [
    "aware",
    "same model, random annotator",
    "majority, random annotator",
    "3 labels per item",
    "best annotator (oracle)",
  ];
  const values = scenarios.flatMap((scenario) =>
    arms.flatMap((arm) =>
      checkpoints.flatMap((cost, at) => {
        const reached = read(scenario, arm).map(({ curve }) => curve[at] ?? Number.NaN);
        return reached.some(Number.isNaN) ? [] : [{ prices: shown[scenario], arm, cost, accuracy: mean(reached) }];
      }),
    ),
  );
  run.chart("curves", {
    alt: "Mean test accuracy against the cost paid, by arm, at one price and at prices that pay for quality: modelling the annotators lifts the curve well above the majority votes.",
    spec: {
      data: { values },
      facet: { column: { field: "prices", type: "nominal", title: null } },
      spec: {
        width: 260,
        mark: { type: "line", point: true },
        encoding: {
          x: { field: "cost", type: "quantitative", scale: { zero: false }, title: "cost paid" },
          y: { field: "accuracy", type: "quantitative", scale: { zero: false }, title: "test accuracy" },
          color: { field: "arm", type: "nominal", title: "arm", sort: arms },
        },
      },
    },
  });
}

/** Mean accuracies where annotators err in other ways. */
export function showScenarios(
  run: Run,
  scenarios: readonly ScenarioName[],
  arms: readonly ArmName[],
  read: Read,
): void {
  run.table("scenarios", {
    title: "Test accuracy with other kinds of annotators",
    columns: [
      { key: "scenario", label: "annotators" },
      ...arms.map((arm) => ({ key: arm, label: arm, digits: 4 })),
      { key: "n", label: "problems" },
    ],
    rows: scenarios.map(
      (scenario): Row => ({
        scenario: shown[scenario],
        ...Object.fromEntries(arms.map((arm) => [arm, mean(read(scenario, arm).map(({ accuracy }) => accuracy))])),
        n: read(scenario, "aware").length,
      }),
    ),
  });
}
