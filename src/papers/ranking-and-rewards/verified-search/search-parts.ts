import type { Row, Run } from "../../../kit/paper.ts";
import { type Interval, mean, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import { all, exceeds, measured, type PartResult } from "../../../kit/verdict.ts";
import { searchChart } from "./charts.ts";
import { attemptBudgets, labelCounts, type SearchCurve } from "./experiment.ts";
import { type Rule, rules } from "./scaling-curve.ts";
import { bases } from "./testbed.ts";

interface Place {
  base: string;
  labels: number;
}

const places = bases.flatMap(({ name }) => labelCounts.map((labels): Place => ({ base: name, labels })));
const most = Math.max(...labelCounts);

/** Accuracy of a rule with N attempts, by seed. */
function accuracies(results: readonly SearchCurve[][], { base, labels }: Place, rule: Rule, N: number): number[] {
  return results.map((curves) => {
    const curve = curves.find((c) => c.base === base && c.labels === labels && c.rule === rule);
    return curve?.accuracy[attemptBudgets.indexOf(N)] ?? Number.NaN;
  });
}

/** The better of one attempt and majority vote, seed by seed: a choice in hindsight, in their favour. */
function withoutVerifier(results: readonly SearchCurve[][], place: Place, N: number): number[] {
  const single = accuracies(results, place, "single", N);
  return accuracies(results, place, "majority", N).map((vote, s) => Math.max(vote, single[s] ?? 0));
}

/** By seed, how far best-of-`attempts` is ahead of what N attempts give without a verifier. */
function leads(results: readonly SearchCurve[][], place: Place, N: number, attempts = N): number[] {
  const rival = withoutVerifier(results, place, N);
  return accuracies(results, place, "best-of-n", attempts).map((a, s) => a - (rival[s] ?? 0));
}

const named = ({ base, labels }: Place): string => `${base} prompts, ${labels.toLocaleString("en")} labels`;

function searchPart(results: readonly SearchCurve[][]): PartResult {
  const larger = attemptBudgets.filter((N) => N >= 2);
  const [fewest = 2, greatest = 2] = [larger[0], larger.at(-1)];
  const lead = places.flatMap((place) =>
    larger.map((N) => ({
      label: `best-of-${N} − best without, ${named(place)}`,
      interval: meanInterval(leads(results, place, N)),
    })),
  );
  const growth = places.map((place) => ({
    label: `growth of the lead, N = ${fewest} to ${greatest}, ${named(place)}`,
    interval: pairedInterval(leads(results, place, greatest), leads(results, place, fewest)),
  }));
  return decide([...lead, ...growth]);
}

function paidPart(results: readonly SearchCurve[][]): PartResult {
  return decide(
    places
      .filter(({ labels }) => labels === most)
      .flatMap((place) =>
        attemptBudgets
          .filter((N) => N >= 4)
          .map((N) => ({
            label: `best-of-${N / 2} − best of ${N} without, ${named(place)}`,
            interval: meanInterval(leads(results, place, N, N / 2)),
          })),
      ),
  );
}

function decide(numbers: readonly { label: string; interval: Interval }[]): PartResult {
  return {
    outcome: all(numbers.map(({ interval }) => exceeds(interval, 0))),
    measured: numbers.map(({ label, interval }) => measured(label, interval)),
  };
}

/** Table, chart and parts of the search. */
export function searchParts(results: readonly SearchCurve[][], run: Run): Record<string, PartResult> {
  run.table("search", {
    title: "Accuracy by attempts; pass is an oracle, not a method",
    columns: [
      { key: "base", label: "prompts" },
      { key: "labels", label: "labels" },
      { key: "N", label: "N" },
      ...rules.map((rule) => ({ key: rule, label: rule, digits: 3 })),
      { key: "lead", label: "lead of best-of-n", digits: 3 },
    ],
    rows: places.flatMap((place) =>
      attemptBudgets.map(
        (N): Row => ({
          ...place,
          N,
          ...Object.fromEntries(rules.map((rule) => [rule, mean(accuracies(results, place, rule, N))])),
          lead: mean(leads(results, place, N)),
        }),
      ),
    ),
  });
  const values = places
    .filter(({ labels }) => labels === most)
    .flatMap((place) =>
      rules.flatMap((rule) =>
        attemptBudgets.map((N): Row => {
          const { value, low, high } = meanInterval(accuracies(results, place, rule, N));
          return { base: `${place.base} prompts`, rule, N, accuracy: value, low, high };
        }),
      ),
    );
  run.chart(
    "search",
    searchChart(
      values,
      rules,
      "Accuracy against attempts for even and uneven prompts: a single attempt is flat, majority vote levels off, best-of-N with a verifier keeps rising towards the oracle.",
    ),
  );
  return { search: searchPart(results), "paid verification": paidPart(results) };
}
