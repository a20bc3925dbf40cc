import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { importPapers, settlePapers } from "../../src/store/papers.ts";
import { openStore } from "../../src/store/store.ts";
import { generator } from "../generated/papers.ts";
import { Inspector } from "./inspector.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A server in a process of its own, as an operator would start it. */
export interface LoadSite {
  url: string;
  dataDir: string;
  inspector: Inspector;
  /** The numbers of `/metrics` by name; those with labels are left out. */
  metrics(): Promise<Map<string, number>>;
  /** Stops the server and removes its data folder. */
  stop(): Promise<void>;
}

export interface SiteOptions {
  /** Generated papers that are imported into the embedded database before the server starts. */
  papers: number;
  /** This PostgreSQL server instead, as it is: nothing is imported. */
  databaseUrl?: string | undefined;
}

const settings = {
  NODE_ENV: "production",
  LIVEPAPERS_LOG: "warn",
  LIVEPAPERS_API_PER_MINUTE: "0",
  LIVEPAPERS_SIGN_IN_MAILS: "100000",
  LIVEPAPERS_VISITOR_RUNS: "1000",
  LIVEPAPERS_VISITOR_RUNS_PER_DAY: "100000",
  SMTP_URL: "",
};

/** Starts `livepapers serve` on a free port and a temporary data folder. */
export async function startSite({ papers, databaseUrl }: SiteOptions): Promise<LoadSite> {
  const dataDir = await mkdtemp(join(tmpdir(), "livepapers-load-"));
  if (!databaseUrl) await fill(dataDir, papers);
  const words = ["--inspect=127.0.0.1:0", "bin/livepapers.js", "serve", "--port", "0"];
  const child = spawn(process.execPath, words, {
    cwd: root,
    env: { ...process.env, ...settings, LIVEPAPERS_DATA: dataDir, DATABASE_URL: databaseUrl ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    const { url, debug } = await addresses(child);
    return {
      url,
      dataDir,
      inspector: new Inspector(debug),
      metrics: async () => readMetrics(await (await fetch(`${url}/metrics`)).text()),
      stop: () => stop(child, dataDir),
    };
  } catch (error) {
    await stop(child, dataDir);
    throw error;
  }
}

async function fill(dataDir: string, papers: number): Promise<void> {
  const store = await openStore({ dataDir });
  try {
    const made = generator();
    for (let from = 0; from < papers; from += 1000) {
      await importPapers(store.db, made.papers(from, Math.min(papers, from + 1000), papers), "arxiv");
    }
    await settlePapers(store.db);
  } finally {
    await store.close();
  }
}

function addresses(child: ChildProcess): Promise<{ url: string; debug: string }> {
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer): void => {
      process.env.LIVEPAPERS_DEBUG && process.stderr.write(chunk);
      if (said.length > 1 << 20) return;
      said += chunk.toString();
      const url = /livepapers is at (http:\S+)/.exec(said)?.[1];
      const debug = /Debugger listening on (ws:\S+)/.exec(said)?.[1];
      if (url && debug) resolve({ url, debug });
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", (code) => reject(new Error(`the server ended with status ${code}:\n${said}`)));
  });
}

async function stop(child: ChildProcess, dataDir: string): Promise<void> {
  if (child.exitCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await ended;
  }
  await rm(dataDir, { recursive: true, force: true });
}

/** The samples without labels of a text in the format of Prometheus. */
export function readMetrics(text: string): Map<string, number> {
  return new Map([...text.matchAll(/^(\w+) (\S+)$/gm)].map(([, name = "", value]) => [name, Number(value)]));
}
