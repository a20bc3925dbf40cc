import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

describe("makeFolder", () => {
  it("makes what is missing and says where that begins", async () => {
    const base = await mkdtemp(join(tmpdir(), "livepapers-folder-"));
    try {
      expect(await makeFolder(join(base, "a", "b", "c"))).toBe(join(base, "a"));
      expect((await stat(join(base, "a", "b", "c"))).isDirectory()).toBe(true);
      expect(await makeFolder(join(base, "a", "b"))).toBeUndefined();
      await writeFile(join(base, "file"), "");
      await expect(makeFolder(join(base, "file", "x"))).rejects.toThrow(/EEXIST|ENOTDIR/);
    } finally {
      await rm(base, { recursive: true });
    }
  });

  it.runIf(process.platform === "linux")("ends where nothing can be made", async () => {
    await expect(makeFolder("/proc/nothing/here")).rejects.toThrow(/ENOENT|EACCES|EPERM/);
  });
});
