import { createHash } from "node:crypto";
import { z } from "zod";
import { BadInput } from "../../kit/errors.ts";
import { formatBytes, type InputFile } from "../../kit/files.ts";
import { readCursor } from "../../store/cursors.ts";
import { type ImportContext, type ImportReport, Intake, type RawEntry } from "./take-in.ts";

/** How many lines are read so far. */
const tokenSchema = z.object({ line: z.int().min(0) });

/** Lines stored together. */
const batchSize = 500;
/** No entry needs this much; what is longer is left out like any bad entry. */
const longestLine = 1 << 20;
const headBytes = 1 << 16;

/**
 * Imports a file with one paper a line (JSON Lines, see docs/importing.md). A file that was left in the middle goes on at its line; one that was
 * read to its end is read again. A stream never goes on: nothing says that its lines are those of the last one.
 */
export async function importFile(file: InputFile, context: ImportContext): Promise<ImportReport> {
  const { db, onProgress = () => {} } = context;
  const source = await nameOf(file);
  const intake = new Intake(context, "file", source);
  const resumes = file.size !== undefined;
  const token = resumes ? (await readCursor(db, source))?.token : undefined;
  const stored = tokenSchema.safeParse(token).data?.line ?? 0;
  let batch: RawEntry[] = [];
  let count = 0;
  for await (const { number, text, bytes } of linesOf(file)) {
    if (text?.trim() !== "") count++;
    if (number <= stored) continue;
    const entry = readLine(text, `${file.name}, line ${number}`);
    if (entry) batch.push(entry);
    if (batch.length < batchSize) continue;
    await intake.take(batch, { line: resumes ? number : 0 });
    batch = [];
    onProgress(file.size ? bytes / file.size : 0, `line ${number} of ${file.name}`);
  }
  if (count === 0) throw new BadInput("the file is empty", { where: file.name });
  await intake.take(batch, { line: 0 });
  return intake.report;
}

/** A file is known by its size and beginning, so that it may be moved between two attempts. All streams are one source. */
async function nameOf(file: InputFile): Promise<string> {
  if (file.size === undefined) return "file:-";
  const head = await file.slice(0, headBytes);
  return `file:${createHash("sha256").update(`${file.size} `).update(head).digest("hex").slice(0, 32)}`;
}

function readLine(text: string | undefined, where: string): RawEntry | undefined {
  if (text === undefined) return { where, problem: `the line is longer than ${formatBytes(longestLine)}` };
  if (text.trim() === "") return undefined;
  try {
    return { where, value: JSON.parse(text) };
  } catch {
    return { where, problem: "the line is not JSON" };
  }
}

interface Line {
  /** From 1. */
  number: number;
  /** Undefined for a line that is too long. What is not UTF-8 in it is U+FFFD. */
  text: string | undefined;
  /** Of the file, up to the end of the chunk it stands in. */
  bytes: number;
}

/** Lines as bytes, decoded one by one: a line in another encoding spoils no other. */
async function* linesOf(file: InputFile): AsyncGenerator<Line> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: false });
  let rest: Uint8Array[] = [];
  let length = 0;
  let number = 0;
  let bytes = 0;
  const finish = (): Line => {
    const text = length > longestLine ? undefined : decoder.decode(Buffer.concat(rest));
    rest = [];
    length = 0;
    return { number: ++number, text, bytes };
  };
  for await (const chunk of file.stream()) {
    bytes += chunk.byteLength;
    for (let at = 0; at < chunk.byteLength; ) {
      const end = chunk.indexOf(10, at);
      const part = chunk.subarray(at, end < 0 ? undefined : end);
      length += part.byteLength;
      if (length <= longestLine) rest.push(part.slice());
      else rest = [];
      if (end < 0) break;
      yield finish();
      at = end + 1;
    }
  }
  if (length > 0) yield finish();
}
