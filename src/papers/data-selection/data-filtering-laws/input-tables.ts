import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { cellNumberRequired, cellPlace, columnIndex, type RawTable, readJson, readTable } from "../../../kit/tables.ts";
import type { Checkpoint } from "./checkpoints.ts";

/** Buckets a tool takes: every number of them is a pool to predict. */
export const mostBuckets = 200;

/** Checkpoints a tool takes: the full grid is about 30 ms for each. */
export const mostCheckpoints = 5000;

const largest = 1e18;

function bucketName(table: RawTable, row: number, column: number): string {
  const name = table.rows[row]?.[column] ?? "";
  if (name === "") throw new BadInput("the bucket has no name", { where: cellPlace(table, row, column) });
  return name;
}

function positive(value: unknown, where: string): number {
  if (typeof value === "number" && value > 0 && value <= largest) return value;
  throw new BadInput(`${JSON.stringify(value) ?? "nothing"} stands there, and a number above 0 is wanted`, { where });
}

/** What the checkpoints measure. */
export interface Measurements {
  checkpoints: Checkpoint[];
  /** The column they stand in: errors and accuracies are shares, a loss is not. */
  metric: "error" | "accuracy" | "loss";
}

/** Checkpoints from columns `bucket`, `samples_seen` and one of `error`, `accuracy`, `loss`; an accuracy becomes an error. */
export async function readCheckpoints(file: InputFile): Promise<Measurements> {
  const table = await readTable(file, { maxRows: mostCheckpoints });
  const [bucketAt, seenAt] = [columnIndex(table, "bucket"), columnIndex(table, "samples_seen")];
  const metrics = (["error", "accuracy", "loss"] as const).filter((name) => table.columns.includes(name));
  const [metric] = metrics;
  if (metrics.length > 1) {
    throw new BadInput(`there are columns ${metrics.join(" and ")}, and one of them is wanted`, {
      where: file.name,
      remedy: "Remove the others.",
    });
  }
  if (metric === undefined) {
    throw new BadInput('there is no column "error", "accuracy" or "loss"', {
      where: file.name,
      remedy: `The columns are ${table.columns.slice(0, 12).join(", ")}.`,
    });
  }
  const valueAt = columnIndex(table, metric);
  const checkpoints = table.rows.map((_, r): Checkpoint => {
    const value = cellNumberRequired(table, r, valueAt);
    const where = cellPlace(table, r, valueAt);
    if (metric !== "loss" && !(value >= 0 && value <= 1)) {
      throw new BadInput(`the ${metric} is ${value} and not from 0 to 1`, {
        where,
        ...(value > 1 && value <= 100 ? { remedy: "It looks like percent: divide by 100." } : {}),
      });
    }
    const error = metric === "accuracy" ? 1 - value : value;
    if (!(error > 0) || error > 1e6)
      throw new BadInput(`the ${metric} is ${value}, which leaves no error to fit`, { where });
    return {
      bucket: bucketName(table, r, bucketAt),
      samplesSeen: positive(cellNumberRequired(table, r, seenAt), cellPlace(table, r, seenAt)),
      error,
    };
  });
  return { checkpoints, metric };
}

/** Unique samples of every bucket: a table with columns `bucket` and `size`, or a JSON object of names and sizes. */
export async function readSizes(file: InputFile): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const add = (name: string, size: number, where: string): void => {
    if (sizes.has(name)) throw new BadInput(`the bucket "${name}" has a size already`, { where });
    sizes.set(name, size);
  };
  if (file.name.toLowerCase().endsWith(".json")) {
    const value = await readJson(file, 1 << 20);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new BadInput("the file is not a JSON object of bucket names and sizes", { where: file.name });
    }
    for (const [name, size] of Object.entries(value)) add(name, positive(size, `${file.name}, "${name}"`), file.name);
  } else {
    const table = await readTable(file, { maxRows: 10_000 });
    const [bucketAt, sizeAt] = [columnIndex(table, "bucket"), columnIndex(table, "size")];
    for (let r = 0; r < table.rows.length; r++) {
      const size = positive(cellNumberRequired(table, r, sizeAt), cellPlace(table, r, sizeAt));
      add(bucketName(table, r, bucketAt), size, cellPlace(table, r, bucketAt));
    }
  }
  if (sizes.size === 0) throw new BadInput("there are no buckets", { where: file.name });
  if (sizes.size > mostBuckets)
    throw new BadInput(`there are ${sizes.size} buckets and at most ${mostBuckets} are taken`, { where: file.name });
  return sizes;
}
