import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockFolder } from "./lock.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "livepapers-lock-"));
});
afterEach(() => rm(folder, { recursive: true }));

const lock = (owner: object): Promise<void> => writeFile(join(folder, "lock"), JSON.stringify(owner));

describe("lockFolder", () => {
  it("admits one owner at a time and names it", async () => {
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(
      `${folder}: another livepapers is using this data folder (pid ${process.pid}).`,
    );
    await unlock();
    const again = await lockFolder(folder);
    await again();
    expect(await readdir(folder)).toEqual([]);
  });

  it("admits exactly one of many that come at once, over a stale lock too", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    for (let round = 0; round < 50; round++) {
      await lock({ pid: child.pid, host: hostname(), born: "" });
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
      const won = tries.filter((each) => each.status === "fulfilled");
      expect(won).toHaveLength(1);
      await won[0]?.value();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it("takes over from a process whose number was given to another since", async () => {
    await lock({ pid: process.pid, host: hostname(), born: "an earlier boot 1" });
    if (process.platform !== "linux") return expect(lockFolder(folder)).resolves.toBeTypeOf("function");
    const unlock = await lockFolder(folder);
    expect(await readFile(join(folder, "lock"), "utf8")).not.toContain("earlier");
    await unlock();
  });

  it("judges another machine's lock, and a damaged one, by its age", async () => {
    for (const content of [JSON.stringify({ pid: 1, host: "elsewhere", born: "" }), "{"]) {
      await writeFile(join(folder, "lock"), content);
      await expect(lockFolder(folder)).rejects.toMatchObject({ name: "BadInput" });
      const old = new Date(Date.now() - 60_000);
      await utimes(join(folder, "lock"), old, old);
      const unlock = await lockFolder(folder);
      await unlock();
    }
  });
});
