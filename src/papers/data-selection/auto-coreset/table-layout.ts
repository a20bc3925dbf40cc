import { BadInput } from "../../../kit/errors.ts";
import { checkMagnitude, parseNumber } from "../../../kit/tables.ts";

/** Which columns of a reader's table are features, and which the target. */
export interface Layout {
  file: string;
  columns: readonly string[];
  /** Positions of the features. */
  features: readonly number[];
  /** Position of the target; undefined without one. */
  target: number | undefined;
  /** Columns left out because they are no numbers. */
  leftOut: readonly string[];
}

export interface LayoutOptions {
  target: string;
  features: readonly string[];
  /** Whether the problem has a target; k-means has none, and leaves a column named as one out of the features. */
  needsTarget: boolean;
}

/** Records that decide, unless features are named, which columns are numbers. */
export const lookedAt = 200;

function positionOf(file: string, columns: readonly string[], name: string, flag: string): number {
  const index = columns.indexOf(name);
  if (index >= 0) return index;
  const shown = columns.slice(0, 12).join(", ");
  throw new BadInput(`${file} has no column "${name}"`, {
    where: flag,
    remedy: `The columns are ${shown}${columns.length > 12 ? ", …" : ""}.`,
  });
}

function isNumber(cell: string): boolean | undefined {
  try {
    return parseNumber(cell, () => "") === undefined ? undefined : true;
  } catch {
    return false;
  }
}

/**
 * The features are the columns named, or all but the target in which the first records have numbers and gaps only. Refuses unknown
 * names, a target among the features, a missing target and a table without features.
 */
export function layoutOf(
  file: string,
  columns: readonly string[],
  first: readonly (readonly string[])[],
  { target: targetName, features: named, needsTarget }: LayoutOptions,
): Layout {
  if (needsTarget && targetName === "") {
    throw new BadInput("no target was named", {
      where: "--target",
      remedy: `It is one of the columns of ${file}: ${columns.slice(0, 12).join(", ")}${columns.length > 12 ? ", …" : ""}.`,
    });
  }
  const target = targetName === "" ? undefined : positionOf(file, columns, targetName, "--target");
  if (columns.includes("weight")) {
    throw new BadInput('the table has a column "weight" already', {
      where: file,
      remedy: "Rename it: the coreset's weights are written under this name.",
    });
  }
  if (named.length > 0) {
    const features = [...new Set(named.map((name) => positionOf(file, columns, name, "--features")))];
    if (target !== undefined && features.includes(target))
      throw new BadInput(`"${targetName}" is the target and cannot be a feature`, { where: "--features" });
    return { file, columns, features, target, leftOut: [] };
  }
  const features: number[] = [];
  const leftOut: string[] = [];
  for (const [i, name] of columns.entries()) {
    if (i === target) continue;
    const kinds = first.map((cells) => isNumber(cells[i] ?? ""));
    if (kinds.includes(false) || !kinds.includes(true)) leftOut.push(name);
    else features.push(i);
  }
  if (features.length === 0) {
    throw new BadInput("no column but the target has numbers", {
      where: file,
      remedy: "Turn text into numbers first, or name columns with --features.",
    });
  }
  return { file, columns, features, target, leftOut };
}

/** What to do with a record that has a gap in a feature or the target. */
export const missingRules = ["refuse", "skip"] as const;
export type MissingRule = (typeof missingRules)[number];

/**
 * Reads a record's features into `out` from `at` on; false when the record has a gap and gaps are skipped. A gap that is refused,
 * and a cell that is no finite number, are named by line and column.
 */
export function readFeatures(
  { file, columns, features }: Layout,
  cells: readonly string[],
  line: number,
  out: Float64Array,
  at: number,
  missing: MissingRule,
): boolean {
  for (let j = 0; j < features.length; j++) {
    const column = features[j] as number;
    const cell = cells[column] ?? "";
    const where = (): string => `${file}, line ${line}, column ${columns[column]}`;
    const plain = cell === "" ? Number.NaN : Number(cell);
    if (Number.isFinite(plain)) {
      out[at + j] = checkMagnitude(plain, where);
      continue;
    }
    const value = parseNumber(cell, where);
    if (value === undefined) {
      if (missing === "skip") return false;
      throw gap(where());
    }
    out[at + j] = value;
  }
  return true;
}

export function gap(where: string): BadInput {
  return new BadInput("the cell is empty or NaN", {
    where,
    remedy: "Fill it, or leave such rows out with --missing skip.",
  });
}

/** A target of a regression, or undefined for a gap. */
export function targetNumber(cell: string, where: () => string): number | undefined {
  const value = parseNumber(cell, where);
  return value === undefined ? undefined : checkMagnitude(value, where);
}

/** A class label as text, or undefined for a gap: what a number looks like does not matter ("1.0" is "1"). */
export function classLabel(cell: string): string | undefined {
  const text = cell.trim();
  if (["", "na", "n/a", "nan", "null"].includes(text.toLowerCase())) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? String(number) : text;
}

/**
 * The label that counts as 1 of a binary problem, the others as −1: `positive` when given, else the later of two in order of number
 * or alphabet. Refuses one class only, and more than two without `positive`.
 */
export function positiveLabel(labels: Iterable<string>, positive: string, where: string): string {
  const distinct = [...new Set(labels)];
  if (distinct.length < 2) {
    throw new BadInput(`the target has ${distinct.length === 1 ? `one class only, "${distinct[0]}"` : "no class"}`, {
      where,
      remedy: "Two are needed.",
    });
  }
  if (positive !== "") {
    const wanted = classLabel(positive) ?? positive;
    if (distinct.includes(wanted)) return wanted;
    throw new BadInput(`no row has the class "${positive.slice(0, 40)}"`, { where: "--positive" });
  }
  if (distinct.length > 2) {
    throw new BadInput(`the target has more than two classes: ${distinct.slice(0, 5).join(", ")}, …`, {
      where,
      remedy: "Set one against the rest with --positive, or choose --problem regression for numbers.",
    });
  }
  const numbers = distinct.every((label) => Number.isFinite(Number(label)));
  distinct.sort(numbers ? (a, b) => Number(a) - Number(b) : undefined);
  return distinct[1] as string; // of two
}
