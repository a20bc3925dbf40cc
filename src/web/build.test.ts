import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { catalogue } from "../papers/catalogue.ts";
import { ensureBuild, sourceStamp } from "./build.ts";
import { isServerOnly } from "./bundling.ts";
import { packageRoot } from "./root.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "livepapers-build-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, content: string): Promise<void> {
  await mkdir(join(root, path, ".."), { recursive: true });
  await writeFile(join(root, path), content);
}

describe("the stamp of the sources", () => {
  it("changes with what is built and with nothing else", async () => {
    await write("src/kit/a.ts", "1");
    const first = await sourceStamp(root);
    await write("src/kit/a.test.ts", "a test");
    await write("src/cli/main.ts", "the command");
    expect(await sourceStamp(root)).toBe(first);
    await write("src/kit/a.ts", "2");
    const second = await sourceStamp(root);
    expect(second).not.toBe(first);
    await write("package-lock.json", "{}");
    expect(await sourceStamp(root)).not.toBe(second);
  });
});

describe("an installed package", () => {
  it("uses the site it brought along", async () => {
    await write("package.json", "{}");
    await write("build/server/index.js", "");
    expect(await ensureBuild({ root })).toBe(join(root, "build"));
  });

  it("says that the site is missing", async () => {
    await write("package.json", "{}");
    await expect(ensureBuild({ root })).rejects.toThrow("missing");
  });
});

describe("bundles for the browser", () => {
  it("know which papers run on the server only", async () => {
    for (const { card } of catalogue) {
      const path = join(packageRoot(), "src/papers", card.field, card.slug, "card.ts");
      expect(isServerOnly(await readFile(path, "utf8")), card.slug).toBe(card.where === "server");
    }
  });
});
