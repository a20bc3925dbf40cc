import { writeCursor } from "../../store/cursors.ts";
import { type ImportCounts, type ImportedPaper, type ImportSource, importPapers } from "../../store/papers.ts";
import type { Db } from "../../store/store.ts";
import { readEntry } from "./entry.ts";
import { BadEntry } from "./failures.ts";

/** What an import did. */
export interface ImportReport extends ImportCounts {
  /** Entries left out, each of them told to `onSkip`. */
  skipped: number;
}

export interface ImportContext {
  db: Db;
  signal?: AbortSignal | undefined;
  now?: () => Date;
  onSkip?(where: string, why: string): void;
  /** `fraction` in [0, 1]. */
  onProgress?(fraction: number, message: string): void;
}

/** An entry as it came, or why it could not be read. */
export interface RawEntry {
  /** Where it stands, for the report, e.g. "arXiv 2401.01234v1" or "papers.jsonl, line 3". */
  where: string;
  value?: unknown;
  problem?: string;
}

/** What an import takes in, part by part. */
export class Intake {
  readonly report: ImportReport = { added: 0, updated: 0, unchanged: 0, skipped: 0 };
  readonly #context: ImportContext;
  readonly #source: ImportSource;
  readonly #cursor: string;

  constructor(context: ImportContext, source: ImportSource, cursor: string) {
    this.#context = context;
    this.#source = source;
    this.#cursor = cursor;
  }

  /** Stores entries and how far the import is, both or neither. Bad entries are reported and left out; of one id, the highest version is taken. */
  async take(entries: readonly RawEntry[], token: unknown): Promise<void> {
    const { db, onSkip = () => {}, now = () => new Date(), signal } = this.#context;
    signal?.throwIfAborted();
    const papers = new Map<string, ImportedPaper>();
    let skipped = 0;
    for (const entry of entries) {
      try {
        if (entry.problem !== undefined) throw new BadEntry(entry.problem);
        const paper = readEntry(entry.value, now());
        const other = papers.get(paper.arxiv);
        if (!other || paper.version >= other.version) papers.set(paper.arxiv, paper);
      } catch (error) {
        if (!(error instanceof BadEntry)) throw error;
        skipped++;
        onSkip(entry.where, error.message);
      }
    }
    const counts = await db.transaction(async (tx) => {
      const done = await importPapers(tx, [...papers.values()], this.#source);
      await writeCursor(tx, this.#cursor, token, { papers: done.added + done.updated, skipped });
      return done;
    });
    this.report.added += counts.added;
    this.report.updated += counts.updated;
    this.report.unchanged += counts.unchanged;
    this.report.skipped += skipped;
  }
}
