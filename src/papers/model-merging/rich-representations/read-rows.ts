import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import type { Random } from "../../../kit/random.ts";
import { openSafetensors, readTree } from "../../../kit/safetensors.ts";
import { cellNumberRequired, cellPlace, columnIndex, type RawTable, readTable } from "../../../kit/tables.ts";

/** Rows of numbers under named columns, with the text of each row's label where there is one. */
export interface NamedRows {
  /** count × columns */
  values: Float32Array;
  columns: string[];
  count: number;
  labels: string[];
}

export interface ReadOptions {
  /** Name of the label column; left out, no column is one. */
  label?: string;
  /** Columns wanted, in this order; others are passed over. All but the label column unless given. */
  columns?: readonly string[];
  /** Most rows taken; more are sampled. */
  most?: number;
  random?: Random;
}

const maxBytes = 256 << 20;
const maxValues = 50_000_000;

/** Reads a table of numbers; whatever is no number, and every empty label, is named by line and column. */
export async function readNamedRows(
  file: InputFile,
  { label, columns, most = Number.POSITIVE_INFINITY, random }: ReadOptions,
): Promise<NamedRows> {
  const table = await readTable(file, { maxBytes });
  const labelColumn = label === undefined ? -1 : columnIndex(table, label);
  const wanted = columns
    ? columns.map((name) => columnIndex(table, name))
    : [...table.columns.keys()].filter((column) => column !== labelColumn);
  if (wanted.length === 0) throw new BadInput("there is no column of features", { where: file.name });
  const all = [...table.rows.keys()];
  const rows = all.length > most && random ? random.sample(all, most).sort((a, b) => a - b) : all;
  if (rows.length * wanted.length > maxValues) {
    throw new BadInput(`the table has more than ${maxValues.toLocaleString("en")} values`, { where: file.name });
  }
  const values = new Float32Array(rows.length * wanted.length);
  for (const [n, row] of rows.entries()) {
    for (const [i, column] of wanted.entries()) values[n * wanted.length + i] = number(table, row, column);
  }
  return {
    values,
    columns: wanted.map((column) => table.columns[column] ?? ""),
    count: rows.length,
    labels: labelColumn < 0 ? [] : rows.map((row) => labelOf(table, row, labelColumn)),
  };
}

/** Values are kept in single precision and squared on the way. */
const largest = 1e15;

function number(table: RawTable, row: number, column: number): number {
  const value = cellNumberRequired(table, row, column);
  if (Math.abs(value) <= largest) return value;
  throw new BadInput(`${value} is too large; the limit is ${largest}`, { where: cellPlace(table, row, column) });
}

function labelOf(table: RawTable, row: number, column: number): string {
  const text = (table.rows[row]?.[column] ?? "").trim();
  if (text !== "") return text;
  throw new BadInput("the cell is empty and a label is wanted", { where: cellPlace(table, row, column) });
}

/** The label column alone, whatever else the table has. */
export async function readLabels(file: InputFile, label: string): Promise<string[]> {
  const table = await readTable(file, { maxBytes });
  const column = columnIndex(table, label);
  return table.rows.map((_, row) => labelOf(table, row, column));
}

/** Features that a network of the reader's gave for the rows of the target: a table, or a safetensors file with one matrix. */
export async function readFeatures(file: InputFile, count: number, label: string): Promise<NamedRows> {
  const rows = file.name.toLowerCase().endsWith(".safetensors")
    ? await readMatrix(file)
    : withoutColumn(await readNamedRows(file, {}), label);
  if (rows.count !== count) {
    throw new BadInput(`there are ${rows.count} rows of features and ${count} rows in the target`, {
      where: file.name,
      remedy: "Give one row of features for every row of the target, in the same order.",
    });
  }
  return rows;
}

async function readMatrix(file: InputFile): Promise<NamedRows> {
  const tree = await readTree(await openSafetensors(file), { maxParameters: maxValues });
  const [entry, ...others] = Object.entries(tree);
  if (!entry || others.length > 0) {
    throw new BadInput(`there are ${others.length + (entry ? 1 : 0)} tensors of numbers and one is wanted`, {
      where: file.name,
    });
  }
  const [name, { data, shape }] = entry;
  const [count = 0, width = 0] = shape;
  if (shape.length !== 2 || width === 0) {
    throw new BadInput(`the shape is [${shape}] and rows × features is wanted`, {
      where: `${file.name}, tensor "${name}"`,
    });
  }
  const bad = data.findIndex((value) => !(Math.abs(value) <= largest));
  if (bad >= 0) throw new BadInput(`element ${bad} is too large`, { where: `${file.name}, tensor "${name}"` });
  return { values: data, columns: Array.from({ length: width }, (_, i) => `${name}.${i}`), count, labels: [] };
}

function withoutColumn(rows: NamedRows, label: string): NamedRows {
  const at = rows.columns.indexOf(label);
  if (at < 0) return rows;
  const width = rows.columns.length;
  const columns = rows.columns.filter((_, i) => i !== at);
  if (columns.length === 0) throw new BadInput("there is no column of features");
  return { ...rows, columns, values: rows.values.filter((_, i) => i % width !== at) };
}

/** The classes in order of their names, and each row's place among them; refuses a single one, and too many. */
export function classesOf(
  labels: readonly string[],
  file: string,
  label: string,
): { classes: string[]; ids: Int32Array } {
  const classes = [...new Set(labels)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const where = `${file}, column ${label}`;
  if (classes.length < 2) {
    throw new BadInput(`all rows have the label "${(classes[0] ?? "").slice(0, 40)}"; two or more classes are wanted`, {
      where,
    });
  }
  if (classes.length > 200) {
    throw new BadInput(`there are ${classes.length} classes; the limit is 200`, {
      where,
      remedy: "Is it a column of classes?",
    });
  }
  const place = new Map(classes.map((name, i) => [name, i]));
  return { classes, ids: Int32Array.from(labels, (text) => place.get(text) ?? 0) };
}
