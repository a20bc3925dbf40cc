import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import type { Random } from "../../../kit/random.ts";
import { cellNumberRequired, cellPlace, columnIndex, type RawTable, readTable } from "../../../kit/tables.ts";
import type { Architecture } from "./architecture.ts";

/** Rows of numbers for a network, with the class of every row where labels were asked for. */
export interface Rows {
  /** count × features */
  values: Float32Array;
  count: number;
  labels?: Int32Array;
}

export interface RowsOptions {
  /** Values a row must have. */
  features: number;
  /** Name of the label column. It is never a feature, and it is read when `needLabels`. */
  label: string;
  /** "where there": labels are read from files that have them, and not missed in others. */
  needLabels: boolean | "where there";
  classes: number;
  names?: Architecture["classes"];
  /** Most rows used; a larger file is sampled. */
  most: number;
  random: Random;
}

const maxBytes = 256 << 20;

/** Reads rows of a CSV, TSV, Parquet or JSON Lines file; every problem is named by line and column. */
export async function readRows(file: InputFile, options: RowsOptions): Promise<Rows> {
  return rowsOf(await readTable(file, { maxBytes }), options);
}

/** The rows of a table that has been read. */
export function rowsOf(table: RawTable, options: RowsOptions): Rows {
  const { features, label, needLabels, most, random } = options;
  const labelColumn = needLabels === true ? columnIndex(table, label) : table.columns.indexOf(label);
  const withLabels = needLabels !== false && labelColumn >= 0;
  const columns = [...table.columns.keys()].filter((column) => column !== labelColumn);
  if (columns.length !== features) {
    const beside = labelColumn >= 0 ? ` beside "${label}"` : "";
    throw new BadInput(`there are ${columns.length} columns${beside} and the network takes ${features} values`, {
      where: table.file,
    });
  }
  const all = [...table.rows.keys()];
  const chosen = all.length > most ? random.sample(all, most).sort((a, b) => a - b) : all;
  const values = new Float32Array(chosen.length * features);
  const labels = new Int32Array(withLabels ? chosen.length : 0);
  for (const [n, row] of chosen.entries()) {
    for (const [i, column] of columns.entries()) {
      const value = cellNumberRequired(table, row, column);
      if (Math.abs(value) > 1e30) {
        throw new BadInput(`${value} is too large; the limit is 1e30`, { where: cellPlace(table, row, column) });
      }
      values[n * features + i] = value;
    }
    if (withLabels) labels[n] = classOf(table, row, labelColumn, options);
  }
  return { values, count: chosen.length, ...(withLabels ? { labels } : {}) };
}

function classOf(table: RawTable, row: number, column: number, { classes, names }: RowsOptions): number {
  const text = (table.rows[row]?.[column] ?? "").trim();
  const index = names ? names.indexOf(text) : /^\d+$/.test(text) ? Number(text) : -1;
  if (index >= 0 && index < classes) return index;
  const wanted = names ? `one of ${names.slice(0, 10).join(", ")}` : `a class from 0 to ${classes - 1}`;
  throw new BadInput(`"${text.slice(0, 40)}" is not ${wanted}`, { where: cellPlace(table, row, column) });
}
