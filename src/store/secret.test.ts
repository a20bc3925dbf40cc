import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keyFor, readSecret } from "./secret.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "livepapers-secret-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("the secret", () => {
  it("is made at the first start, for its owner alone, and stays", async () => {
    const inside = join(folder, "data");
    const all = await Promise.all(Array.from({ length: 8 }, () => readSecret(undefined, inside)));
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toMatch(/^[\w-]{43}$/);
    expect((await stat(join(inside, "secret"))).mode & 0o777).toBe(0o600);
    expect(await readdir(inside)).toEqual(["secret"]);
    expect(await readSecret("", inside)).toBe(all[0]);
  });

  it("is taken from the environment when it is there, and then not stored", async () => {
    const given = "x".repeat(32);
    expect(await readSecret(given, folder)).toBe(given);
    expect(await readdir(folder)).toEqual([]);
  });

  it("is refused when it is short, wherever it comes from", async () => {
    await expect(readSecret("short", folder)).rejects.toThrow("LIVEPAPERS_SECRET: the secret has 5 characters");
    await writeFile(join(folder, "secret"), "\n");
    await expect(readSecret(undefined, folder)).rejects.toMatchObject({ name: "BadInput" });
  });

  it("takes back rights that a copy of the folder has given to others", async () => {
    await readSecret(undefined, folder);
    const path = join(folder, "secret");
    await chmod(path, 0o644);
    const before = await readFile(path, "utf8");
    expect(await readSecret(undefined, folder)).toBe(before.trim());
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("gives a key of its own to every purpose", () => {
    const keys = ["cookies", "forms"].map((purpose) => keyFor("s".repeat(40), purpose).toString("hex"));
    expect(new Set(keys).size).toBe(2);
    expect(keyFor("s".repeat(40), "forms").toString("hex")).toBe(keys[1]);
    expect(keyFor("t".repeat(40), "forms").toString("hex")).not.toBe(keys[1]);
  });
});
