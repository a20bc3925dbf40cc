import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { listFiles, type NewFile } from "./files.ts";
import { BucketHome } from "./homes/bucket.ts";
import { type FakeBucket, fakeBucket, fakeKeys } from "./homes/fake-bucket.ts";
import { FolderHome } from "./homes/folder.ts";
import type { FileHome } from "./homes/home.ts";
import { newId } from "./ids.ts";
import { forgetVisitorRuns, ownRun } from "./owners.ts";
import { rowsOf } from "./rows.ts";
import { RunFiles } from "./run-files.ts";
import { deleteRun, insertRun } from "./runs.ts";
import { openStore, type Store } from "./store.ts";
import { freshDataDir, someRun } from "./testing.ts";

let dataDir: string;
let store: Store;
let service: FakeBucket;
beforeAll(async () => {
  dataDir = await freshDataDir();
  store = await openStore({ dataDir });
  service = await fakeBucket();
}, 60_000);
afterEach(() => {
  service.faults.length = 0;
});
afterAll(async () => {
  await store.close();
  await service.close();
  await rm(dataDir, { recursive: true });
});

const open = () => {
  const made = { bucket: "papers", prefix: "f", region: "us-east-1", endpoint: service.endpoint, pathStyle: true };
  return new BucketHome({ ...made, ...fakeKeys, retries: 1, pauseMs: 1 });
};
const given: NewFile[] = [
  { role: "text", name: "a.txt", mediaType: "text/plain", bytes: randomBytes(600_000) },
  { role: "more", name: "ü b.txt", mediaType: "text/plain", bytes: new Uint8Array() },
];
async function countOf(what: string): Promise<number> {
  const result = await store.db.execute(sql`select count(*)::integer as n from livepapers.${sql.raw(what)}`);
  return rowsOf<{ n: number }>(result)[0]?.n ?? 0;
}
/** Stores a run with its files, as the service does. */
async function storeRun(files: RunFiles, fail = false): Promise<string> {
  const id = newId();
  const placed = await files.place(id, "in", given);
  await store.db.transaction(async (tx) => {
    await insertRun(tx, someRun({ id, kind: "tool", tool: "t", scale: null, state: "done" }));
    await files.insert(tx, id, placed);
    if (fail) throw new Error("the transaction fails");
  });
  return id;
}
const age = (minutes: number) =>
  store.db.execute(sql`update livepapers.file_places set at = at - make_interval(mins => ${minutes}::integer)`);

describe.each([
  ["the database", () => undefined],
  ["a folder", () => new FolderHome(join(dataDir, "files"))],
  ["a bucket", open],
] as [string, () => FileHome | undefined][])("files of runs in %s", (_name, home) => {
  it("are there to the byte, in parts too, and go with their run", async () => {
    const own = home();
    const files = new RunFiles(store, own);
    const id = await storeRun(files);
    const records = await listFiles(store.db, id);
    expect(records.map(({ name, size }) => [name, size])).toEqual([
      ["a.txt", 600_000],
      ["ü b.txt", 0],
    ]);
    for (const [i, record] of records.entries()) {
      expect(Buffer.from(await files.readWhole(id, record)).equals(given[i]?.bytes ?? new Uint8Array(1))).toBe(true);
    }
    const parts: Uint8Array[] = [];
    const range = { start: 524_280, end: 524_300 };
    for await (const part of files.read(id, { direction: "in", position: 0 }, range)) parts.push(part);
    expect(Buffer.concat(parts)).toEqual(given[0]?.bytes.subarray(524_280, 524_300));
    for await (const _ of files.read(id, { direction: "out", position: 0 })) throw new Error("there is no such file");
    expect(await countOf("run_file_parts")).toBe(own ? 0 : 2);
    expect(await files.sweep()).toBe(0);
    await deleteRun(store.db, id);
    expect(await files.sweep()).toBe(own ? 2 : 0);
    expect(await own?.list(id)).toEqual(own && []);
    expect(await countOf("run_file_parts")).toBe(0);
    expect(await countOf("file_places")).toBe(0);
  });
});

describe("files outside the database", () => {
  it("of visitors go when their days are over, and no others", async () => {
    const files = new RunFiles(store, open());
    const [old, young] = [await storeRun(files), await storeRun(files)];
    for (const id of [old, young]) await ownRun(store.db, id, { owner: "visitor:a" });
    await store.db.execute(sql`update livepapers.run_owners set at = now() - interval '8 days' where run_id = ${old}`);
    await forgetVisitorRuns(store.db, 7);
    expect((await Promise.all([files.sweep(), files.sweep()])).reduce((a, b) => a + b)).toBe(2);
    expect(await open().list(old)).toEqual([]);
    expect(await open().list(young)).toHaveLength(2);
    await deleteRun(store.db, young);
    await files.sweep();
    expect(service.objects.size).toBe(0);
  });

  it("of a transaction that failed are seen by nobody, and go after an hour", async () => {
    const files = new RunFiles(store, open());
    await expect(storeRun(files, true)).rejects.toThrow("the transaction fails");
    service.faults.push({ status: 403 });
    await expect(files.place("some-run", "out", given)).rejects.toThrow("status 403");
    expect(await countOf("run_files")).toBe(0);
    expect(await files.sweep()).toBe(0);
    await age(61);
    expect(await files.sweep()).toBe(4);
    expect(service.objects.size).toBe(0);
  });

  it("that were swept cannot be claimed afterwards, and a bucket that is away loses nothing", async () => {
    const files = new RunFiles(store, open());
    const placed = await files.place("late", "in", given.slice(0, 1));
    await age(61);
    service.faults.push({ status: 403 });
    await expect(files.sweep()).rejects.toThrow("status 403");
    expect(await countOf("file_places")).toBe(1);
    await files.sweep();
    const late = store.db.transaction(async (tx) => {
      const id = await insertRun(tx, someRun());
      await files.insert(tx, id, placed);
    });
    await expect(late).rejects.toThrow("has been swept away");
  });

  it("are found in whatever home they were copied to, and a missing one is named", async () => {
    const files = new RunFiles(store, open());
    const id = await storeRun(files);
    const record = { direction: "in" as const, position: 0, size: 600_000 };
    const nowhere = new RunFiles(store).readWhole(id, record);
    await expect(nowhere).rejects.toThrow("is not in the database, which LIVEPAPERS_FILES names");
    const copied = new FolderHome(join(dataDir, "copied"));
    for (const place of await open().list(id)) {
      const bytes: Uint8Array[] = [];
      for await (const part of open().read(place)) bytes.push(part);
      await copied.put(place, Buffer.concat(bytes));
    }
    const moved = await new RunFiles(store, copied).readWhole(id, record);
    expect(given[0] && Buffer.from(moved).equals(given[0].bytes)).toBe(true);
    const stored = await storeRun(new RunFiles(store));
    expect((await files.readWhole(stored, record)).byteLength).toBe(600_000);
    service.objects.clear();
    await expect(files.readWhole(id, record)).rejects.toThrow("is not in s3://papers/f");
  });
});
