import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { client } from "../src/api/client.ts";
import { Random } from "../src/kit/random.ts";
import { quantile } from "../src/kit/stats.ts";
import type { Bench } from "./bench.ts";
import { compareLogs, faults, givenUp, progress, type RunRow, readRuns } from "./machines/checks.ts";
import { type BenchDatabase, createDatabase, disturbDatabase, noteStates } from "./machines/database.ts";
import { type Posted, posts, type Seen, submit, watch } from "./machines/load.ts";
import { freePort, Machine } from "./machines/machine.ts";

function setting(name: string, fallback: number): number {
  return Number(process.env[`LIVEPAPERS_BENCH_${name}`] || fallback);
}

const runCount = setting("RUNS", 200);
const workerCount = setting("WORKERS", 4);
/** Mean time between two kills. */
const killSeconds = setting("KILL_SECONDS", 4);
/** Mean time between two posts. */
const postSeconds = setting("POST_SECONDS", 0.4);
/** A command that restarts the database server of DATABASE_URL. Without one its connections are cut instead: the server may be another's too. */
const restartCommand = process.env.LIVEPAPERS_BENCH_RESTART || undefined;
/** Leaves the logs of the processes where they are. */
const keepLogs = process.env.LIVEPAPERS_BENCH_LOGS !== undefined;
const patienceMs = setting("MINUTES", 40) * 60_000;
/** Runs that are followed live through the HTTP API, and claims that are measured again and compared. */
const [watched, compared] = [10, 10];
/** How many post at a time. */
const posters = 4;

/**
 * One server and some workers share a PostgreSQL server while one of them is killed (SIGKILL) every few seconds and started again, and the database is restarted
 * once. Fails when a run of those posted through the HTTP API is lost, doubled or given up, does not end exactly once, or has a log with a gap.
 */
export default async function bench(report: Bench): Promise<void> {
  const server = process.env.DATABASE_URL;
  if (!server) return report.skipped("many machines", "DATABASE_URL is not set");
  const database = await createDatabase(server);
  const folder = await mkdtemp(join(tmpdir(), "livepapers-machines-"));
  const problems: string[] = [];
  const machines: Machine[] = [];
  try {
    const url = await startMachines({ database, folder, machines, problems });
    await noteStates(database);
    report.line(`  one server and ${workerCount} workers are up; ${cpus()[0]?.model}, ${availableParallelism()} cores`);
    const measured = await disturbed({ report, database, machines, url });
    await Promise.all(machines.map((machine) => machine.stop()));
    await tell(report, { database, machines, problems, ...measured });
  } finally {
    await Promise.all(machines.map((machine) => machine.stop()));
    await database.drop();
    if (!keepLogs) await rm(folder, { recursive: true, force: true });
  }
}

interface Started {
  database: BenchDatabase;
  folder: string;
  machines: Machine[];
  problems: string[];
}

/** The server first, which makes the tables; then the workers. */
async function startMachines({ database, folder, machines, problems }: Started): Promise<string> {
  const port = await freePort();
  const env = {
    DATABASE_URL: database.url,
    LIVEPAPERS_SECRET: "a secret of the bench, as long as it must be",
    LIVEPAPERS_API_PER_MINUTE: "0",
    LIVEPAPERS_VISITOR_RUNS: "10000",
    LIVEPAPERS_VISITOR_RUNS_PER_DAY: "1000000",
    LIVEPAPERS_LOG_FORMAT: "json",
    NO_COLOR: "1",
  };
  const make = async (name: string, ready: RegExp, ...words: string[]): Promise<void> => {
    const machine = new Machine({
      name,
      words,
      env: { ...env, LIVEPAPERS_DATA: join(folder, name) },
      logPath: join(folder, `${name}.log`),
      ready,
      onLog: (line) => void (line.includes('"level":"error"') && problems.push(`${name}: ${line}`)),
    });
    machines.push(machine);
    await machine.start();
    if (machine.starts.length === 0) throw new Error(`the ${name} did not start: ${problems.join(" ")}`);
  };
  await make("server", /livepapers is at/, "serve", "--no-worker", "--port", String(port));
  for (let i = 1; i <= workerCount; i++) {
    await make(`worker-${i}`, /from the queue/, "worker", "--concurrency", "1", "--port", "0");
  }
  return `http://127.0.0.1:${port}`;
}

interface Disturbed {
  report: Bench;
  database: BenchDatabase;
  machines: Machine[];
  url: string;
}

interface Measured {
  posted: Posted[];
  seen: Seen[];
  seconds: number;
}

/** Posts the runs while machines are killed, and goes on until every run has ended. */
async function disturbed({ report, database, machines, url }: Disturbed): Promise<Measured> {
  const site = client(url, { retryMs: 500, retries: 1000 });
  const began = performance.now();
  const over = new AbortController();
  const killing = killAtRandom(machines, over.signal);
  const late = AbortSignal.timeout(patienceMs);
  const seen: Promise<Seen>[] = [];
  const posted: Posted[] = [];
  const waiting = posts(runCount);
  const random = new Random(2);
  const every = Math.max(1, Math.ceil(runCount / watched));
  let disturbing = Promise.resolve();
  const post = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const made = await submit(site, next, late);
      if (posted.push(made) % every === 1) {
        const followed = watch(site, made.id, late);
        followed.catch(() => {}); // it is told where all of them are awaited
        seen.push(followed);
      }
      if (posted.length === Math.ceil(runCount / 2)) {
        disturbing = disturbDatabase(database, restartCommand).then((how) =>
          report.line(`  half of the runs are posted; the database is ${how}`),
        );
      }
      await setTimeout(postSeconds * 2000 * posters * random.float());
    }
  };
  try {
    await Promise.all(Array.from({ length: posters }, post));
    await disturbing;
    report.line(`  all are posted after ${Math.round((performance.now() - began) / 1000)} s`);
    let looks = 0;
    for (;;) {
      const { ended, open } = await progress(database);
      if (open === 0) break;
      if (++looks % 30 === 0) report.line(`  ${ended} runs ended, ${open} did not yet`);
      if (late.aborted) {
        report.line(`  gave up waiting: ${ended} runs ended, ${open} did not`);
        break;
      }
      await setTimeout(1000);
    }
    const seconds = (performance.now() - began) / 1000;
    over.abort();
    await killing;
    return { posted, seen: await Promise.all(seen), seconds };
  } finally {
    over.abort();
    await killing;
  }
}

/** Kills one machine after another, of those that are at work, and starts each again at once, as a supervisor would. */
async function killAtRandom(machines: readonly Machine[], over: AbortSignal): Promise<void> {
  if (killSeconds <= 0) return;
  const random = new Random(1);
  while (!over.aborted) {
    await setTimeout(killSeconds * 1000 * (0.5 + random.float()), undefined, { signal: over }).catch(() => {});
    if (over.aborted) return;
    const working = machines.filter(({ ready }) => ready);
    if (working.length === 0) continue;
    const machine = random.choice(working);
    await machine.kill();
    void machine.start();
  }
}

async function tell(
  report: Bench,
  { database, machines, problems, posted, seen, seconds }: Measured & Omit<Started, "folder">,
): Promise<void> {
  const runs = await readRuns(database);
  const found = faults(runs, posted);
  const done = runs.filter(({ state }) => state === "done");
  const claims = done.filter(({ kind }) => kind === "claim");
  // Those that were interrupted first: what went wrong would be there.
  const chosen = claims.toSorted((a, b) => b.attempts - a.attempts).slice(0, compared);
  found.push(...(await compareLogs(database, chosen)));
  for (const { id, outcomes, seqs } of seen) {
    if (outcomes !== 1) found.push(`whoever followed run ${id} was told ${outcomes} outcomes`);
    if (seqs.some((seq, i) => seq !== i + 1))
      found.push(`whoever followed run ${id} was told events ${seqs.join(" ")}`);
  }
  const times = (of: (run: RunRow) => number | null): string => {
    const all = done.map((run) => (of(run) ?? Number.NaN) / 1000);
    return [0.5, 0.95, 1].map((p) => `${quantile(all, p).toFixed(1)} s`).join(", ");
  };
  const kills = machines.map(({ name, kills: times }) => `${name} ${times}`).join(", ");
  const count = (of: (run: RunRow) => boolean): number => runs.filter(of).length;
  const events = runs.reduce((sum, { seqs }) => sum + seqs.length, 0);
  const lines = [
    `posted ${posted.length} runs; ${posted.filter(({ failures }) => failures > 0).length} had to be posted again`,
    `killed ${machines.reduce((sum, machine) => sum + machine.kills, 0)} times: ${kills}`,
    `in the tables: ${runs.length} runs, ${done.length} done, ${count(givenUp)} given up, ${runs.length - done.length - count(givenUp)} otherwise`,
    `attempts: ${[...new Set(runs.map(({ attempts }) => attempts))]
      .sort((a, b) => a - b)
      .map((n) => `${count(({ attempts }) => attempts === n)} runs with ${n}`)
      .join(", ")}; interrupted: ${count(({ interruptions }) => interruptions > 0)} runs`,
    `${events} events in order; ${seen.length} runs followed live, with ${seen.reduce((sum, { restarts }) => sum + restarts, 0)} restarts; ${chosen.length} logs compared with the same job undisturbed`,
    `from post to end (median, 95 of 100, longest): ${times(({ total }) => total)}; the last attempt alone: ${times(({ duration }) => duration)}`,
    `ready again after (median, longest): ${[0.5, 1]
      .map(
        (p) =>
          `${(
            quantile(
              machines.flatMap(({ starts }) => starts),
              p,
            ) / 1000
          ).toFixed(1)} s`,
      )
      .join(", ")}; ended by themselves: ${machines.reduce((sum, { deaths }) => sum + deaths, 0)} times`,
    `all within ${seconds.toFixed(0)} s: ${((runs.length / seconds) * 60).toFixed(0)} runs a minute`,
    `${problems.length} errors in the logs`,
  ];
  for (const line of lines) report.line(`  ${line}`);
  for (const line of [...new Set(problems.map((line) => line.slice(0, 300)))].slice(0, 10)) report.line(`    ${line}`);
  for (const line of found) report.line(`  FAULT ${line}`);
  if (found.length > 0) throw new Error(`${found.length} faults`);
  report.line("  every run ended exactly once, none lost, none doubled");
}
