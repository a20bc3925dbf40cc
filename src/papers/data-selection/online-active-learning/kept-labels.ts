import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { readJsonLines } from "../../../kit/tables.ts";
import { fingerprint } from "./fingerprint.ts";
import type { StreamTable } from "./stream-table.ts";

/** What a labelling session says of its stream: enough to know it again when targets were filled in and rows have come. */
export interface StreamIdentity {
  target: string | undefined;
  rows: number;
  /** Of the features and the target. */
  fingerprint: number;
  /** Of every column but the target. Labels kept before it was written have none. */
  features?: number;
}

const identity: z.ZodType<StreamIdentity> = z.object({
  target: z.string(),
  rows: z.number().int().min(0),
  fingerprint: z.number(),
  features: z.number().optional(),
});

function featuresOf({ table, target }: StreamTable, rows: number): number {
  const others = table.columns.map((_, i) => i).filter((i) => i !== target);
  return fingerprint(table, others, rows);
}

/** The identity of a stream as it stands. */
export function identityOf(stream: StreamTable): StreamIdentity {
  const { table, target, features } = stream;
  const rows = table.rows.length;
  return {
    target: table.columns[target],
    rows,
    fingerprint: fingerprint(table, [...features, target], rows),
    features: featuresOf(stream, rows),
  };
}

function checkIdentity(stream: StreamTable, given: unknown, where: string): void {
  const read = identity.safeParse(given);
  if (!read.success) {
    throw new BadInput("the line does not say which stream the labels belong to", {
      where,
      remedy: "Give the file as the labelling session wrote it.",
    });
  }
  const { table, target, features } = stream;
  const kept = read.data;
  if (kept.target !== table.columns[target]) {
    throw new BadInput(`the labels are for the target "${kept.target}", not for "${table.columns[target]}"`, { where });
  }
  const same =
    kept.rows <= table.rows.length &&
    (kept.features === undefined
      ? fingerprint(table, [...features, target], kept.rows) === kept.fingerprint
      : featuresOf(stream, kept.rows) === kept.features);
  if (same) return;
  throw new BadInput(`the labels were given for ${kept.rows} rows that are not the first of ${table.file}`, {
    where,
    remedy: "Give the stream that was labelled; new rows belong at its end.",
  });
}

/**
 * Fills empty targets from the labels that a session kept: a head that says which stream they belong to, which must be this one,
 * and a line each with a row (from 0) and a label.
 */
export async function fillLabels(stream: StreamTable, file: InputFile): Promise<void> {
  const { labels } = stream;
  for await (const { value, line } of readJsonLines(file)) {
    const where = `${file.name}, line ${line}`;
    const record = (value ?? {}) as { row?: unknown; label?: unknown; identity?: unknown };
    if (record.identity !== undefined) checkIdentity(stream, record.identity, where);
    const { row, label } = record;
    if (row === undefined || label === null) continue; // the head of the file, or a skipped record
    if (typeof row !== "number" || typeof label !== "string") {
      throw new BadInput("a row number and a label are wanted", { where });
    }
    if (!(row in labels)) throw new BadInput(`the stream has no row ${row + 1}`, { where });
    labels[row] ??= label;
  }
}
