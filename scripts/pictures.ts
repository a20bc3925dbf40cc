import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { runCommand } from "../src/cli/command.ts";
import { createSheet } from "../src/cli/terminal/sheet.ts";
import { execute } from "../src/runs/execute.ts";
import { startServer } from "../src/web/server.ts";

/** `node scripts/pictures.ts`: takes the pictures of the README again, from a real run and a real server: of the papers named, - for none. */
const docs = fileURLToPath(new URL("../docs/", import.meta.url));

const colours: Record<string, string> = {
  "1": "font-weight:700",
  "2": "color:#8a857b",
  "31": "color:#f29a9a",
  "32": "color:#7fd19e",
  "33": "color:#e6c566",
  "36": "color:#8fc7d6",
};

/** Terminal colours as HTML; the sheets close every style they open. */
function ansiHtml(text: string): string {
  const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character of terminal colours
  return escaped.replace(/\u001b\[(\d+)m/g, (_, code: string) =>
    colours[code] ? `<span style="${colours[code]}">` : "</span>",
  );
}

async function verdictPicture(browser: Browser, slug: string): Promise<void> {
  let text = "";
  const sheet = createSheet(
    (piece) => {
      text += piece;
    },
    { columns: 92, colours: true },
  );
  await runCommand(["reproduce", slug], {
    out: sheet,
    err: createSheet(() => {}),
    stdout: process.stdout,
    stdin: process.stdin,
    env: {},
    signal: new AbortController().signal,
    execute,
  });
  const verdict = text.slice(text.lastIndexOf("\n", text.indexOf("━")) + 1).trimEnd();
  const prompt = `<span style="color:#8a857b">$</span> npx livepapers reproduce ${slug}\n<span style="color:#8a857b">…</span>\n`;
  const page = await browser.newPage({ viewport: { width: 860, height: 400 }, deviceScaleFactor: 1.5 });
  await page.setContent(
    `<body style="margin:0;background:#171614"><pre style="margin:0;padding:22px 26px;display:inline-block;color:#ece7dd;font:13.5px/1.5 'DejaVu Sans Mono',Menlo,monospace">${prompt}${ansiHtml(verdict)}</pre>`,
  );
  await page.locator("pre").screenshot({ path: join(docs, "verdict.png") });
}

async function sitePicture(browser: Browser, slug: string): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "livepapers-pictures-"));
  const server = await startServer({ port: 0, dataDir });
  try {
    const page = await browser.newPage({ viewport: { width: 1120, height: 1180 } });
    await page.goto(`${server.url}/papers/${slug}`);
    await page.getByRole("button", { name: /^Run/ }).first().click();
    await page.getByText("This run stays at").waitFor({ timeout: 60_000 });
    await page.locator("#run").evaluate((heading) => heading.scrollIntoView({ block: "start" }));
    await page.screenshot({ path: join(docs, "site.png") });
  } finally {
    await server.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const [verdict = "continual-release", site = "system-ranking"] = process.argv.slice(2);
if (verdict !== "-") await verdictPicture(browser, verdict);
if (site !== "-") await sitePicture(browser, site);
await browser.close();
process.exit();
