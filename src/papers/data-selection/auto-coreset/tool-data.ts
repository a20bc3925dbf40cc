import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import type { Random } from "../../../kit/random.ts";
import { type RawTable, readTable } from "../../../kit/tables.ts";
import type { Matrix } from "./problem.ts";
import {
  classLabel,
  gap,
  type Layout,
  layoutOf,
  lookedAt,
  type MissingRule,
  positiveLabel,
  readFeatures,
  targetNumber,
} from "./table-layout.ts";

/** A reader's table as numbers. */
export interface ToolData {
  table: RawTable;
  layout: Layout;
  X: Matrix;
  y: Float64Array | null;
  /** Row of the table that each row of X is. */
  rows: Int32Array;
  skipped: number;
  /** The label that counts as 1, in classification. */
  positive: string | undefined;
}

export interface DataOptions {
  target: string;
  features: readonly string[];
  positive: string;
  missing: MissingRule;
  needsTarget: boolean;
  classes: boolean;
}

export async function readToolData(file: InputFile, options: DataOptions): Promise<ToolData> {
  const table = await readTable(file);
  const layout = layoutOf(file.name, table.columns, table.rows.slice(0, lookedAt), options);
  const { width } = layout;
  const data = new Float64Array(table.rows.length * width);
  const rows = new Int32Array(table.rows.length);
  const labels: string[] = [];
  const numbers: number[] = [];
  let count = 0;
  for (const [r, cells] of table.rows.entries()) {
    const line = table.lines[r] ?? r + 2;
    if (!readFeatures(layout, cells, line, data, count * width, options.missing)) continue;
    if (options.needsTarget && layout.target !== undefined) {
      const where = (): string => `${file.name}, line ${line}, column ${options.target}`;
      const cell = cells[layout.target] ?? "";
      const value = options.classes ? classLabel(cell) : targetNumber(cell, where);
      if (value === undefined) {
        if (options.missing === "skip") continue;
        throw gap(where());
      }
      if (typeof value === "string") labels.push(value);
      else numbers.push(value);
    }
    rows[count++] = r;
  }
  if (count === 0) throw new BadInput("every row has a gap", { where: file.name });
  const positive = options.classes
    ? positiveLabel(labels, options.positive, `${file.name}, column ${options.target}`)
    : undefined;
  return {
    table,
    layout,
    X: { data: data.slice(0, count * width), rows: count, columns: width },
    y: !options.needsTarget
      ? null
      : positive === undefined
        ? Float64Array.from(numbers)
        : Float64Array.from(labels, (label) => (label === positive ? 1 : -1)),
    rows: rows.slice(0, count),
    skipped: table.rows.length - count,
    positive,
  };
}

/** Positions for training and testing, a share of each class to the test; a class of one row stays in training. */
export function splitRows(
  count: number,
  classes: Float64Array | null,
  share: number,
  random: Random,
): { train: Int32Array; test: Int32Array } {
  const groups = new Map<number, number[]>();
  for (const i of random.permutation(count)) {
    const key = classes ? (classes[i] as number) : 0;
    const group = groups.get(key) ?? [];
    group.push(i);
    groups.set(key, group);
  }
  const test: number[] = [];
  const train: number[] = [];
  for (const group of groups.values()) {
    const taken = Math.min(group.length - 1, Math.round(share * group.length));
    test.push(...group.slice(0, taken));
    train.push(...group.slice(taken));
  }
  const ascending = (list: number[]): Int32Array => Int32Array.from(list).sort();
  return { train: ascending(train), test: ascending(test) };
}
