import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseParams } from "../kit/params.ts";
import { getExperiment } from "../papers/catalogue.ts";
import { checkFiles, toolOf } from "./check.ts";
import { execute } from "./execute.ts";
import { memorySink } from "./memory-sink.ts";
import { loadModules } from "./own-modules.ts";
import type { ToolJob } from "./types.ts";

let folder: string;
let cost: string;
const csv = `a,b\n${Array.from({ length: 60 }, (_, i) => `${i % 7},${i}`).join("\n")}\n`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "livepapers-modules-"));
  const path = join(folder, "mean.ts");
  await writeFile(
    path,
    `export function loss({ data, rows, columns }: { data: Float64Array; rows: number; columns: number }, _: null, at: number) {
       return Float64Array.from({ length: rows }, (_row, i) => ((data[i * columns] ?? 0) - at) ** 2);
     }
     export function fit({ data, rows, columns }: { data: Float64Array; rows: number; columns: number }, _: null, w: Float64Array) {
       let [sum, total] = [0, 0];
       for (let i = 0; i < rows; i++) { sum += (w[i] ?? 0) * (data[i * columns] ?? 0); total += w[i] ?? 0; }
       return sum / total;
     }\n`,
  );
  await writeFile(join(folder, "broken.mjs"), "export const = 1;\n");
  cost = pathToFileURL(path).href;
});
afterAll(() => rm(folder, { recursive: true }));

const params = { target: "", problem: "logistic", size: 20, features: [], positive: "", missing: "refuse", test: 0 };
const job: ToolJob = {
  kind: "tool",
  slug: "auto-coreset",
  tool: "coreset",
  seed: 1,
  params: { ...params, c: 1, k: 3, summary: "importance", classes: "sqrt", patience: 3 },
};
const files = { data: [{ name: "t.csv", bytes: new TextEncoder().encode(csv) }] };

describe("a module of the reader's own", () => {
  it("is loaded in the command's worker, TypeScript too", async () => {
    const outcome = await execute(job, { files, sink: memorySink(), modules: { cost } });
    expect(outcome).toMatchObject({
      status: "done",
      summary: expect.stringMatching(/^Picked \d+ of 60 rows for the given cost/),
    });
  });

  it("that does not load is refused in a sentence", async () => {
    const broken = pathToFileURL(join(folder, "broken.mjs")).href;
    await expect(loadModules({ cost: broken })).rejects.toThrow(/^--cost: .*broken\.mjs cannot be loaded: /);
  });

  it("is never loaded where a server runs: not as module, option or file", async () => {
    await expect(execute(job, { files, background: true, modules: { cost } })).rejects.toThrow(
      "a server loads no code",
    );
    const tool = await toolOf(await getExperiment("auto-coreset"), "coreset");
    expect(tool.modules?.map(({ name }) => name)).toEqual(["cost"]);
    expect(() => parseParams(tool.options, { cost })).toThrow("there is no parameter --cost");
    expect(() => checkFiles(tool, { ...files, cost: [{ name: "mean.ts", bytes: new Uint8Array(1) }] })).toThrow("cost");
  });

  it("is known to no code of the site, the API, the store or the queue", async () => {
    const root = new URL("../", import.meta.url);
    const own = ["service.ts", "runner.ts", "queue.ts", "request.ts"].map((name) => new URL(`runs/${name}`, root));
    for (const part of ["web/", "api/", "store/"]) {
      const names = await readdir(new URL(part, root), { recursive: true });
      own.push(...names.filter((name) => /\.tsx?$/.test(name)).map((name) => new URL(`${part}${name}`, root)));
    }
    expect(own.length).toBeGreaterThan(50);
    for (const file of own)
      expect(await readFile(file, "utf8"), file.href).not.toMatch(/loadModules|moduleUrls|\bmodules:\s/);
  });
});
