import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

const chromiumArgs = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Site {
  url: string;
  browser: Browser;
  dataDir: string;
  /** A page that fails its test on a script error, a refused resource, or a request to another machine. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
}

/** A site that has been started. */
export interface Started {
  url: string;
  stop(): Promise<void>;
}

/** Starts the command as a reader would, on a free port and a data folder of its own. */
async function startServer(dataDir: string, settings: Record<string, string>): Promise<Started> {
  const child = spawn(process.execPath, ["bin/livepapers.js", "serve", "--port", "0"], {
    cwd: root,
    env: { ...process.env, LIVEPAPERS_DATA: dataDir, NODE_ENV: undefined, DATABASE_URL: "", ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const found = /livepapers is at (http:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => reject(new Error(`the server ended with status ${code}:\n${said}`)));
  });
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await ended;
  };
  return { url, stop };
}

/** Runs the command to its end before the site starts. */
async function command(dataDir: string, words: readonly string[]): Promise<void> {
  const env = { ...process.env, LIVEPAPERS_DATA: dataDir, DATABASE_URL: "" };
  const child = spawn(process.execPath, ["bin/livepapers.js", ...words], { cwd: root, env, stdio: "inherit" });
  const code = await new Promise((resolve) => child.on("exit", resolve));
  if (code !== 0) throw new Error(`livepapers ${words.join(" ")} ended with status ${code}`);
}

/**
 * One server and one browser for the tests of a file. `before` is a command line that is run on its data first, `settings` are the server's own, `start`
 * starts another than the command's.
 */
export function testSite({
  before = [] as readonly string[],
  settings = {} as Record<string, string>,
  start = startServer,
} = {}): Site {
  let server: Started | undefined;
  let browser: Browser | undefined;
  let dataDir: string | undefined;
  const contexts: BrowserContext[] = [];
  const ready = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error("the site has not started");
    return value;
  };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "livepapers-browser-"));
    if (before.length > 0) await command(dataDir, before);
    server = await start(dataDir, settings);
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: chromiumArgs,
    });
  });

  afterAll(async () => {
    for (const context of contexts) await context.close();
    await browser?.close();
    await server?.stop();
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
  });

  return {
    get url() {
      return ready(server).url;
    },
    get browser() {
      return ready(browser);
    },
    get dataDir() {
      return ready(dataDir);
    },
    async open(path, options = {}) {
      const { url } = ready(server);
      const context = await ready(browser).newContext({ viewport: { width: 1200, height: 900 }, ...options });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      page.on("pageerror", (error) => problems.push(`${path}: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error" && !message.text().includes("status of 4")) problems.push(message.text());
      });
      page.on("request", (request) => {
        if (/^https?:/.test(request.url()) && !request.url().startsWith(url)) problems.push(`asks ${request.url()}`);
      });
      await page.goto(url + path, { waitUntil: "networkidle" });
      return page;
    },
  };
}

/** What went wrong in the pages of this file so far. */
export const problems: string[] = [];

/** The text of an element as a reader sees it. */
export function textOf(element: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: what is hidden must not count
  return element.innerText();
}

/** Axe finds nothing to mend. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  expect(found, page.url()).toEqual([]);
}

/** Waits until the run on this page has ended. */
export async function untilEnded(page: Page): Promise<void> {
  await page.getByText("The run has ended").waitFor({ state: "attached" });
}

/** Waits until the record of a run has its outcome; what a page shows may still belong to the run before. */
export async function untilRecorded(url: string, id: string): Promise<void> {
  const running = new Set(["queued", "running"]);
  for (;;) {
    const { state } = (await (await fetch(`${url}/api/runs/${id}`)).json()) as { state: string };
    if (!running.has(state)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The claim that the tests run: quick, and quicker with few draws. */
export const claimPage = "/papers/system-ranking";

/** Sets the number of draws and where to run, and starts the claim. */
export async function startClaim(page: Page, where: "in this browser" | "on the server", draws: number): Promise<void> {
  await page.getByRole("radio", { name: where }).check({ force: true });
  await page.getByText("Parameters").click();
  await page.getByLabel("draws").fill(String(draws));
  await page.getByRole("button", { name: /Run (the claim|again)/ }).click();
}
