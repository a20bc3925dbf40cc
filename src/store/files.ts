import { and, asc, eq, sql } from "drizzle-orm";
import { runFileParts, runFiles } from "./schema.ts";
import type { Db } from "./store.ts";

/** A part is read and written in one go, which on the embedded database keeps the process busy: 15 ms for this size. */
const partBytes = 512 << 10;

/** A file of a run: given to it, or made by it. */
export interface FileRecord {
  /** 0, 1, 2, … within a run and direction. */
  position: number;
  direction: "in" | "out";
  /** The tool's input it is for; "" for outputs. */
  role: string;
  name: string;
  mediaType: string;
  size: number;
}

export type NewFile = Pick<FileRecord, "role" | "name" | "mediaType"> & { bytes: Uint8Array };

/** Stores files, in order. Call it in a transaction; how much may be stored is for the caller to limit. */
export async function insertFiles(
  db: Db,
  runId: string,
  direction: "in" | "out",
  files: readonly NewFile[],
): Promise<void> {
  for (const [position, { role, name, mediaType, bytes }] of files.entries()) {
    const key = { runId, direction, position };
    await db.insert(runFiles).values({ ...key, role, name, mediaType, size: bytes.byteLength });
    for (let part = 0; part * partBytes < bytes.byteLength; part++) {
      const data = bytes.subarray(part * partBytes, (part + 1) * partBytes);
      // As base64, since PGlite's own way with bytes takes ten times as long.
      const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
      await db.insert(runFileParts).values({ ...key, part, data: sql`decode(${text}, 'base64')` });
    }
  }
}

export function listFiles(db: Db, runId: string): Promise<FileRecord[]> {
  return db
    .select({
      position: runFiles.position,
      direction: runFiles.direction,
      role: runFiles.role,
      name: runFiles.name,
      mediaType: runFiles.mediaType,
      size: runFiles.size,
    })
    .from(runFiles)
    .where(eq(runFiles.runId, runId))
    .orderBy(asc(runFiles.direction), asc(runFiles.position));
}

/** The bytes of a file, a part at a time; nothing for an unknown file. */
export async function* readFileParts(
  db: Db,
  runId: string,
  direction: "in" | "out",
  position: number,
): AsyncGenerator<Uint8Array> {
  for (let part = 0; ; part++) {
    const [found] = await db
      .select({ text: sql<string>`encode(${runFileParts.data}, 'base64')` })
      .from(runFileParts)
      .where(
        and(
          eq(runFileParts.runId, runId),
          eq(runFileParts.direction, direction),
          eq(runFileParts.position, position),
          eq(runFileParts.part, part),
        ),
      );
    if (!found) return;
    yield new Uint8Array(Buffer.from(found.text, "base64"));
  }
}

/** A whole file. */
export async function readStoredFile(
  db: Db,
  runId: string,
  { direction, position, size }: Pick<FileRecord, "direction" | "position" | "size">,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const part of readFileParts(db, runId, direction, position)) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
