import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunService } from "../../src/runs/service.ts";
import { listFiles } from "../../src/store/files.ts";
import { homeOf } from "../../src/store/homes/open.ts";
import { RunFiles } from "../../src/store/run-files.ts";
import { openStore, type Store, type StoreOptions } from "../../src/store/store.ts";
import { freshDatabase } from "./database.ts";
import { collect } from "./service-checks.ts";

const run = promisify(execFile);
const catalogue = new URL("../../src/runs/fixtures/papers.ts", import.meta.url);
const claim = { kind: "claim" as const, slug: "draws" };
const file = { name: "a.txt", bytes: new TextEncoder().encode("abc\n") };

/** Files where they are kept without a word: in the data folder, or in the server's database. */
function filesOf(store: Store, at: StoreOptions): RunFiles {
  return new RunFiles(store, homeOf({}, "dataDir" in at ? at.dataDir : undefined));
}

/** A run that is done, a tool's with its files, and one that waits. */
async function fill(at: StoreOptions) {
  const store = await openStore(at);
  const files = filesOf(store, at);
  const service = new RunService({ store, files, catalogue });
  await service.start();
  const done = await service.submit(claim);
  const tool = await service.submit(
    { kind: "tool", slug: "files", tool: "upper" },
    { text: [file], more: [{ ...file, name: "b.txt" }] },
  );
  const messages = await Promise.all([done, tool].map((id) => collect(service.subscribe(id))));
  await service.stop();
  const waits = new RunService({ store, files, catalogue });
  const waiting = await waits.submit(claim);
  await waits.stop();
  await store.close();
  return { ids: [done, tool], tool, messages, waiting };
}

/** What was there is there again, and what waited is done. */
async function check(
  at: StoreOptions,
  { ids, tool, messages, waiting }: Awaited<ReturnType<typeof fill>>,
): Promise<void> {
  const store = await openStore(at);
  const files = filesOf(store, at);
  const service = new RunService({ store, files, catalogue });
  try {
    const texts = (await listFiles(store.db, tool)).map(async (file) =>
      new TextDecoder().decode(await files.readWhole(tool, file)),
    );
    expect((await Promise.all(texts)).slice(0, 3)).toEqual(["abc\n", "abc\n", "ABC\nABC\n"]);
    expect(await Promise.all(ids.map((id) => collect(service.subscribe(id))))).toEqual(messages);
    expect(await service.get(waiting)).toMatchObject({ state: "queued" });
    await service.start();
    expect((await collect(service.subscribe(waiting))).at(-1)).toMatchObject({ outcome: { status: "done" } });
  } finally {
    await service.stop();
    await store.close();
  }
}

describe("backup and restore, as docs/operations.md says", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "livepapers-backup-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("of a data folder is a copy made while the server is stopped", async () => {
    const dataDir = join(folder, "data");
    const filled = await fill({ dataDir });
    await cp(dataDir, join(folder, "copy"), { recursive: true });
    await rm(dataDir, { recursive: true });
    await check({ dataDir: join(folder, "copy") }, filled);
  }, 120_000);

  it("of a PostgreSQL database is by pg_dump and pg_restore", async () => {
    const from = await freshDatabase();
    const to = await freshDatabase();
    try {
      const filled = await fill({ databaseUrl: from.url });
      const path = join(folder, "livepapers.dump");
      await run("pg_dump", ["--format=custom", `--file=${path}`, from.url]);
      await run("pg_restore", ["--no-owner", "--exit-on-error", `--dbname=${to.url}`, path]);
      await check({ databaseUrl: to.url }, filled);
    } finally {
      await from.drop();
      await to.drop();
    }
  }, 120_000);
});
