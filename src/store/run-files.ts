import { randomBytes } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { type FileRecord, insertFiles, type NewFile, readFileParts } from "./files.ts";
import { type ByteRange, type FileHome, MissingFile } from "./homes/home.ts";
import { rowsOf } from "./rows.ts";
import { runFiles } from "./schema.ts";
import type { Db, Store } from "./store.ts";

/** Files whose bytes are where they will stay, waiting for the transaction that says whose they are. */
export interface PlacedFiles {
  direction: "in" | "out";
  files: readonly NewFile[];
  /** One for each, "RUN/in/0-x7d2"; null in the database. */
  places: readonly (string | null)[];
}

/** What was put somewhere and never used may belong to a transaction under way for this long. */
const orphanMinutes = 60;
const sweepBatch = 20;

type FileKey = Pick<FileRecord, "direction" | "position">;

/**
 * The files of runs: what they are in the database, and their bytes there too or in a home outside it. A file is there for readers once the transaction that
 * stores it has ended, and then whole.
 */
export class RunFiles {
  readonly #db: Db;
  readonly #home: FileHome | undefined;

  constructor({ db }: Pick<Store, "db">, home?: FileHome) {
    this.#db = db;
    this.#home = home;
  }

  /** Puts the bytes where they will stay, before the transaction: it may take long. What no transaction claims goes with a later sweep. */
  async place(runId: string, direction: "in" | "out", files: readonly NewFile[]): Promise<PlacedFiles> {
    const home = this.#home;
    if (!home || files.length === 0) return { direction, files, places: files.map(() => null) };
    // An attempt that was given up never writes into its successor's files.
    const places = files.map((_, i) => `${runId}/${direction}/${i}-${randomBytes(6).toString("hex")}`);
    await this.#db.execute(sql`
      insert into livepapers.file_places (place) values ${sql.join(
        places.map((place) => sql`(${place})`),
        sql`, `,
      )}`);
    for (const [i, { bytes, mediaType }] of files.entries()) await home.put(places[i] ?? "", bytes, mediaType);
    return { direction, files, places };
  }

  /** Says whose they are, in the transaction that stores the run or its end. */
  async insert(tx: Db, runId: string, { direction, files, places }: PlacedFiles): Promise<void> {
    if (!this.#home) return insertFiles(tx, runId, direction, files);
    for (const [position, { role, name, mediaType, bytes }] of files.entries()) {
      const place = places[position] ?? null;
      const claimed = await tx.execute(
        sql`update livepapers.file_places set used = true where place = ${place} returning place`,
      );
      if (rowsOf(claimed).length === 0) throw new Error(`${place} has been swept away`);
      const size = bytes.byteLength;
      await tx.insert(runFiles).values({ runId, direction, position, role, name, mediaType, size, place });
    }
  }

  /** The bytes of a file, a piece at a time; nothing for an unknown one. Throws `MissingFile`, also when its home is another than this process knows. */
  async *read(runId: string, { direction, position }: FileKey, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const [found] = await this.#db
      .select({ place: runFiles.place })
      .from(runFiles)
      .where(and(eq(runFiles.runId, runId), eq(runFiles.direction, direction), eq(runFiles.position, position)));
    if (!found) return;
    if (found.place === null) yield* cut(readFileParts(this.#db, runId, direction, position), range);
    else if (this.#home) yield* this.#home.read(found.place, range);
    else throw new MissingFile(found.place, "the database, which LIVEPAPERS_FILES names");
  }

  /** A whole file. */
  async readWhole(runId: string, file: FileKey & { size: number }): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(file.size);
    let at = 0;
    for await (const part of this.read(runId, file)) {
      bytes.set(part, at);
      at += part.byteLength;
    }
    if (at !== file.size) throw new Error(`a file of run ${runId} has ${at} bytes, not ${file.size}`);
    return bytes;
  }

  /**
   * Removes from their home the files of runs that are no more, and what an interrupted process has put there for none. Any number of processes may do it
   * at once. Resolves with how many it removed.
   */
  async sweep(): Promise<number> {
    const home = this.#home;
    if (!home) return 0;
    for (let removed = 0; ; ) {
      const swept = await this.#db.transaction(async (tx) => {
        const result = await tx.execute(sql`
          select p.place from livepapers.file_places p
          where (p.used or p.at < now() - make_interval(mins => ${orphanMinutes}::integer))
            and not exists (select 1 from livepapers.run_files f where f.place = p.place)
          limit ${sweepBatch} for update skip locked`);
        const places = rowsOf<{ place: string }>(result).map(({ place }) => place);
        if (places.length === 0) return 0;
        await Promise.all(places.map((place) => home.delete(place)));
        await tx.execute(sql`delete from livepapers.file_places where place in ${places}`);
        return places.length;
      });
      removed += swept;
      if (swept < sweepBatch) return removed;
    }
  }
}

/** The bytes from `start` to `end` of what comes in pieces. */
async function* cut(
  parts: AsyncIterable<Uint8Array>,
  { start, end = Number.POSITIVE_INFINITY }: ByteRange = { start: 0 },
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const part of parts) {
    const own = part.subarray(Math.max(0, start - at), Math.max(0, end - at));
    at += part.byteLength;
    if (own.byteLength > 0) yield own;
    if (at >= end) return;
  }
}
