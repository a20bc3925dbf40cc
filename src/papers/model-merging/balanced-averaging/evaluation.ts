import { accuracy, argmaxRows, softmax } from "../../../kit/nets/class-scores.ts";
import type { Chart, Column, Row, Table } from "../../../kit/paper.ts";
import { expectedCalibrationError, matchingTemperature, meanConfidence } from "./calibration.ts";
import { type FftReport, fftReport, patterns } from "./correction-patterns.ts";

/** What the models of a tool are called in its tables. */
export interface Names {
  first: string;
  second: string;
  ensemble: string;
}

/** Logits (rows × classes) of everything that is compared on one set of labelled rows. */
export interface Scored {
  /** The file, for the reader. */
  set: string;
  labels: ArrayLike<number>;
  classes: number;
  first: Float32Array;
  second: Float32Array;
  ensemble: Float32Array;
}

/** Who is right on one set of rows. */
export function patternsOf({ labels, classes, first, second, ensemble }: Scored): FftReport {
  const choose = (logits: Float32Array): Int32Array => argmaxRows(logits, classes);
  return fftReport(choose(first), choose(second), choose(ensemble), labels);
}

const words: Record<(typeof patterns)[number], string> = {
  FFF: "all wrong",
  FFT: "both wrong, ensemble right",
  FTF: "only the second right",
  FTT: "the first wrong",
  TFF: "only the first right",
  TFT: "the second wrong",
  TTF: "both right, ensemble wrong",
  TTT: "all right",
};

/** Counts of the eight patterns and the accuracies, one row a set. */
export function patternTable(
  reports: readonly { set: string; report: FftReport }[],
  { first, second, ensemble }: Names,
): Omit<Table, "name"> {
  const accuracies: Column[] = [
    { key: "accA", label: first, digits: 4 },
    { key: "accB", label: second, digits: 4 },
    { key: "accEns", label: ensemble, digits: 4 },
  ];
  return {
    title: "Who is right where",
    columns: [
      { key: "set", label: "rows" },
      { key: "count", label: "number" },
      ...accuracies,
      ...patterns.map((pattern): Column => ({ key: pattern, label: words[pattern] })),
    ],
    rows: reports.map(({ set, report: { counts, count, accA, accB, accEns } }): Row => {
      return { set, count, accA, accB, accEns, ...counts };
    }),
  };
}

/** How sure the models are and how often they are right, with the temperature that would bring the two together. */
export function calibrationTable(sets: readonly Scored[], names: Names): Omit<Table, "name"> {
  return {
    title: "Confidence and accuracy",
    columns: [
      { key: "set", label: "rows" },
      { key: "model", label: "model" },
      { key: "accuracy", label: "accuracy", digits: 4 },
      { key: "confidence", label: "mean confidence", digits: 4 },
      { key: "error", label: "expected calibration error", digits: 4 },
      { key: "temperature", label: "matching temperature", digits: 2 },
    ],
    rows: sets.flatMap((scored): Row[] =>
      (["first", "second", "ensemble"] as const).map((which) => {
        const { labels, classes, set } = scored;
        const logits = scored[which];
        const probs = softmax(logits, classes);
        return {
          set,
          model: names[which],
          accuracy: accuracy(logits, labels, classes),
          confidence: meanConfidence(probs, classes),
          error: expectedCalibrationError(probs, labels),
          temperature: matchingTemperature(logits, labels),
        };
      }),
    ),
  };
}

/** One mixing weight and the accuracy on every set of rows. */
export interface CurvePoint {
  alpha: number;
  accuracies: number[];
}

export function curveTable(curve: readonly CurvePoint[], sets: readonly string[]): Omit<Table, "name"> {
  return {
    title: "Accuracy along the way from the first model to the second",
    columns: [
      { key: "alpha", label: "α", digits: 3 },
      ...sets.map((set, i): Column => ({ key: `set${i}`, label: set, digits: 4 })),
    ],
    rows: curve.map(({ alpha, accuracies }) => ({
      alpha,
      ...Object.fromEntries(accuracies.map((value, i) => [`set${i}`, value])),
    })),
  };
}

export function curveFigure(curve: readonly CurvePoint[], sets: readonly string[]): Omit<Chart, "name"> {
  const best = sets.map((set, i) => {
    const top = curve.reduce((a, b) => ((b.accuracies[i] ?? 0) > (a.accuracies[i] ?? 0) ? b : a));
    return `${set} ${(top.accuracies[i] ?? 0).toFixed(3)} at α = ${Number(top.alpha.toFixed(3))}`;
  });
  return {
    alt: `Accuracy against α. Best: ${best.join("; ")}.`,
    spec: {
      width: "container",
      height: 240,
      data: {
        values: curve.flatMap(({ alpha, accuracies }) =>
          accuracies.map((value, i) => ({ alpha, rows: sets[i] ?? "", accuracy: value })),
        ),
      },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "alpha", type: "quantitative", title: "α: share of the second model" },
        y: { field: "accuracy", type: "quantitative", title: "accuracy", scale: { zero: false } },
        color: { field: "rows", type: "nominal", sort: null, title: "rows" },
      },
    },
  };
}

/** A note when the second model is much surer than it is right, and surer than the first; else undefined. */
export function overconfidenceNote(sets: readonly Scored[], names: Names, remedy: string): string | undefined {
  for (const { set, labels, classes, first, second } of sets) {
    const [sureFirst, sureSecond] = [first, second].map((logits) => meanConfidence(softmax(logits, classes), classes));
    const right = accuracy(second, labels, classes);
    if ((sureSecond ?? 0) < right + 0.1 || (sureSecond ?? 0) < (sureFirst ?? 0) + 0.05) continue;
    return `**The ${names.second} model is overconfident.** On ${set} its mean confidence is ${(sureSecond ?? 0).toFixed(2)} and it is right in ${(100 * right).toFixed(0)}% of the rows, so that it outvotes the ${names.first} one, whose mean confidence is ${(sureFirst ?? 0).toFixed(2)}. ${remedy}`;
  }
  return undefined;
}

/** "accuracy 0.8125 on x.csv (pretrained 0.7, fine-tuned 0.65; 23 of 400 rows right that both get wrong)". */
export function gainInWords(set: string, report: FftReport, { first, second }: Names): string {
  const short = (value: number): string => String(Number(value.toFixed(4)));
  const { accA, accB, accEns, counts, count } = report;
  return `accuracy ${short(accEns)} on ${set} (${first} ${short(accA)}, ${second} ${short(accB)}; ${counts.FFT} of ${count} rows right that both get wrong, ${counts.TTF} wrong that both get right)`;
}
