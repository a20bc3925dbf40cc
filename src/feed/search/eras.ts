import { type SQL, sql } from "drizzle-orm";
import { rowsOf } from "../../store/rows.ts";
import type { Db } from "../../store/store.ts";
import { Fresh } from "../fresh.ts";

/** Serials of a thousand numbers, of a month and of a year, see `serialOf`. */
const thousand = 1e3;
const month = 1e7;
const year = 1e9;

/** The names of the thousand, the month and the year that a serial stands in: whole numbers that differ between the three. */
const eraOf = {
  thousand: (serial: number): number => Math.floor(serial / thousand) * 4,
  month: (serial: number): number => Math.floor(serial / month) * 4 + 1,
  year: (serial: number): number => Math.floor(serial / year) * 4 + 2,
};

/** The eras of a paper p, as the index `papers_found` has them: the same expression, to the letter of its numbers. */
export const erasColumn: SQL = sql.raw(
  "(array[p.serial / 1000 * 4, p.serial / 10000000 * 4 + 1, p.serial / 1000000000 * 4 + 2])",
);

/** How many thousands may have begun since the ages were asked for. */
const lately = 5;

/** How many papers are how new, by thousands of serials. */
export class Ages {
  /** Where the thousands begin that have papers, the newest first, and how many papers have at least these serials. */
  readonly #starts: readonly number[];
  readonly #counts: readonly number[];
  readonly total: number;

  constructor(thousands: readonly { start: number; papers: number }[]) {
    const sorted = [...thousands].sort((a, b) => b.start - a.start);
    let total = 0;
    this.#starts = sorted.map(({ start }) => start);
    this.#counts = sorted.map(({ papers }) => {
      total += papers;
      return total;
    });
    this.total = total;
  }

  /** The serial from which on there are at least `papers`, at the end of a thousand, and how many there are. */
  newest(papers: number): { serial: number; papers: number } {
    let [low, high] = [0, Math.max(0, this.#counts.length - 1)];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#counts[middle] ?? 0) < papers) low = middle + 1;
      else high = middle;
    }
    return { serial: this.#starts[low] ?? 0, papers: this.#counts[low] ?? 0 };
  }

  /** How many papers have ids of later years. */
  after(wanted: number): number {
    const end = (wanted + 1) * year;
    const at = this.#starts.findIndex((start) => start < end);
    return at < 0 ? this.total : (this.#counts[at - 1] ?? 0);
  }

  /** The eras of all papers with at least this serial, few of them: thousands in its month, months in its year, and years. */
  eras(first: number): number[] {
    const eras = new Set<number>();
    const add = (start: number): void => {
      if (eraOf.year(start) > eraOf.year(first)) eras.add(eraOf.year(start));
      else if (eraOf.month(start) > eraOf.month(first)) eras.add(eraOf.month(start));
      else if (start >= first) eras.add(eraOf.thousand(start));
    };
    for (const start of this.#starts) {
      if (start < first) break;
      add(start);
    }
    const last = this.#starts[0] ?? 0;
    for (let i = 1; i <= lately; i++) add(last + i * thousand);
    add((Math.floor(last / month) + 1) * month);
    add((Math.floor(last / year) + 1) * year);
    return [...eras];
  }
}

/** How old what is known of the ages may be. */
const knownMs = 10 * 60_000;

const known = new WeakMap<Db, Fresh<Ages>>();

/** The ages of a database's papers. */
export async function askAges(db: Db): Promise<Ages> {
  const result = await db.execute(sql`
    select (serial / 1000 * 1000)::double precision as start, count(*)::integer as papers
    from livepapers.papers where not hidden group by 1`);
  return new Ages(rowsOf<{ start: number; papers: number }>(result));
}

/** The same as they were some minutes ago, or when somebody last searched: the newest thousands are guessed, so that only the first to ask waits. */
export function agesOf(db: Db): Promise<Ages> {
  const fresh =
    known.get(db) ?? new Fresh<Ages>(knownMs, 1, () => performance.now(), { patience: Number.POSITIVE_INFINITY });
  known.set(db, fresh);
  return fresh.get("", () => askAges(db));
}
