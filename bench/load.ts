import { setTimeout } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { openStore } from "../src/store/store.ts";
import { type Visitor, visitor } from "../test/browser/visitor.ts";
import type { Bench } from "./bench.ts";
import { generator } from "./generated/papers.ts";
import { type Sample, settled, slopeOf } from "./load/growth.ts";
import { type DeedTimes, driveMix, type MixResult } from "./load/mix.ts";
import { signedIn } from "./load/readers.ts";
import { type LoadSite, startSite } from "./load/site.ts";
import { watchRun } from "./load/viewers.ts";

const setting = (name: string, without: number): number => Number(process.env[`LIVEPAPERS_LOAD_${name}`] ?? without);
/** Papers in the embedded database. With DATABASE_URL that database is used as it is. */
const papers = setting("PAPERS", 2000);
const seconds = setting("SECONDS", 10);
const connections = setting("CONNECTIONS", 8);
const viewers = setting("VIEWERS", 100);
/** Of the growth check; docs/operations.md has the numbers of ten. */
const minutes = setting("MINUTES", 0.5);
const readers = 24;

/**
 * A server under load: the mix of what readers do, many viewers of one run, and whether memory grows. LIVEPAPERS_LOAD_SECONDS=60,
 * LIVEPAPERS_LOAD_VIEWERS=1000 and LIVEPAPERS_LOAD_MINUTES=10 are what docs/operations.md reports.
 */
export default async function bench(report: Bench): Promise<void> {
  const databaseUrl = process.env.DATABASE_URL;
  const site = await startSite({ papers, databaseUrl });
  try {
    const people = await signedIn(site, readers);
    const load = { readers: people, ...(await subjects(databaseUrl)) };
    report.line(databaseUrl ? "\na PostgreSQL server" : `\nembedded, ${papers.toLocaleString("en")} papers imported`);
    await driveMix({ url: site.url, ...load, seconds: 3, connections }); // warm-up, not counted
    await mixed(report, site, load);
    if (viewers > 0) await watched(report, site);
    if (minutes > 0) await grown(report, site, load);
  } finally {
    await site.stop();
  }
}

interface Load {
  readers: readonly Visitor[];
  papers: readonly string[];
  questions: readonly string[];
}

/** Papers to open, those of the catalogue and generated ones, and questions of one to three words. */
async function subjects(databaseUrl: string | undefined): Promise<Omit<Load, "readers">> {
  const { words } = generator();
  const questions = Array.from({ length: 400 }, (_, i) =>
    Array.from({ length: 1 + (i % 3) }, (_, k) => words[(i * 37 + k * 11) % (i % 4 === 0 ? 5000 : 300)]).join(" "),
  );
  const { catalogue } = await import("../src/papers/catalogue.ts");
  const own = catalogue.map(({ card }) => `/papers/${card.slug}`);
  if (!databaseUrl) {
    const made = generator().papers(Math.max(0, papers - 200), papers, papers);
    return { questions, papers: [...own, ...made.map(({ arxiv }) => `/arxiv/${arxiv}`)] };
  }
  const store = await openStore({ databaseUrl });
  try {
    const found = await store.db.execute(sql`
      select arxiv from livepapers.papers where not catalogued and not hidden order by serial desc limit 1000`);
    const { rows } = found as unknown as { rows: { arxiv: string }[] };
    return { questions, papers: [...own, ...rows.map(({ arxiv }) => `/arxiv/${arxiv}`)] };
  } finally {
    await store.close();
  }
}

function timesLine(name: string, { requests, p50, p95, p99 }: DeedTimes): string {
  const at = (value: number): string => value.toFixed(1).padStart(7);
  return `    ${name.padEnd(6)} ${String(requests).padStart(6)}  p50 ${at(p50)}  p95 ${at(p95)}  p99 ${at(p99)} ms`;
}

function errorsOf({ errors }: MixResult): string {
  const list = Object.entries(errors).map(([what, n]) => `${n} × ${what}`);
  return list.length === 0 ? "no errors" : `errors: ${list.join(", ")}`;
}

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** What the server's processor has done so far, its runs included, in milliseconds. */
async function cpuOf(site: LoadSite): Promise<number> {
  return ((await site.metrics()).get("process_cpu_seconds_total") ?? Number.NaN) * 1000;
}

async function mixed(report: Bench, site: LoadSite, load: Load): Promise<void> {
  const before = await site.inspector.held();
  const cpuBefore = await cpuOf(site);
  const result = await driveMix({ url: site.url, ...load, seconds, connections });
  const cpuMs = (await cpuOf(site)) - cpuBefore;
  const after = await site.inspector.held();
  report.line(`  feed 50, paper 25, search 20, vote 5 of 100; ${connections} connections, ${seconds} s`);
  report.line(
    `    ${result.perSecond.toFixed(0)} requests/s, ${errorsOf(result)}, ${(cpuMs / result.requests).toFixed(1)} ms of the server's processor each`,
  );
  report.line(timesLine("all", result.all));
  for (const [deed, times] of Object.entries(result.byDeed)) report.line(timesLine(deed, times));
  report.line(`    memory ${mb(before.resident)} → ${mb(after.resident)}, heap ${mb(before.heap)} → ${mb(after.heap)}`);
}

/** A claim of many short trainings, which reports after each of them: a few hundred messages, charts among them. */
const talkative = {
  slug: "commutative-monoids",
  params: { seeds: 20, steps: setting("STEPS", 60), batch: 4, testBags: 20, width: 6, rates: [0.01], timedLevels: 3 },
};
const short = { slug: "system-ranking", params: { draws: 10 } };

async function startRun(owner: Visitor, job: { slug: string; params: object }): Promise<string> {
  const answer = await owner.fetch("/api/v1/runs", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ kind: "claim", scale: "quick", ...job }),
  });
  if (!answer.ok) throw new Error(`starting a run: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { id: string }).id;
}

/** As many runs as the server executes at a time, which keep the next one waiting until they are cancelled. */
async function occupy(owner: Visitor): Promise<() => Promise<void>> {
  const endless = { ...talkative, params: { ...talkative.params, steps: 20_000 } };
  const ids = [await startRun(owner, endless), await startRun(owner, endless)];
  return async () => {
    for (const id of ids) await owner.fetch(`/api/v1/runs/${id}/cancel`, { method: "POST" });
    // The messages of a run end with it.
    for (const id of ids) await (await owner.fetch(`/api/v1/runs/${id}/events`)).text();
  };
}

async function watched(report: Bench, site: LoadSite): Promise<void> {
  const owner = await visitor(site.url);
  const before = await site.inspector.held();
  const release = await occupy(owner);
  let during = before;
  let connected = Number.NaN;
  let cpuBefore = Number.NaN;
  const id = await startRun(owner, talkative);
  const began = performance.now();
  const result = await watchRun(site.url, id, viewers, {
    opened: async () => {
      connected = performance.now() - began;
      during = await site.inspector.held();
      await release();
      // From here on: what occupied the server until now is none of the viewers'.
      cpuBefore = await cpuOf(site);
    },
  });
  const cpuMs = (await cpuOf(site)) - cpuBefore;
  await setTimeout(1000);
  const after = await site.inspector.held();
  const { messages, lost, doubled, disordered, broken, spread, lastAfterEnd } = result;
  report.line(
    `  ${viewers} viewers, connected in ${(connected / 1000).toFixed(1)} s, then a run of ${messages} messages`,
  );
  report.line(`    lost ${lost}, doubled ${doubled}, out of order ${disordered}, broken connections ${broken}`);
  report.line(
    `    from the first viewer's last message to the last viewer's ${spread} ms; from the run's end ${lastAfterEnd} ms`,
  );
  report.line(`    ${(cpuMs / 1000).toFixed(1)} s of the server's processor from then on, the run's own included`);
  const each = ((during.heap + during.external - before.heap - before.external) / viewers / 1000).toFixed(0);
  report.line(
    `    heap ${mb(before.heap)} → ${mb(during.heap)} → ${mb(after.heap)}, ${each} kB a viewer; memory ${mb(before.resident)} → ${mb(during.resident)} → ${mb(after.resident)}; handles ${before.handles} → ${during.handles} → ${after.handles}`,
  );
}

async function grown(report: Bench, site: LoadSite, load: Load): Promise<void> {
  const slice = Math.max(3, (minutes * 60) / 30);
  const owner = await visitor(site.url);
  const samples: Sample[] = [];
  const began = performance.now();
  let requests = 0;
  let errors = 0;
  const sample = async (): Promise<void> => {
    samples.push({ at: (performance.now() - began) / 1000, requests, ...(await site.inspector.held()) });
  };
  await sample();
  while (performance.now() - began < minutes * 60_000) {
    const id = await startRun(owner, short);
    const [mix] = await Promise.all([
      driveMix({ url: site.url, ...load, seconds: slice, connections, seed: samples.length + 2 }),
      watchRun(site.url, id, 10, { openMs: 100 }),
    ]);
    requests += mix.requests;
    errors += Object.values(mix.errors).reduce((sum, n) => sum + n, 0);
    await sample();
  }
  const late = settled(samples);
  report.line(
    `  growth over ${minutes} min, ${requests} requests, ${errors} errors, ${samples.length - 1} runs with 10 viewers; after collecting`,
  );
  const line = (name: string, of: (sample: Sample) => number, show: (value: number) => string): void => {
    const { perHour, low, high } = slopeOf(late, of);
    const [first, last] = [samples[0], samples.at(-1)].map((each) => (each ? show(of(each)) : "none"));
    report.line(
      `    ${name.padEnd(9)} ${first} → ${last}; slope ${show(perHour)}/h (95 %: ${show(low)} to ${show(high)})`,
    );
  };
  const fifths = [0, 0.25, 0.5, 0.75, 1].map((share) => samples[Math.round(share * (samples.length - 1))]);
  report.line(
    `    heap on the way: ${fifths.map((each) => (each ? `${mb(each.heap)} after ${each.requests} requests` : "")).join(", ")}`,
  );
  line("heap", ({ heap }) => heap, mb);
  line("external", ({ external }) => external, mb);
  line("memory", ({ resident }) => resident, mb);
  line(
    "handles",
    ({ handles }) => handles,
    (value) => value.toFixed(1),
  );
}
