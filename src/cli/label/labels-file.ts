import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { BadInput } from "../../kit/errors.ts";
import type { LabelAnswer } from "../../kit/label-session.ts";

const format = "livepapers labels";
const head = z.looseObject({ format: z.literal(format), identity: z.record(z.string(), z.unknown()) });
const answer = z.object({ row: z.number().int().min(0), label: z.string().nullable() });

/** Labels as they were kept: what they belong to, the answers in order, and the bytes that hold them. */
export interface KeptLabels {
  identity: Record<string, unknown> | undefined;
  answers: LabelAnswer[];
  /** Bytes up to the end of the last whole line; what a kill cut off lies behind. */
  whole: number;
}

function parse(text: string, path: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadInput("the line is not one that a labelling session wrote", { where: `${path}, line ${line}` });
  }
}

/** Reads a labels file; one that is not there is empty. A last line without its end is left out. */
export function readLabels(path: string): KeptLabels {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { identity: undefined, answers: [], whole: 0 };
    throw unwritable(path, error);
  }
  const whole = bytes.lastIndexOf(0x0a) + 1;
  const lines = bytes.subarray(0, whole).toString("utf8").split("\n").slice(0, -1);
  if (lines.length === 0) {
    if (bytes.length > 0 && !`{"format":"${format}"`.startsWith(bytes.toString("utf8").slice(0, 20))) {
      throw new BadInput("this is no file of labels", { where: path, remedy: "Give another --out." });
    }
    return { identity: undefined, answers: [], whole: 0 };
  }
  const [first = "", ...rest] = lines;
  const found = head.safeParse(first.startsWith("{") ? parse(first, path, 1) : undefined);
  if (!found.success) throw new BadInput("this is no file of labels", { where: path, remedy: "Give another --out." });
  const answers = rest.map((text, i): LabelAnswer => {
    const read = answer.safeParse(parse(text, path, i + 2));
    if (read.success) return read.data;
    throw new BadInput("the line is not one that a labelling session wrote", { where: `${path}, line ${i + 2}` });
  });
  return { identity: found.data.identity, answers, whole };
}

function unwritable(path: string, error: unknown): BadInput {
  return new BadInput(`the labels cannot be kept there (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`, {
    where: path,
    remedy: "Give another --out.",
  });
}

/** A labels file being written: every line is on the disk when `append` returns. */
export class LabelsFile {
  readonly path: string;
  readonly #handle: number;
  #at: number;

  /** Opens the file behind its whole lines, and writes the identity into a new one; refuses labels of another session. */
  constructor(path: string, kept: KeptLabels, identity: Record<string, unknown>) {
    this.path = path;
    const plain = JSON.parse(JSON.stringify(identity)) as Record<string, unknown>;
    // What an identity has come to say since the labels were kept cannot speak against them.
    const other = Object.keys(kept.identity ?? {}).filter(
      (key) => !isDeepStrictEqual(kept.identity?.[key], plain[key]),
    );
    if (other.length > 0) {
      throw new BadInput(`the labels there belong to another session (${other.join(", ")})`, {
        where: path,
        remedy: "Give the same stream and options as before, or another --out.",
      });
    }
    try {
      this.#handle = openSync(path, kept.identity ? "r+" : "w");
      ftruncateSync(this.#handle, kept.whole);
    } catch (error) {
      throw unwritable(path, error);
    }
    this.#at = kept.whole;
    if (!kept.identity) this.#write({ format, identity });
  }

  append({ row, label }: LabelAnswer): void {
    this.#write({ row, label });
  }

  #write(value: unknown): void {
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    for (let done = 0; done < line.length; ) {
      const count = writeSync(this.#handle, line, done, line.length - done, this.#at);
      done += count;
      this.#at += count;
    }
    fsyncSync(this.#handle);
  }

  close(): void {
    closeSync(this.#handle);
  }
}
