import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { argmaxRows } from "../../../kit/nets/class-scores.ts";
import { linearScores as classScores, softmaxRegression } from "../../../kit/nets/softmax-regression.ts";
import type { Random } from "../../../kit/random.ts";
import { cellNumber, cellPlace, checkMagnitude, columnIndex, type RawTable, readTable } from "../../../kit/tables.ts";
import { fitRidge, linearScores } from "../linear-models.ts";
import { kindsOf, mostKinds, writeIndicators } from "../word-kinds.ts";
import { mostGroups } from "./input-tables.ts";
import { type Regression, rSquared } from "./ridge.ts";
import { type Learner, pickRows, subsampleCurve } from "./subsample-curve.ts";

export interface LabelledTable {
  /** Rows of each group: standardised features, and the target or the class. */
  groups: Map<string, Regression>;
  /** The rows of all groups. */
  all: Regression;
  /** Names of the classes; undefined for a regression. */
  classes: string[] | undefined;
  count: number;
  /** Cells that were empty. */
  filled: number;
}

export interface LabelledOptions {
  target: string;
  group: string;
  ignore: string[];
  task: "auto" | "regression" | "classification";
}

const cellLimit = 20_000_000;
const classLimit = 100;

/** Columns of numbers from one column of the table: the numbers themselves, or 0 and 1 for each kind of word. */
function featureColumns(table: RawTable, column: number): { columns: Float64Array[]; filled: number } {
  const cells = table.rows.map((row) => row[column] ?? "");
  const isNumeric = cells.every(
    (cell) => cell === "" || /^(na|n\/a|nan|null|none|-)$/i.test(cell) || Number.isFinite(Number(cell)),
  );
  if (!isNumeric) {
    const kinds = kindsOf(cells);
    if (kinds.length > mostKinds) {
      throw new BadInput(`the column has ${kinds.length} kinds of words and at most ${mostKinds} are taken`, {
        where: `${table.file}, column ${table.columns[column]}`,
        remedy: `Leave it out: --ignore ${table.columns[column]}.`,
      });
    }
    const columns = kinds.map(() => new Float64Array(cells.length));
    const row = new Float64Array(kinds.length);
    for (const [r, cell] of cells.entries()) {
      writeIndicators(kinds, cell, row, 0);
      for (const [k, column] of columns.entries()) column[r] = row[k] as number;
    }
    return { columns, filled: 0 };
  }
  const values = Float64Array.from(cells, (_, r) => {
    const value = cellNumber(table, r, column);
    return value === undefined ? Number.NaN : checkMagnitude(value, () => cellPlace(table, r, column));
  });
  return { columns: [values], filled: values.reduce((sum, value) => sum + (Number.isNaN(value) ? 1 : 0), 0) };
}

/** Mean 0 and variance 1, empty cells at the mean; a constant column becomes 0. */
function standardise(column: Float64Array): void {
  let [sum, there] = [0, 0];
  for (const value of column) if (!Number.isNaN(value)) [sum, there] = [sum + value, there + 1];
  const mean = there > 0 ? sum / there : 0;
  let square = 0;
  for (const value of column) if (!Number.isNaN(value)) square += (value - mean) ** 2;
  const scale = Math.sqrt(square / Math.max(1, there));
  for (const [i, value] of column.entries())
    column[i] = Number.isNaN(value) || !(scale > 0) ? 0 : (value - mean) / scale;
}

/** Reads labelled rows and splits them by group; numbers and words of few kinds become standardised features. */
export async function readLabelled(
  file: InputFile,
  { target, group, ignore, task }: LabelledOptions,
): Promise<LabelledTable> {
  const table = await readTable(file);
  if (table.rows.length * table.columns.length > cellLimit) {
    throw new BadInput(`the table has more than ${cellLimit.toLocaleString("en")} cells`, {
      where: file.name,
      remedy: "Sample rows.",
    });
  }
  const [targetAt, groupAt] = [columnIndex(table, target), columnIndex(table, group)];
  if (targetAt === groupAt) throw new BadInput("the target and the group are one column", { where: "--target" });
  const ignored = ignore.map((name) => columnIndex(table, name));
  const used = table.columns.map((_, c) => c).filter((c) => c !== targetAt && c !== groupAt && !ignored.includes(c));
  if (used.length === 0) throw new BadInput("there are no columns of features", { where: file.name });
  const { targets, classes } = readTargets(table, targetAt, task);
  const parts = used.map((column) => featureColumns(table, column));
  const columns = parts.flatMap(({ columns: own }) => own);
  for (const column of columns) standardise(column);
  const positions = new Map<string, number[]>();
  for (const [r, row] of table.rows.entries()) {
    const name = row[groupAt] ?? "";
    if (name === "") throw new BadInput("the group has no name", { where: cellPlace(table, r, groupAt) });
    const list = positions.get(name) ?? [];
    list.push(r);
    positions.set(name, list);
  }
  if (positions.size > mostGroups)
    throw new BadInput(`there are ${positions.size} groups and at most ${mostGroups} are taken`, { where: file.name });
  const width = columns.length;
  const features = new Float32Array(table.rows.length * width);
  for (const [c, column] of columns.entries())
    for (const [r, value] of column.entries()) features[r * width + c] = value;
  const all: Regression = { features, targets, width };
  return {
    all,
    groups: new Map([...positions].map(([name, rows]) => [name, pickRows(all, rows)])),
    classes,
    count: table.rows.length,
    filled: parts.reduce((sum, { filled }) => sum + filled, 0),
  };
}

function readTargets(
  table: RawTable,
  column: number,
  task: LabelledOptions["task"],
): { targets: Float64Array; classes: string[] | undefined } {
  const cells = table.rows.map((row) => row[column] ?? "");
  const empty = cells.indexOf("");
  if (empty >= 0)
    throw new BadInput("the target is empty", { where: cellPlace(table, empty, column), remedy: "Leave the row out." });
  const kinds = [...new Set(cells)].sort();
  const isNumeric = kinds.every((cell) => Number.isFinite(Number(cell)));
  if (task === "regression" || (task === "auto" && isNumeric && kinds.length > 10)) {
    const targets = Float64Array.from(cells, (_, r) => {
      const value = cellNumber(table, r, column);
      if (value !== undefined && Math.abs(value) < 1e100) return value;
      throw new BadInput(`the target "${cells[r]?.slice(0, 40)}" cannot be used`, {
        where: cellPlace(table, r, column),
      });
    });
    standardise(targets);
    return { targets, classes: undefined };
  }
  if (kinds.length < 2)
    throw new BadInput("all targets are the same", { where: `${table.file}, column ${table.columns[column]}` });
  if (kinds.length > classLimit) {
    throw new BadInput(`the target has ${kinds.length} classes and at most ${classLimit} are taken`, {
      where: `${table.file}, column ${table.columns[column]}`,
    });
  }
  return { targets: Float64Array.from(cells, (cell) => kinds.indexOf(cell)), classes: kinds };
}

/** Ridge or logistic regression with a penalty a row of one standardised feature. */
export function learnerFor({ classes }: Pick<LabelledTable, "classes">, penalty: number): Learner {
  if (!classes) {
    return {
      fitPredict: ({ features, targets }, held) =>
        linearScores(fitRidge(Float64Array.from(features), targets, { l2: penalty }), Float64Array.from(held)),
      score: rSquared,
    };
  }
  return {
    fitPredict({ features, targets }, held) {
      const l2 = penalty / targets.length; // the objective is a mean over rows
      const model = softmaxRegression(features, targets, { classes: classes.length, l2, tolerance: 1e-4 });
      return argmaxRows(classScores(model, held), classes.length);
    },
    score: (targets, predicted) =>
      Array.from(targets).filter((target, i) => target === predicted[i]).length / targets.length,
  };
}

const penalties = [0.3, 3, 30, 300];

/** The penalty under which cross-validated predictions of the group's rows score best; the larger of equals. */
export function choosePenalty(table: Pick<LabelledTable, "classes">, data: Regression, random: Random): number {
  let best = { penalty: penalties[0] as number, score: Number.NEGATIVE_INFINITY };
  for (const penalty of penalties) {
    // The same stream for each, so that all are scored on the same folds.
    const [point] = subsampleCurve(data, learnerFor(table, penalty), { fractions: [1], random: random.fork("folds") });
    if (point && point.score >= best.score) best = { penalty, score: point.score };
  }
  return best.penalty;
}
