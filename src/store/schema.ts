import { boolean, doublePrecision, integer, pgSchema, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { ClaimOutcome, Scale } from "../kit/paper.ts";
import { bytes, json } from "./json.ts";

export type RunState = "queued" | "running" | "done" | "bad input" | "limit" | "cancelled" | "failed";
/** Where a run was made. */
export type Origin = "server" | "browser" | "cli";

/** Our tables stand in a schema of their own, so that a database can be shared. The tables are made by migrations.ts; the two must agree. */
const schema = pgSchema("livepapers");

const time = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

export const meta = schema.table("meta", {
  key: text("key").primaryKey(),
  value: text("value").notNull(),
});

export const runs = schema.table("runs", {
  id: text("id").primaryKey(),
  kind: text("kind").$type<"claim" | "tool">().notNull(),
  slug: text("slug").notNull(),
  tool: text("tool"),
  scale: text("scale").$type<Scale>(),
  /** A 32-bit unsigned integer, which is wider than `integer`. */
  seed: doublePrecision("seed").notNull(),
  params: json("params").$type<Record<string, unknown>>().notNull(),
  /** The parameters are the defaults of the scale. */
  standard: boolean("standard").notNull(),
  state: text("state").$type<RunState>().notNull(),
  outcome: json("outcome"),
  verdict: text("verdict").$type<ClaimOutcome>(),
  origin: text("origin").$type<Origin>().notNull(),
  version: text("version").notNull(),
  platform: text("platform").notNull(),
  /** How often the run was started: the number of the log that run_events holds. */
  attempts: integer("attempts").notNull().default(0),
  /** How often its server died while it ran. */
  interruptions: integer("interruptions").notNull().default(0),
  cancelRequested: boolean("cancel_requested").notNull().default(false),
  /** Its job in the queue. */
  ticket: uuid("ticket"),
  /** Narrower limits than the server's. */
  timeLimitMs: integer("time_limit_ms"),
  memoryLimitMb: integer("memory_limit_mb"),
  created: time("created").notNull().defaultNow(),
  started: time("started"),
  finished: time("finished"),
  durationMs: integer("duration_ms"),
});

export const runEvents = schema.table(
  "run_events",
  {
    runId: text("run_id").notNull(),
    seq: integer("seq").notNull(),
    /** Milliseconds since the run started. */
    at: integer("at").notNull(),
    event: json("event").notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.seq] })],
);

export const runFiles = schema.table(
  "run_files",
  {
    runId: text("run_id").notNull(),
    /** 0, 1, 2, … within a run and direction. */
    position: integer("position").notNull(),
    direction: text("direction").$type<"in" | "out">().notNull(),
    /** The tool's input it is for; "" for outputs. */
    role: text("role").notNull(),
    name: text("name").notNull(),
    mediaType: text("media_type").notNull(),
    size: integer("size").notNull(),
    /** Where its bytes are in their home; null when they are in run_file_parts. */
    place: text("place"),
  },
  (table) => [primaryKey({ columns: [table.runId, table.direction, table.position] })],
);

/** The bytes of run_files, in pieces small enough to read one at a time. */
export const runFileParts = schema.table(
  "run_file_parts",
  {
    runId: text("run_id").notNull(),
    direction: text("direction").$type<"in" | "out">().notNull(),
    position: integer("position").notNull(),
    part: integer("part").notNull(),
    data: bytes("data").notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.direction, table.position, table.part] })],
);
