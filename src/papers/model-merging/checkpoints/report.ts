import { z } from "zod";
import type { Column, Row, Table } from "../../../kit/paper.ts";
import type { TensorEntry } from "../../../kit/safetensors.ts";
import { type Checkpoint, entryOf } from "./checkpoint.ts";

/** The option that every merging tool has. */
export const dryRun = z
  .boolean()
  .default(false)
  .describe("Check the files' headers, show what would be merged, and write nothing");

/** Endings of the files that make up checkpoints. */
export const checkpointEndings = [".safetensors", ".safetensors.index.json"];

const mostRows = 500;

/**
 * What becomes of every tensor, for the reader: name, shape, type (and the types it is merged from, where they differ),
 * treatment, and the coefficients where they are known.
 */
export function tensorTable(
  target: Checkpoint,
  others: readonly Checkpoint[],
  tensors: readonly { entry: TensorEntry; treatment: string }[],
  coefficients?: { labels: readonly string[]; of(tensor: string): readonly number[] },
): Omit<Table, "name"> {
  const shown = tensors.slice(0, mostRows);
  const typeOf = ({ name, dtype }: TensorEntry): string => {
    const types = new Set([target, ...others].map((checkpoint) => entryOf(checkpoint, name)?.dtype ?? dtype));
    return types.size > 1 ? `${dtype} (from ${[...types].join(", ")})` : dtype;
  };
  const columns: Column[] = [
    { key: "tensor", label: "tensor" },
    { key: "shape", label: "shape" },
    { key: "type", label: "type" },
    { key: "treatment", label: "treatment" },
    ...(coefficients?.labels ?? []).map((label, m): Column => ({ key: `lambda${m}`, label: `λ ${label}`, digits: 4 })),
  ];
  return {
    title: `Tensors${shown.length < tensors.length ? ` (the first ${mostRows} of ${tensors.length})` : ""}`,
    columns,
    rows: shown.map(({ entry, treatment }): Row => {
      const lambda = treatment === "kept" ? [] : (coefficients?.of(entry.name) ?? []);
      const kept = Object.fromEntries((coefficients?.labels ?? []).map((_, m) => [`lambda${m}`, lambda[m] ?? null]));
      return {
        tensor: entry.name,
        shape: entry.shape.join(" × "),
        type: treatment === "kept" ? entry.dtype : typeOf(entry),
        treatment,
        ...kept,
      };
    }),
  };
}

/** "3 parameters averaged, 2 kept from the first model": what was done, or would be. */
export function countsInWords(ways: readonly (readonly [count: number, way: string])[]): string {
  return ways
    .filter(([count]) => count > 0)
    .map(([count, way]) => `${count.toLocaleString("en")} ${way}`)
    .join(", ");
}
