import { BadInput } from "../../../kit/errors.ts";
import { argmaxRows } from "../../../kit/nets/class-scores.ts";
import { cellPlace, columnIndex, type RawTable } from "../../../kit/tables.ts";

/** Predicted classes of two models and of their ensemble, as text, row by row. */
export interface Predictions {
  ids: string[];
  labels: string[];
  a: string[];
  b: string[];
  ensemble: string[];
  /** Where logits were given. */
  logits?: Logits;
}

export interface Logits {
  classes: number;
  labels: Int32Array;
  a: Float32Array;
  b: Float32Array;
  /** The file's own ensemble; else the mixture at α. */
  ensemble?: Float32Array;
}

export interface PredictionColumns {
  id: string;
  label: string;
  a: string;
  b: string;
  ensemble: string;
  /** Class names in the order of the logits. */
  classes: readonly string[];
}

/** Column names that are tried where the reader names none. */
export const usualColumns = {
  a: ["pred_a", "logits_a"],
  b: ["pred_b", "logits_b"],
  ensemble: ["pred_ens", "logits_ens"],
};

function textCell(table: RawTable, row: number, column: number): string {
  const text = (table.rows[row]?.[column] ?? "").trim();
  if (text !== "") return text;
  throw new BadInput("the cell is empty and a class is wanted", { where: cellPlace(table, row, column) });
}

/** A cell that holds a list of numbers, as JSON. */
function logitCell(table: RawTable, row: number, column: number): number[] {
  const text = (table.rows[row]?.[column] ?? "").trim();
  const refuse = (problem: string): never => {
    throw new BadInput(problem, { where: cellPlace(table, row, column) });
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse(`"${text.slice(0, 40)}" is not a list of numbers like [1.5, -0.2]`);
  }
  if (!Array.isArray(parsed) || parsed.length < 2) return refuse("a list of two or more numbers is wanted");
  for (const value of parsed) {
    if (typeof value !== "number" || !(Math.abs(value) <= 1e30)) {
      return refuse(`${JSON.stringify(value)} is not a number within ±1e30`);
    }
  }
  return parsed as number[];
}

function logitColumn(table: RawTable, column: number, classes: number): Float32Array {
  const out = new Float32Array(table.rows.length * classes);
  for (let n = 0; n < table.rows.length; n++) {
    const logits = logitCell(table, n, column);
    if (logits.length !== classes) {
      throw new BadInput(`there are ${logits.length} numbers and ${classes} are wanted, one a class`, {
        where: cellPlace(table, n, column),
      });
    }
    out.set(logits, n * classes);
  }
  return out;
}

/** The column of a role: the named one, else the first usual name that is there. */
function roleColumn(table: RawTable, named: string, role: keyof typeof usualColumns): number | undefined {
  if (named !== "") return columnIndex(table, named);
  const found = usualColumns[role].find((name) => table.columns.includes(name));
  return found === undefined ? undefined : columnIndex(table, found);
}

function needColumn(table: RawTable, named: string, role: keyof typeof usualColumns, flag: string): number {
  const column = roleColumn(table, named, role);
  if (column !== undefined) return column;
  throw new BadInput(`there is no column ${usualColumns[role].map((name) => `"${name}"`).join(" or ")}`, {
    where: table.file,
    remedy: `Name it with --${flag}; the columns are ${table.columns.slice(0, 12).join(", ")}.`,
  });
}

/**
 * Reads predictions of two models: classes (`pred_a`, `pred_b`, `pred_ens`) or logits as lists (`logits_a`, `logits_b` and,
 * where there is one, `logits_ens`). With logits the ensemble may be left out, and labels are class numbers or names.
 */
export function readPredictions(table: RawTable, named: PredictionColumns): Predictions {
  const label = columnIndex(table, named.label);
  const [a, b] = [needColumn(table, named.a, "a", "a"), needColumn(table, named.b, "b", "b")];
  const rows = [...table.rows.keys()];
  const id = table.columns.indexOf(named.id);
  const ids = rows.map((n) => (id >= 0 ? (table.rows[n]?.[id] ?? "") : String(table.lines[n] ?? n + 1)));
  const labels = rows.map((n) => textCell(table, n, label));
  const isLogits = (column: number): boolean => (table.rows[0]?.[column] ?? "").trim().startsWith("[");
  if (!isLogits(a) && !isLogits(b)) {
    const ensemble = needColumn(table, named.ensemble, "ensemble", "ensemble");
    const texts = (column: number): string[] => rows.map((n) => textCell(table, n, column));
    return { ids, labels, a: texts(a), b: texts(b), ensemble: texts(ensemble) };
  }
  const ensemble = roleColumn(table, named.ensemble, "ensemble");
  const classes = logitCell(table, 0, a).length;
  if (named.classes.length > 0 && named.classes.length !== classes) {
    throw new BadInput(`${named.classes.length} classes are named and there are ${classes} logits a row`, {
      where: "--classes",
    });
  }
  const nameOf = (index: number): string => named.classes[index] ?? String(index);
  const logits: Logits = {
    classes,
    labels: Int32Array.from(rows, (n) => classIndex(table, n, label, classes, named.classes)),
    a: logitColumn(table, a, classes),
    b: logitColumn(table, b, classes),
    ...(ensemble === undefined ? {} : { ensemble: logitColumn(table, ensemble, classes) }),
  };
  const chosen = (scores: Float32Array): string[] => Array.from(argmaxRows(scores, classes), nameOf);
  return {
    ids,
    labels: Array.from(logits.labels, nameOf),
    a: chosen(logits.a),
    b: chosen(logits.b),
    ensemble: logits.ensemble ? chosen(logits.ensemble) : [],
    logits,
  };
}

function classIndex(table: RawTable, row: number, column: number, classes: number, names: readonly string[]): number {
  const text = textCell(table, row, column);
  const index = names.length > 0 ? names.indexOf(text) : /^\d+$/.test(text) ? Number(text) : -1;
  if (index >= 0 && index < classes) return index;
  throw new BadInput(
    `"${text.slice(0, 40)}" is not ${names.length > 0 ? `one of ${names.slice(0, 10).join(", ")}` : `a class from 0 to ${classes - 1}`}`,
    {
      where: cellPlace(table, row, column),
      ...(names.length > 0 ? {} : { remedy: "Names of classes are given in the order of the logits with --classes." }),
    },
  );
}
