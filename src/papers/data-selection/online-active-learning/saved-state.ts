import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import type { RawTable } from "../../../kit/tables.ts";
import { readJson } from "../../../kit/tables.ts";
import type { BudgetState } from "../label-budget.ts";
import type { EncoderState } from "./feature-encoder.ts";
import type { LearnerState } from "./learners.ts";
import { strategyNames } from "./strategies.ts";

/** Everything between two visits to a stream that grows. */
export interface SavedState {
  format: "livepapers online-active-learning";
  version: 1;
  target: string;
  classes: string[];
  /** Rows read, and a fingerprint of their features. */
  rows: number;
  fingerprint: number;
  strategy: (typeof strategyNames)[number];
  strategyState: unknown;
  detector: "none" | "ddm" | "adwin";
  detectorState: unknown;
  encoder: EncoderState;
  budget: BudgetState;
  learner: LearnerState;
  members: LearnerState[];
  /** Rows whose label was wanted and has not come. */
  pending: { row: number; x: number[]; score: number; probability: number }[];
}

const shape = z.looseObject({
  format: z.literal("livepapers online-active-learning"),
  version: z.literal(1),
  target: z.string(),
  classes: z.array(z.string()),
  rows: z.number().int().min(0),
  fingerprint: z.number(),
  strategy: z.enum(strategyNames),
  detector: z.enum(["none", "ddm", "adwin"]),
  encoder: z.looseObject({ columns: z.array(z.looseObject({ name: z.string() })), means: z.array(z.number()) }),
  budget: z.looseObject({ rate: z.number(), records: z.number(), labels: z.number() }),
  learner: z.looseObject({ kind: z.enum(["logistic", "naive-bayes", "prototypes"]), dimension: z.number() }),
  members: z.array(z.looseObject({ kind: z.enum(["logistic", "naive-bayes", "prototypes"]) })),
  pending: z.array(z.looseObject({ row: z.number().int().min(0), x: z.array(z.number()) })),
});

/** Reads a state written earlier; anything else is refused. */
export async function readState(file: InputFile): Promise<SavedState> {
  const value = await readJson(file);
  if (!shape.safeParse(value).success) {
    throw new BadInput("this is not a state that this tool wrote", {
      where: file.name,
      remedy: "Give the state.json of an earlier run.",
    });
  }
  return value as SavedState;
}

/** A number that changes when a feature of the first `rows` rows changes (FNV-1a over their cells). */
export function fingerprint(table: RawTable, positions: readonly number[], rows: number): number {
  let hash = 0x811c9dc5;
  for (let r = 0; r < rows; r++) {
    for (const position of positions) {
      const text = `${table.rows[r]?.[position] ?? ""}\u0001`;
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    }
  }
  return hash;
}
