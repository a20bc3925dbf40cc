import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { findCandidates, recentSignals } from "../src/feed/candidates.ts";
import { Feed, pageSize } from "../src/feed/feed.ts";
import { searchPapers } from "../src/feed/search/search.ts";
import { placeCandidates } from "../src/feed/trending.ts";
import { fieldIds } from "../src/kit/fields.ts";
import { Random } from "../src/kit/random.ts";
import { quantile } from "../src/kit/stats.ts";
import { importPapers, type PaperRow, settlePapers } from "../src/store/papers.ts";
import { openStore, type Store } from "../src/store/store.ts";
import type { Bench } from "./bench.ts";
import { type Generator, generator } from "./generated/papers.ts";

/** Papers in the embedded database and on the server of DATABASE_URL. LIVEPAPERS_BENCH_PAPERS=100000,1000000 are the sizes we aim for. */
const sizes = (process.env.LIVEPAPERS_BENCH_PAPERS ?? "5000,20000").split(",").map(Number);
const batch = 2000;
const questions = Number(process.env.LIVEPAPERS_BENCH_QUESTIONS ?? 40);
/** No kind of question takes longer than this. */
const kindMs = 30_000;

/**
 * Searching and paging through generated papers, embedded and on a server: the time within which 95 of 100 questions of a kind are answered. The database
 * of the server is emptied before and left for a second call with the same size, and so is that in the folder LIVEPAPERS_BENCH_DATA.
 */
export default async function bench(report: Bench): Promise<void> {
  const made = generator();
  const [embedded = 5000, server = 20_000] = sizes;
  if (embedded > 0) {
    const kept = process.env.LIVEPAPERS_BENCH_DATA;
    const dataDir = kept ?? (await mkdtemp(join(tmpdir(), "livepapers-bench-")));
    try {
      await measure(report, "embedded", await openStore({ dataDir }), made, embedded);
    } finally {
      if (kept === undefined) await rm(dataDir, { recursive: true, force: true });
    }
  }
  const databaseUrl = process.env.DATABASE_URL;
  if (!databaseUrl) report.skipped("a PostgreSQL server", "DATABASE_URL is not set");
  else if (server > 0) await measure(report, "PostgreSQL server", await openStore({ databaseUrl }), made, server);
}

async function measure(report: Bench, name: string, store: Store, made: Generator, count: number): Promise<void> {
  try {
    report.line(`\n${name}, ${count.toLocaleString("en")} papers`);
    await fill(report, store, made, count);
    await time(report, store, "aim: a search within 50 ms, p95", searchKinds(store, made, count));
    await time(report, store, "aim: a page of the feed within 20 ms, p95", feedKinds(store));
  } finally {
    await store.close();
  }
}

async function fill(report: Bench, { db }: Store, made: Generator, count: number): Promise<void> {
  const found = await db.execute(sql`select count(*)::integer as n from livepapers.papers`);
  if ((found as unknown as { rows: { n: number }[] }).rows[0]?.n === count) {
    report.line("  filled already");
    return;
  }
  await db.execute(sql`truncate livepapers.papers, livepapers.words, livepapers.votes, livepapers.reads`);
  const start = performance.now();
  const rate = Math.min(count, 10_000);
  await importAll(db, made, 0, rate, count);
  const seconds = (performance.now() - start) / 1000;
  report.line(`  imported ${Math.round(rate / seconds).toLocaleString("en")} papers/s`);
  if (rate < count) {
    // The others come in without indexes, which are made at the end.
    const indexes = await db.execute(sql`
      select indexname as name, indexdef as definition from pg_indexes
      where schemaname = 'livepapers' and tablename = 'papers' and indexdef not like 'CREATE UNIQUE%'`);
    const { rows } = indexes as unknown as { rows: { name: string; definition: string }[] };
    for (const { name } of rows) await db.execute(sql`drop index livepapers.${sql.identifier(name)}`);
    await importAll(db, made, rate, count, count);
    for (const { definition } of rows) await db.execute(sql.raw(definition));
    report.line(`  filled in ${Math.round((performance.now() - start) / 1000)} s`);
  }
  await settlePapers(db);
  // Ballots of the last month, most of them for a few papers.
  for (const [table, person, when, amount] of [
    ["votes", "voter", "at", count / 20],
    ["reads", "reader", "day", count / 4],
  ] as const) {
    await db.execute(sql`
      with latest as (
        select slug, row_number() over (order by serial desc) as n from livepapers.papers order by serial desc limit 3000
      ), drawn as (
        select n as person, 1 + floor(power(random(), 3) * (select count(*) from latest))::integer as n
        from generate_series(1, ${Math.ceil(amount)}::integer) n
      )
      insert into livepapers.${sql.raw(table)} (slug, ${sql.raw(person)}, address, ${sql.raw(when)})
      select slug, 'account:' || person, 'address-' || person, now() - random() * interval '30 days'
      from drawn join latest using (n) on conflict do nothing`);
  }
  await db.execute(sql`analyze`);
  report.line(`  ${await sizesOf(db)}`);
}

/** What the papers take on disk. */
async function sizesOf(db: Store["db"]): Promise<string> {
  const found = await db.execute(sql`
    select pg_table_size('livepapers.papers')::double precision as papers, pg_indexes_size('livepapers.papers')::double precision as indexes,
      pg_relation_size('livepapers.papers_found')::double precision as found, pg_database_size(current_database())::double precision as database`);
  const [sizes = {}] = (found as unknown as { rows: Record<string, number>[] }).rows;
  return Object.entries(sizes)
    .map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(0)} MB`)
    .join(", ");
}

async function importAll(db: Store["db"], made: Generator, from: number, to: number, count: number): Promise<void> {
  for (let start = from; start < to; start += batch) {
    await importPapers(db, made.papers(start, Math.min(to, start + batch), count), "arxiv");
  }
}

/** Processor time so far in milliseconds: of this process, and of a server's that work for it, where they run on this machine. */
async function processorClock({ db, kind }: Store): Promise<() => number> {
  const own = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  if (kind === "embedded") return own;
  const found = await db.execute(sql`select pid from pg_stat_activity where datname = current_database()`);
  const pids = (found as unknown as { rows: { pid: number }[] }).rows.map(({ pid }) => pid);
  const of = (pid: number): number => {
    try {
      return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;
    } catch {
      return 0; // it runs elsewhere, or ended
    }
  };
  return () => own() + pids.reduce((sum, pid) => sum + of(pid), 0);
}

type Kinds = Record<string, (i: number) => Promise<unknown>>;

function searchKinds({ db }: Store, made: Generator, count: number): Kinds {
  const random = new Random(3);
  const { words, names } = made;
  const pick = <T>(list: readonly T[], from: number, to: number): T => list[random.int(from, to)] as T;
  const titles = Array.from({ length: questions }, () => {
    const n = random.int(0, count - 1);
    return made.papers(n, n + 1, count)[0]?.title.split(" ") ?? [];
  });
  const typo = (word: string): string => `${word.slice(0, 2)}${word.charAt(3)}${word.charAt(2)}${word.slice(4)}`;
  const ask = (text: (i: number) => string) => (i: number) => searchPapers(db, text(i));
  return {
    "a common word": ask(() => pick(words, 0, 40)),
    "a middling word": ask(() => pick(words, 300, 2000)),
    "a rare word": ask(() => pick(words, 20_000, 39_000)),
    "two common words": ask(() => `${pick(words, 0, 60)} ${pick(words, 0, 60)}`),
    "three words": ask(() => `${pick(words, 0, 200)} ${pick(words, 50, 800)} ${pick(words, 0, 200)}`),
    "a phrase of a title": ask((i) => `"${titles[i]?.slice(0, 3).join(" ")}"`),
    "a whole title": ask((i) => titles[i]?.join(" ") ?? ""),
    "without a word": ask(() => `${pick(words, 100, 900)} -${pick(words, 0, 40)}`),
    "only without": ask(() => `-${pick(words, 0, 40)}`),
    "an author": ask(() => `author:"${pick(names, 0, 20_000)}"`),
    "word, field, years": ask(() => `${pick(words, 0, 300)} field:federated-learning year:2015-2020`),
    "field alone": ask(() => "field:llm-systems"),
    "a typing error": ask(() => typo(pick(words, 500, 5000).padEnd(5, "x"))),
    "nothing like it": ask((i) => `qqxz${i}zzqx`),
  };
}

function feedKinds({ db }: Store): Kinds {
  const warm = new Feed(db);
  const cold = (): Feed => new Feed(db);
  const cursors: string[] = [];
  let row: PaperRow | undefined;
  let known: ReturnType<typeof recentSignals> | undefined;
  /** The first page of a list that nobody asked for yet, when other lists were. */
  const first = async (i: number): Promise<void> => {
    const now = new Date();
    known ??= recentSignals(db, now);
    const field = fieldIds[i % fieldIds.length] ?? "llm-systems";
    const placed = placeCandidates(await findCandidates(db, { now, field, recent: await known }), pageSize);
    await warm.listed(placed.slice(0, pageSize).map(({ slug }) => slug));
  };
  return {
    "newest, page by page": async (i) => {
      const after = cursors.at(-1);
      const page = await warm.page({ view: "newest", ...(i > 0 && after ? { after } : {}) });
      row ??= page.entries[0]?.paper;
      if (page.next) cursors.push(page.next);
    },
    "newest of a field": () => warm.page({ view: "newest", field: "sequence-models" }),
    "trending, known": (i) => warm.page({ view: "trending", page: i + 1 }),
    "trending of a field, known": (i) => warm.page({ view: "trending", field: "llm-systems", page: i + 1 }),
    "a day, known": () => warm.page({ view: "day", when: "2026-11-20" }),
    "trending of a field, first asked": first,
    "trending, ballots anew": () => cold().page({ view: "trending" }),
    "a month, ballots anew": () => cold().page({ view: "month", when: "2026-10" }),
    "one paper": () => warm.find(row?.arxiv ?? ""),
    "related papers": () => (row ? warm.related(row) : Promise.resolve()),
    "counts of fields, anew": () => cold().counts(),
  };
}

/** Wall-clock and processor times; on a busy machine only the latter say something. */
async function time(report: Bench, store: Store, title: string, kinds: Kinds): Promise<void> {
  report.line(`  ${title}`);
  const width = Math.max(...Object.keys(kinds).map((kind) => kind.length));
  for (const [kind, run] of Object.entries(kinds)) {
    await run(0);
    const processor = await processorClock(store);
    const walls: number[] = [];
    const works: number[] = [];
    const began = performance.now();
    for (let i = 0; i < questions && performance.now() - began < kindMs; i++) {
      const [wall, work] = [performance.now(), processor()];
      await run(i);
      walls.push(performance.now() - wall);
      works.push(processor() - work);
    }
    const at = (times: readonly number[], p: number): string => quantile(times, p).toFixed(1).padStart(7);
    const line = `p50 ${at(walls, 0.5)}  p95 ${at(walls, 0.95)}   processor p50 ${at(works, 0.5)}  p95 ${at(works, 0.95)} ms`;
    report.line(`    ${kind.padEnd(width)}  ${line}`);
  }
}
