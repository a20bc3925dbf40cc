import { BadInput } from "../../../kit/errors.ts";
import { checkMagnitude, parseNumber } from "../../../kit/tables.ts";
import { kindsOf, mostKinds, writeIndicators } from "../word-kinds.ts";

/** A column to learn from: one number, or 0 and 1 for each kind of word. */
export interface Feature {
  column: number;
  /** The words that stand in the first records; others are of no kind. */
  kinds?: readonly string[];
}

/** Which columns of a reader's table are features, and which the target. */
export interface Layout {
  file: string;
  columns: readonly string[];
  features: readonly Feature[];
  /** Numbers that the features of a record make. */
  width: number;
  /** Position of the target; undefined without one. */
  target: number | undefined;
  /** Columns left out because they are neither numbers nor words of few kinds. */
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

/** Two to {@link mostKinds} kinds of words that come up again and again; names and the like are no kinds. */
function wordKinds(cells: readonly string[]): readonly string[] | undefined {
  const kinds = kindsOf(cells);
  return kinds.length >= 2 && kinds.length <= mostKinds && 2 * kinds.length <= cells.length ? kinds : undefined;
}

/** Columns of words of few kinds, which became numbers, by name. */
export const encodedColumns = ({ columns, features }: Layout): string[] =>
  features.flatMap(({ column, kinds }) => (kinds ? [columns[column] ?? ""] : []));

/** What each number of a record stands for, e.g. `amount` and `country=AT`. */
export const featureNames = ({ columns, features }: Layout): string[] =>
  features.flatMap(({ column, kinds }) => {
    const name = columns[column] ?? "";
    return kinds ? kinds.map((kind) => `${name}=${kind}`) : [name];
  });

/** What a note says of the columns: those encoded, and those left out. */
export function layoutNotes(layout: Layout): string[] {
  const encoded = encodedColumns(layout);
  return [
    ...(encoded.length > 0
      ? [
          `Words of few kinds became 0 and 1 for each kind: ${encoded.join(", ")}; a word that is not among the first ${lookedAt} rows counts as none of them.`,
        ]
      : []),
    ...(layout.leftOut.length > 0
      ? [`Left out, being neither numbers nor words of few kinds: ${layout.leftOut.join(", ")}.`]
      : []),
  ];
}

/**
 * The features are the columns named, or all but the target in which the first records have numbers and gaps only, or words of
 * few kinds. Refuses unknown names, a target among the features, a missing target and a table without features.
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
    const positions = [...new Set(named.map((name) => positionOf(file, columns, name, "--features")))];
    if (target !== undefined && positions.includes(target))
      throw new BadInput(`"${targetName}" is the target and cannot be a feature`, { where: "--features" });
    const features = positions.map((column): Feature => {
      const cells = first.map((record) => record[column] ?? "");
      const kinds = cells.some((cell) => isNumber(cell) === false) ? wordKinds(cells) : undefined;
      return kinds ? { column, kinds } : { column };
    });
    return { file, columns, features, width: widthOf(features), target, leftOut: [] };
  }
  const features: Feature[] = [];
  const leftOut: string[] = [];
  for (const [i, name] of columns.entries()) {
    if (i === target) continue;
    const cells = first.map((record) => record[i] ?? "");
    const numeric = cells.map(isNumber);
    const kinds = numeric.includes(false) ? wordKinds(cells) : undefined;
    if (kinds) features.push({ column: i, kinds });
    else if (numeric.includes(false) || !numeric.includes(true)) leftOut.push(name);
    else features.push({ column: i });
  }
  if (features.length === 0) {
    throw new BadInput("no column but the target has numbers or words of few kinds", {
      where: file,
      remedy: "Turn text into numbers first, or name columns with --features.",
    });
  }
  return { file, columns, features, width: widthOf(features), target, leftOut };
}

const widthOf = (features: readonly Feature[]): number =>
  features.reduce((sum, { kinds }) => sum + (kinds?.length ?? 1), 0);

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
  let to = at;
  for (const { column, kinds } of features) {
    const cell = cells[column] ?? "";
    if (kinds) {
      writeIndicators(kinds, cell, out, to);
      to += kinds.length;
      continue;
    }
    const where = (): string => `${file}, line ${line}, column ${columns[column]}`;
    const plain = cell === "" ? Number.NaN : Number(cell);
    if (Number.isFinite(plain)) {
      out[to++] = checkMagnitude(plain, where);
      continue;
    }
    const value = parseNumber(cell, where);
    if (value === undefined) {
      if (missing === "skip") return false;
      throw gap(where());
    }
    out[to++] = value;
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
    throw new BadInput(
      `the target has more than two classes: ${distinct.slice(0, 5).join(", ")}${distinct.length > 5 ? ", …" : ""}`,
      {
        where,
        remedy: "Set one against the rest with --positive, or choose --problem regression for numbers.",
      },
    );
  }
  const numbers = distinct.every((label) => Number.isFinite(Number(label)));
  distinct.sort(numbers ? (a, b) => Number(a) - Number(b) : undefined);
  return distinct[1] as string; // of two
}
