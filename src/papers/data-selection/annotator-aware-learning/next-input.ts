import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { cellNumberRequired, cellPlace, columnIndex, type RawTable, readTable } from "../../../kit/tables.ts";
import type { Features } from "./em.ts";
import { cellName, type Names } from "./read-answers.ts";

/** Features by item, each column brought to mean 0 and deviation 1, and what a question about each item costs where a column says so. */
export async function readFeatures(
  file: InputFile,
  { item, itemCost }: { item: string; itemCost: string },
  items: Names,
): Promise<{ features: Features; prices?: Float64Array }> {
  const table = await readTable(file);
  const of = columnIndex(table, item);
  const cost = itemCost === "" ? undefined : columnIndex(table, itemCost);
  const columns = table.columns.map((_, c) => c).filter((c) => c !== of && c !== cost);
  if (columns.length === 0) throw new BadInput("the table has no column besides the item", { where: file.name });
  const width = columns.length;
  const values = new Float64Array(table.rows.length * width);
  table.rows.forEach((_, row) => {
    const name = cellName(table, row, of);
    if (items.find(name) !== undefined)
      throw new BadInput(`the item "${name}" stands on another line already`, { where: cellPlace(table, row, of) });
    items.number(name);
    columns.forEach((column, j) => {
      values[row * width + j] = cellNumberRequired(table, row, column);
    });
  });
  for (let j = 0; j < width; j++) {
    const column = Array.from({ length: table.rows.length }, (_, i) => values[i * width + j] as number);
    // Divided first, so that numbers near the largest that fit do not overflow.
    const mean = column.reduce((sum, x) => sum + x / column.length, 0);
    const spread = column.reduce((most, x) => Math.max(most, Math.abs(x - mean)), 0);
    const deviation =
      spread * Math.sqrt(column.reduce((sum, x) => sum + ((x - mean) / (spread || 1)) ** 2 / column.length, 0));
    column.forEach((x, i) => {
      values[i * width + j] = deviation > 0 && Number.isFinite(deviation) ? (x - mean) / deviation : 0;
    });
  }
  const features = { values, width };
  if (cost === undefined) return { features };
  return { features, prices: Float64Array.from(table.rows, (_, row) => cellPrice(table, row, cost)) };
}

function cellPrice(table: RawTable, row: number, column: number): number {
  const price = cellNumberRequired(table, row, column);
  if (!(price > 0)) throw new BadInput(`a cost of ${price} is not above 0`, { where: cellPlace(table, row, column) });
  return price;
}

/** Price of every annotator that can be asked, in the order of the table. */
export async function readPrices(
  file: InputFile,
  { annotator }: { annotator: string },
  annotators: Names,
): Promise<number[]> {
  const table = await readTable(file);
  const [who, cost] = [columnIndex(table, annotator), columnIndex(table, "cost")];
  return table.rows.map((_, row) => {
    const name = cellName(table, row, who);
    if (annotators.find(name) !== undefined)
      throw new BadInput(`the annotator "${name}" stands on another line already`, {
        where: cellPlace(table, row, who),
      });
    annotators.number(name);
    return cellPrice(table, row, cost);
  });
}

/** Pairs of earlier lists. */
export async function readAsked(
  files: readonly InputFile[],
  chosen: { item: string; annotator: string },
  items: Names,
  annotators: Names,
): Promise<{ item: number; annotator: number }[]> {
  const pairs: { item: number; annotator: number }[] = [];
  for (const file of files) {
    const table = await readTable(file);
    const [of, who] = [columnIndex(table, chosen.item), columnIndex(table, chosen.annotator)];
    table.rows.forEach((_, row) => {
      const item = items.find(cellName(table, row, of));
      if (item === undefined) throw stranger(cellPlace(table, row, of), table.rows[row]?.[of] ?? "");
      pairs.push({ item, annotator: annotators.number(cellName(table, row, who)) });
    });
  }
  return pairs;
}

/** The refusal of an item that has no row among the features. */
export const stranger = (where: string, item: string): BadInput =>
  new BadInput(`the item "${item}" has no features`, { where, remedy: "Give its row in --features." });

/**
 * Costs of mistakes from a table `true, decided, cost`, rows by the true class: 1 for any that it does not name, 0 for deciding rightly.
 * `strangers` counts its rows about labels that are no class.
 */
export async function readMistakes(
  file: InputFile,
  classes: Names,
): Promise<{ matrix: number[][]; strangers: number }> {
  const table = await readTable(file);
  const columns = { truth: columnIndex(table, "true"), decided: columnIndex(table, "decided") };
  const cost = columnIndex(table, "cost");
  const matrix = classes.list.map((_, c) => classes.list.map((_, j): number => (c === j ? 0 : 1)));
  let strangers = 0;
  for (const row of table.rows.keys()) {
    const price = cellNumberRequired(table, row, cost);
    const line = matrix[classes.find(cellName(table, row, columns.truth)) ?? -1];
    const decided = classes.find(cellName(table, row, columns.decided));
    if (line && decided !== undefined) line[decided] = price;
    else strangers += 1;
  }
  return { matrix, strangers };
}
