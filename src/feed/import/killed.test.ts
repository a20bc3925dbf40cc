import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { memoryFile } from "../../kit/files.ts";
import { openStore } from "../../store/store.ts";
import { freshDataDir } from "../../store/testing.ts";
import { importFile } from "./file.ts";

/** A process that imports a file and kills itself, as nothing can prevent, when it has stored two parts of it. */
const killed = `
  const [file, dataDir, here] = process.argv.slice(1);
  const load = (path) => import(new URL(path, here).href);
  const { memoryFile } = await load("../../kit/files.ts");
  const { openStore } = await load("../../store/store.ts");
  const { importFile } = await load("./file.ts");
  const { db } = await openStore({ dataDir });
  let parts = 0;
  const onProgress = () => {
    parts += 1;
    if (parts === 2) process.kill(process.pid, "SIGKILL");
  };
  const { readFile } = await import("node:fs/promises");
  await importFile(memoryFile("papers.jsonl", await readFile(file)), { db, onProgress });
`;

it("an import whose process is killed goes on behind what it had stored", async () => {
  const [dataDir, folder] = [await freshDataDir(), await mkdtemp(join(tmpdir(), "livepapers-killed-"))];
  try {
    const path = join(folder, "papers.jsonl");
    const lines = Array.from({ length: 1600 }, (_, i) =>
      JSON.stringify({ arxiv: `2401.${10_000 + i}`, title: "T", authors: ["A"], abstract: "B" }),
    );
    await writeFile(path, lines.join("\n"));
    const words = ["--input-type=module", "--eval", killed, path, dataDir, import.meta.url];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "inherit"] });
    const signal = await new Promise((resolve) => child.on("exit", (_status, by) => resolve(by)));
    expect(signal).toBe("SIGKILL");
    const store = await openStore({ dataDir });
    try {
      const file = memoryFile("papers.jsonl", lines.join("\n"));
      const report = await importFile(file, { db: store.db });
      expect(report).toEqual({ added: 600, updated: 0, unchanged: 0, skipped: 0 });
      expect(await importFile(file, { db: store.db })).toMatchObject({ added: 0, unchanged: 1600 });
    } finally {
      await store.close();
    }
  } finally {
    await rm(dataDir, { recursive: true });
    await rm(folder, { recursive: true });
  }
});
