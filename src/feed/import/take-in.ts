import { writeCursor } from "../../store/cursors.ts";
import { isDataFault } from "../../store/outage.ts";
import { type ImportCounts, type ImportedPaper, type ImportSource, importPapers } from "../../store/papers.ts";
import { type Db, reasonOf } from "../../store/store.ts";
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

interface Placed {
  where: string;
  paper: ImportedPaper;
}

interface Stored {
  counts: ImportCounts;
  /** What the database did not take, and why. */
  refused: [where: string, why: string][];
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
    const { onSkip = () => {}, now = () => new Date(), signal } = this.#context;
    signal?.throwIfAborted();
    const papers = new Map<string, Placed>();
    const left: [where: string, why: string][] = [];
    for (const { where, value, problem } of entries) {
      try {
        if (problem !== undefined) throw new BadEntry(problem);
        const paper = readEntry(value, now());
        const other = papers.get(paper.arxiv);
        if (!other || paper.version >= other.paper.version) papers.set(paper.arxiv, { where, paper });
      } catch (error) {
        if (!(error instanceof BadEntry)) throw error;
        left.push([where, error.message]);
      }
    }
    const stored = await this.#store([...papers.values()], token, left.length);
    left.push(...stored.refused);
    for (const [where, why] of left) onSkip(where, why);
    this.report.added += stored.counts.added;
    this.report.updated += stored.counts.updated;
    this.report.unchanged += stored.counts.unchanged;
    this.report.skipped += left.length;
  }

  async #store(papers: readonly Placed[], token: unknown, skipped: number): Promise<Stored> {
    const { db } = this.#context;
    const all = papers.map(({ paper }) => paper);
    const noteCursor = (tx: Db, { counts, refused }: Stored): Promise<void> =>
      writeCursor(tx, this.#cursor, token, {
        papers: counts.added + counts.updated,
        skipped: skipped + refused.length,
      });
    try {
      return await db.transaction(async (tx) => {
        const stored: Stored = { counts: await importPapers(tx, all, this.#source), refused: [] };
        await noteCursor(tx, stored);
        return stored;
      });
    } catch (error) {
      if (!isDataFault(error)) throw error;
    }
    // The database refuses one of them, and with it all: each by itself, so that the others are taken.
    return await db.transaction(async (tx) => {
      const stored = await this.#storeSingly(tx, papers);
      await noteCursor(tx, stored);
      return stored;
    });
  }

  async #storeSingly(tx: Db, papers: readonly Placed[]): Promise<Stored> {
    const stored: Stored = { counts: { added: 0, updated: 0, unchanged: 0 }, refused: [] };
    for (const { where, paper } of papers) {
      try {
        const { added, updated, unchanged } = await tx.transaction((part) => importPapers(part, [paper], this.#source));
        stored.counts.added += added;
        stored.counts.updated += updated;
        stored.counts.unchanged += unchanged;
      } catch (error) {
        if (!isDataFault(error)) throw error;
        stored.refused.push([where, `the database does not take it: ${reasonOf(error)}`]);
      }
    }
    return stored;
  }
}
