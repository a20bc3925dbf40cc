import { type SQL, sql } from "drizzle-orm";
import { type FieldId, isField } from "../kit/fields.ts";
import { findPaperRow, type PaperRow, paperColumns, paperRow } from "../store/papers.ts";
import { rowsOf } from "../store/rows.ts";
import type { Db } from "../store/store.ts";
import { findCandidates, recentSignals, type Signals } from "./candidates.ts";
import { Fresh } from "./fresh.ts";
import { type Period, type PeriodName, parsePeriod, periodNames, periodOf } from "./periods.ts";
import { relatedRows } from "./related-rows.ts";
import { agesOf } from "./search/eras.ts";
import { type SearchOptions, type SearchResult, searchPapers } from "./search/search.ts";
import { type Placed, placeCandidates } from "./trending.ts";
import type { FeedView } from "./views.ts";

export interface FeedQuery {
  view: FeedView;
  field?: FieldId;
  /** Papers whose claim runs only. */
  runnable?: boolean;
  /** The period, e.g. 2026-W48; the latest one that has papers without. */
  when?: string;
  /** From 1; in every view but `newest`. */
  page?: number;
  /** In `newest`: goes on behind this cursor. */
  after?: string;
}

export interface FeedEntry {
  paper: PaperRow;
  /**
   * The ranks its signals gave it, in this list or, in `newest`, where it trends; null where they say nothing, and for the papers of a long period that
   * stand behind the ranked ones.
   */
  why: Placed | null;
}

export interface FeedPage {
  entries: FeedEntry[];
  page: number;
  /** The order of what trends is known; in `newest`, nobody waits for it. */
  ranked: boolean;
  /** Undefined in `newest`, where nobody counts. */
  pages?: number;
  /** The cursor of the page behind this one, in `newest`. */
  next?: string;
  period?: Period;
  /** Keys of the nearest periods that have papers. */
  earlier?: string;
  later?: string;
}

export interface FieldCount {
  field: FieldId | null;
  papers: number;
  runnable: number;
}

/** Papers on a page. */
export const pageSize = 25;
/** How old an order may be when it is shown. */
const orderMs = 60_000;
const countsMs = 5 * 60_000;
const mostOrders = 300;

/** An order, and how many papers the list has: in a long period, more than are ranked. */
interface Order {
  placed: Placed[];
  papers: number;
}

/** The feed: its views, page by page. */
export class Feed {
  readonly #db: Db;
  readonly #now: () => Date;
  readonly #orders: Fresh<Order>;
  readonly #counts: Fresh<FieldCount[]>;
  readonly #signals: Fresh<Signals>;

  constructor(db: Db, { now = () => new Date() }: { now?: () => Date } = {}) {
    this.#db = db;
    this.#now = now;
    const clock = (): number => now().getTime();
    this.#orders = new Fresh(orderMs, mostOrders, clock);
    this.#counts = new Fresh(countsMs, 1, clock);
    this.#signals = new Fresh(orderMs, 1, clock);
  }

  /** What was ordered and counted is made again when it is asked for next: something that shows at once was changed, such as a hidden paper. */
  forget(): void {
    this.#orders.clear();
    this.#counts.clear();
    this.#signals.clear();
  }

  /** There are new papers: what was ordered and counted is given once more at most, and the first page is made again now. */
  async refresh(): Promise<void> {
    for (const known of [this.#orders, this.#counts, this.#signals]) known.age();
    await this.warm();
  }

  /** Makes what the first page needs, so that its reader need not wait for it. */
  async warm(): Promise<void> {
    await Promise.all([this.counts(), this.#order({ view: "trending" }), agesOf(this.#db)]);
  }

  page(query: FeedQuery): Promise<FeedPage> {
    if (query.view === "newest") return this.#newest(query);
    const name = periodNames.find((known) => known === query.view);
    return name ? this.#ofPeriod(name, query) : this.#ordered(query);
  }

  /** The entry of a slug or an arXiv id, unless it is hidden. */
  find(name: string): Promise<PaperRow | undefined> {
    return findPaperRow(this.#db, name);
  }

  /** The entries of these slugs in their order, without hidden ones. */
  async listed(slugs: readonly string[]): Promise<PaperRow[]> {
    const papers = await this.#papers(slugs);
    return slugs.flatMap((slug) => papers.get(slug) ?? []);
  }

  search(text: string, options: SearchOptions): Promise<SearchResult> {
    return searchPapers(this.#db, text, options);
  }

  /** Papers on the same subject. */
  related(paper: PaperRow): Promise<PaperRow[]> {
    return relatedRows(this.#db, paper);
  }

  /** How many papers each field has. */
  counts(): Promise<FieldCount[]> {
    return this.#counts.get("", async () => {
      // Two counts, each of them answered by an index alone.
      const result = await this.#db.execute(sql`
        with every as (select field, count(*)::integer as papers from livepapers.papers where not hidden group by field),
        running as (select field, count(*)::integer as papers from livepapers.papers where runnable and not hidden group by field)
        select every.field, every.papers, coalesce(running.papers, 0) as runnable
        from every left join running on running.field is not distinct from every.field`);
      const rows = rowsOf<FieldCount>(result);
      return rows.map((row) => ({ ...row, field: row.field !== null && isField(row.field) ? row.field : null }));
    });
  }

  #order(query: FeedQuery, period?: Period): Promise<Order> {
    const key = `${period?.key ?? ""} ${query.field ?? ""} ${query.runnable ?? false}`;
    return this.#orders.get(key, async () => {
      const now = this.#now();
      const candidates = await findCandidates(this.#db, {
        now,
        recent: await this.#signals.get("", () => recentSignals(this.#db, now)),
        ...(query.field ? { field: query.field } : {}),
        ...(query.runnable ? { runnable: true } : {}),
        ...(period ? { since: period.since, until: period.until } : {}),
      });
      const placed = placeCandidates(candidates, pageSize);
      return { placed, papers: period ? await this.#size(query, period) : placed.length };
    });
  }

  /** How many papers a period has. */
  async #size(query: FeedQuery, period: Period): Promise<number> {
    const result = await this.#db.execute(sql`
      select count(*)::integer as papers from livepapers.papers where not hidden and ${within(period)} ${chosen(query)}`);
    return rowsOf<{ papers: number }>(result)[0]?.papers ?? 0;
  }

  /** The papers of a period behind those that are ranked, by the day of listing. */
  async #rest(query: FeedQuery, period: Period, placed: readonly Placed[], from: number, most: number) {
    const ranked = JSON.stringify(placed.map(({ slug }) => slug));
    const result = await this.#db.execute(sql`
      select ${paperColumns} from livepapers.papers p
      where not hidden and ${within(period)} ${chosen(query)} and p.slug not in (select jsonb_array_elements_text(${ranked}::jsonb))
      order by p.listed desc, p.serial desc, p.arxiv limit ${most} offset ${from}`);
    return rowsOf<PaperRow>(result).map((row): FeedEntry => ({ paper: paperRow(row), why: null }));
  }

  async #ordered(query: FeedQuery, period?: Period): Promise<FeedPage> {
    const order = await this.#order(query, period);
    const pages = Math.max(1, Math.ceil(order.papers / pageSize));
    const page = Math.min(Math.max(1, query.page ?? 1), pages);
    const [start, end] = [(page - 1) * pageSize, page * pageSize];
    const placed = order.placed.slice(start, end);
    const papers = await this.#papers(placed.map(({ slug }) => slug));
    const entries = placed.flatMap((why): FeedEntry[] => {
      const paper = papers.get(why.slug);
      return paper ? [{ paper, why }] : [];
    });
    if (period && placed.length < pageSize && end > order.placed.length && order.papers > order.placed.length) {
      const from = Math.max(0, start - order.placed.length);
      entries.push(...(await this.#rest(query, period, order.placed, from, pageSize - placed.length)));
    }
    return { entries, page, pages, ranked: true };
  }

  async #ofPeriod(name: PeriodName, query: FeedQuery): Promise<FeedPage> {
    const asked = query.when === undefined ? undefined : parsePeriod(name, query.when);
    const today = this.#now().toISOString().slice(0, 10);
    const latest = asked ? undefined : await this.#nearest(query, sql`listed <= ${today}::date`, "max");
    const period = asked ?? periodOf(name, latest ?? today);
    const [list, before, behind] = await Promise.all([
      this.#ordered(query, period),
      this.#nearest(query, sql`listed < ${period.since}::date`, "max"),
      this.#nearest(query, sql`listed >= ${period.until}::date and listed <= ${today}::date`, "min"),
    ]);
    return {
      ...list,
      period,
      ...(before ? { earlier: periodOf(name, before).key } : {}),
      ...(behind ? { later: periodOf(name, behind).key } : {}),
    };
  }

  /** The last or first day of listing under a condition. */
  async #nearest(query: FeedQuery, condition: SQL, end: "min" | "max"): Promise<string | undefined> {
    const direction = sql.raw(end === "max" ? "desc" : "asc");
    const result = await this.#db.execute(sql`
      select to_char(listed, 'YYYY-MM-DD') as day from livepapers.papers
      where not hidden and ${condition} ${chosen(query)} order by listed ${direction} limit 1`);
    return rowsOf<{ day: string }>(result)[0]?.day;
  }

  async #newest(query: FeedQuery): Promise<FeedPage> {
    const cursor = readCursor(query.after);
    const behind = cursor ? sql`and (serial, arxiv) < (${cursor.serial}::bigint, ${cursor.arxiv}::text)` : sql``;
    const result = await this.#db.execute(sql`
      select ${paperColumns} from livepapers.papers p
      where not hidden ${chosen(query)} ${behind} order by p.serial desc, p.arxiv desc limit ${pageSize + 1}`);
    const rows = rowsOf<PaperRow>(result).map(paperRow);
    const shown = rows.slice(0, pageSize);
    const last = shown.at(-1);
    // What trends is known when somebody asked for it lately; nobody waits for it here.
    const order = this.#orders.peek("  false");
    const why = new Map(order?.placed.map((placed) => [placed.slug, placed]));
    return {
      entries: shown.map((paper) => ({ paper, why: why.get(paper.slug) ?? null })),
      page: 1,
      ranked: order !== undefined,
      ...(last && rows.length > pageSize ? { next: `${last.serial}~${last.arxiv}` } : {}),
    };
  }

  async #papers(slugs: readonly string[]): Promise<Map<string, PaperRow>> {
    if (slugs.length === 0) return new Map();
    const result = await this.#db.execute(sql`
      select ${paperColumns} from livepapers.papers p
      where p.slug in (select jsonb_array_elements_text(${JSON.stringify(slugs)}::jsonb)) and not p.hidden`);
    const rows = rowsOf<PaperRow>(result);
    return new Map(rows.map((row) => [row.slug, paperRow(row)]));
  }
}

function chosen({ field, runnable }: FeedQuery): SQL {
  return sql.join([field ? sql`and field = ${field}` : sql``, runnable ? sql`and runnable` : sql``], sql` `);
}

function within({ since, until }: Period): SQL {
  return sql`listed >= ${since}::date and listed < ${until}::date`;
}

/** Whether a text is a cursor of `newest`. One that is none begins at the top. */
export function isNewestCursor(text: string): boolean {
  return readCursor(text) !== undefined;
}

function readCursor(text: string | undefined): { serial: number; arxiv: string } | undefined {
  const [, serial, arxiv] = /^(\d{1,15})~([\w.\-/]{1,40})$/.exec(text ?? "") ?? [];
  return serial === undefined || arxiv === undefined ? undefined : { serial: Number(serial), arxiv };
}
