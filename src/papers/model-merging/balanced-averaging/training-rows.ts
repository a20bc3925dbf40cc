import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { biasName, initMlp, mlp, weightName } from "../../../kit/nets/mlp.ts";
import { mapTree, type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import { cellPlace, columnIndex, type RawTable, readTable } from "../../../kit/tables.ts";
import { type Architecture, parseArchitecture } from "../network/architecture.ts";

const maxClasses = 1000;
const maxBytes = 256 << 20;

/** Reads a table and puts its columns into the order of the first one: features by name, then the label. */
export async function readLike(file: InputFile, label: string, features?: readonly string[]): Promise<RawTable> {
  const table = await readTable(file, { maxBytes });
  const labelColumn = columnIndex(table, label);
  const own = table.columns.filter((name) => name !== label);
  if (own.length === 0) throw new BadInput(`there is no column beside "${label}"`, { where: table.file });
  const wanted = features ?? own;
  const extra = own.find((name) => !wanted.includes(name));
  if (extra !== undefined) {
    throw new BadInput(`the column "${extra}" is not in the first table`, {
      where: table.file,
      remedy: "All tables need the same features.",
    });
  }
  const order = [...wanted.map((name) => columnIndex(table, name)), labelColumn];
  return {
    ...table,
    columns: order.map((column) => table.columns[column] ?? ""),
    rows: table.rows.map((row) => order.map((column) => row[column] ?? "")),
  };
}

/** The classes that occur in tables whose last column is the label: numbers in their order, else names in theirs. */
export function classesOf(tables: readonly RawTable[]): string[] {
  const seen = new Set<string>();
  for (const table of tables) {
    const column = table.columns.length - 1;
    for (const [n, row] of table.rows.entries()) {
      const name = (row[column] ?? "").trim();
      if (name === "") throw new BadInput("the label is empty", { where: cellPlace(table, n, column) });
      seen.add(name);
      if (seen.size > maxClasses) {
        throw new BadInput(`there are more than ${maxClasses} classes`, {
          where: cellPlace(table, n, column),
          remedy: "Is it the label column? --label names it.",
        });
      }
    }
  }
  if (seen.size < 2) {
    throw new BadInput("there is one class only and two or more are wanted", { where: tables.at(-1)?.file ?? "" });
  }
  const names = [...seen];
  const numeric = names.every((name) => /^-?\d+$/.test(name));
  return numeric ? names.sort((a, b) => Number(a) - Number(b)) : names.sort();
}

/** Mean and standard deviation of every feature; 1 where a feature does not vary. */
export function scalesOf(values: Float32Array, width: number): { means: Float64Array; sds: Float64Array } {
  const count = values.length / width;
  const [means, sds] = [new Float64Array(width), new Float64Array(width)];
  for (const [i, value] of values.entries()) means[i % width] = (means[i % width] as number) + value / count;
  for (const [i, value] of values.entries()) {
    sds[i % width] = (sds[i % width] as number) + (value - (means[i % width] as number)) ** 2 / count;
  }
  return { means, sds: sds.map((variance) => (variance > 0 ? Math.sqrt(variance) : 1)) };
}

/** (x − mean) / sd for every feature. */
export function standardized(
  values: Float32Array,
  { means, sds }: ReturnType<typeof scalesOf>,
): Float32Array<ArrayBuffer> {
  const width = means.length;
  return Float32Array.from(values, (x, i) => (x - (means[i % width] as number)) / (sds[i % width] as number));
}

/** A model of standardised features as a model of the features themselves: the first layer takes the scaling over. */
export function unscaled(params: ParamTree, { means, sds }: ReturnType<typeof scalesOf>): ParamTree {
  const { data: weight, shape } = tensorOf(params, weightName(0));
  const outputs = shape[1] ?? 0;
  const shift = new Float64Array(outputs);
  for (const [i, value] of weight.entries()) {
    const input = Math.floor(i / outputs);
    const by = (value * (means[input] as number)) / (sds[input] as number);
    shift[i % outputs] = (shift[i % outputs] as number) + by;
  }
  return mapTree(params, (data, name) => {
    if (name === weightName(0)) return data.map((value, i) => value / (sds[Math.floor(i / outputs)] as number));
    if (name === biasName(0)) return data.map((value, i) => value - (shift[i] as number));
    return data.slice();
  });
}

/** A fresh network for tables: one hidden layer, or none. */
export function freshNetwork(
  inputs: number,
  hidden: number,
  classes: readonly string[],
  random: Random,
): { architecture: Architecture; params: ParamTree } {
  const sizes = hidden > 0 ? [inputs, hidden, classes.length] : [inputs, classes.length];
  const layers = hidden > 0 ? [0, 1] : [0];
  const architecture = parseArchitecture(
    {
      input: [inputs],
      layers: layers.flatMap((layer) => [
        ...(layer > 0 ? [{ type: "relu" }] : []),
        { type: "linear", name: `layers.${layer}` },
      ]),
      weights: "in-out",
      classes: [...classes],
    },
    "network.json",
  );
  return { architecture, params: initMlp(mlp(sizes), random, "torch") };
}
