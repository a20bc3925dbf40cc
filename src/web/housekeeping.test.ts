import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { embeddedStore } from "../store/embedded-testing.ts";
import { rowsOf } from "../store/rows.ts";
import { RunFiles } from "../store/run-files.ts";
import { recordRead } from "../store/signals.ts";
import type { Db } from "../store/store.ts";
import { keepHouse } from "./housekeeping.ts";

const store = embeddedStore();

it("tells of a cleaning that fails as of a fault", async () => {
  const told: unknown[] = [];
  const files = Object.assign(new RunFiles(store()), { sweep: () => Promise.reject(new Error("the bucket is away")) });
  keepHouse({ db: store().db, files, dataDir: "/nowhere", log: (...line) => told.push(line) })();
  await expect.poll(() => told).toEqual([["housekeeping, files of runs: the bucket is away", "error"]]);
});

it("begins with the first cleaning: what readers not signed in read is forgotten when it counts no longer", async () => {
  const { db } = store();
  const [long, now] = [new Date(Date.now() - 90 * 86_400_000), new Date()];
  await recordRead(db, "a", { id: "address:old" }, long);
  await recordRead(db, "a", { id: "address:new" }, now);
  await recordRead(db, "a", { id: "account:old" }, long);
  const stop = keepHouse({ db, files: new RunFiles(store()), dataDir: "/nowhere", log() {} });
  try {
    await expect
      .poll(async () => rowsOf(await db.execute(sql`select reader from livepapers.reads order by reader`)))
      .toEqual([{ reader: "account:old" }, { reader: "address:new" }]);
  } finally {
    stop();
  }
});

it("goes on with the rest when something cannot be removed", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "livepapers-house-"));
  const folder = join(dataDir, "mail");
  await mkdir(folder);
  await writeFile(join(folder, "old.eml"), "");
  await utimes(join(folder, "old.eml"), 0, 0);
  const lines: string[] = [];
  const db = { execute: () => Promise.reject(new Error("no database")) } as unknown as Db; // all that these tasks call
  const files = { sweep: () => Promise.resolve(0) };
  const stop = keepHouse({ db, files, dataDir, log: (line) => void lines.push(line) });
  try {
    await expect.poll(() => readdir(folder)).toEqual([]);
    expect(lines).toContain("housekeeping, runs of visitors: no database");
    expect(lines.length).toBeGreaterThan(4);
  } finally {
    stop();
    await rm(dataDir, { recursive: true });
  }
});
