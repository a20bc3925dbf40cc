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
import { deleteRun } from "../../src/store/runs.ts";
import { openStore, type Store, type StoreOptions } from "../../src/store/store.ts";
import { freshDatabase } from "./database.ts";
import { collect } from "./service-checks.ts";

const run = promisify(execFile);
const catalogue = new URL("../../src/runs/fixtures/papers.ts", import.meta.url);
const claim = { kind: "claim" as const, slug: "draws" };
const file = { name: "a.txt", bytes: new TextEncoder().encode("abc\n") };

/** A store, and what LIVEPAPERS_FILES says. */
type Place = StoreOptions & { files?: string };

/** Files where they are said to be, or without a word in the data folder or the server's database. */
function filesOf(store: Store, at: Place): RunFiles {
  return new RunFiles(store, homeOf({ LIVEPAPERS_FILES: at.files }, "dataDir" in at ? at.dataDir : undefined));
}

const applied = { kind: "tool" as const, slug: "files", tool: "upper" };
const inputs = { text: [file], more: [{ ...file, name: "b.txt" }] };

/** What a tool was given and what it made, in order. */
async function textsOf(store: Store, files: RunFiles, id: string): Promise<string[]> {
  const texts = (await listFiles(store.db, id)).map(async (own) =>
    new TextDecoder().decode(await files.readWhole(id, own)),
  );
  return Promise.all(texts);
}

/** A run that is done, a tool's with its files, and one that waits. */
async function fill(at: Place) {
  const store = await openStore(at);
  const files = filesOf(store, at);
  const service = new RunService({ store, files, catalogue });
  await service.start();
  const done = await service.submit(claim);
  const tool = await service.submit(applied, inputs);
  const messages = await Promise.all([done, tool].map((id) => collect(service.subscribe(id))));
  await service.stop();
  const waits = new RunService({ store, files, catalogue });
  const waiting = await waits.submit(claim);
  await waits.stop();
  await store.close();
  return { ids: [done, tool], tool, messages, waiting };
}

/** What was there is there again, and what waited is done. */
async function check(at: Place, { ids, tool, messages, waiting }: Awaited<ReturnType<typeof fill>>): Promise<void> {
  const store = await openStore(at);
  const files = filesOf(store, at);
  const service = new RunService({ store, files, catalogue });
  try {
    expect((await textsOf(store, files, tool)).slice(0, 3)).toEqual(["abc\n", "abc\n", "ABC\nABC\n"]);
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

  it("of a PostgreSQL database with files in a folder is by two copies around the dump, whatever is removed meanwhile", async () => {
    const from = await freshDatabase();
    const to = await freshDatabase();
    const [kept, copy] = [join(folder, "kept"), join(folder, "kept-copy")];
    const at = { databaseUrl: from.url, files: kept };
    const store = await openStore(at);
    try {
      const files = filesOf(store, at);
      const service = new RunService({ store, files, catalogue });
      await service.start();
      const early = await service.submit(applied, inputs);
      await collect(service.subscribe(early));
      await service.stop();
      const texts = await textsOf(store, files, early);
      await cp(kept, copy, { recursive: true });
      const filled = await fill(at);
      const path = join(folder, "files.dump");
      await run("pg_dump", ["--format=custom", `--file=${path}`, from.url]);
      await deleteRun(store.db, early);
      expect(await files.sweep()).toBe(texts.length);
      await cp(kept, copy, { recursive: true });

      await run("pg_restore", ["--no-owner", "--exit-on-error", `--dbname=${to.url}`, path]);
      const there = { databaseUrl: to.url, files: copy };
      await check(there, filled);
      const restored = await openStore(there);
      expect(await textsOf(restored, filesOf(restored, there), early)).toEqual(texts);
      await restored.close();
    } finally {
      await store.close();
      await from.drop();
      await to.drop();
    }
  }, 120_000);
});
