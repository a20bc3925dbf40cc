import { createHash, randomInt } from "node:crypto";
import { cp, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { steps } from "./migrations.ts";
import type { NewRun } from "./runs.ts";
import { openStore } from "./store.ts";

/** A claim run for tests. */
export function someRun(run: Partial<NewRun> = {}): NewRun {
  return {
    kind: "claim",
    slug: `paper-${randomInt(1e9)}`,
    tool: null,
    scale: "quick",
    seed: 4_000_000_000,
    params: { draws: 3 },
    standard: true,
    state: "queued",
    origin: "server",
    version: "0.0.0",
    platform: "test",
    ticket: null,
    ...run,
  };
}

async function templateName(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const { version } = JSON.parse(await readFile(join(dirname(entry), "..", "package.json"), "utf8"));
  const tables = createHash("sha256").update(JSON.stringify(steps)).digest("hex").slice(0, 12);
  return `livepapers-template-${version}-${tables}`;
}

/**
 * A new data folder with an empty database, for tests. Making a database takes seconds, so one is kept among the temporary files and copied.
 * The caller removes the folder.
 */
export async function freshDataDir(): Promise<string> {
  const template = join(tmpdir(), await templateName());
  if (!(await stat(template).catch(() => undefined))) {
    const made = await mkdtemp(`${template}-`);
    const store = await openStore({ dataDir: made });
    await store.close();
    // Another test may have made it meanwhile: then theirs is as good.
    await rename(made, template).catch(() => rm(made, { recursive: true }));
  }
  const folder = await mkdtemp(join(tmpdir(), "livepapers-data-"));
  await cp(template, folder, { recursive: true });
  return folder;
}
