import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { execute } from "./execute.ts";
import { memorySink } from "./memory-sink.ts";
import { fileSink } from "./sinks.ts";
import type { ExecuteOptions, JobFiles, ToolJob } from "./types.ts";

const catalogue = new URL("./fixtures/papers.ts", import.meta.url);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "livepapers-tools-"));
  await writeFile(join(folder, "in.txt"), "abc\ndef\n");
});
afterAll(() => rm(folder, { recursive: true }));

function toolJob(tool: string, params: Record<string, unknown> = {}): ToolJob {
  return { kind: "tool", slug: "files", tool, seed: 1, params: { fail: "no", copies: 1, ...params } };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array | undefined): string => new TextDecoder().decode(data);

async function inMemory(job: ToolJob, files: JobFiles, options: ExecuteOptions = {}) {
  const sink = memorySink();
  const outcome = await execute(job, { catalogue, files, sink, ...options });
  return { outcome, outputs: sink.outputs };
}

describe("execute: a tool", () => {
  it("reads files by path, from memory and from a stream, and names its outputs with their sizes", async () => {
    async function* stdin() {
      yield bytes("gh");
      yield bytes("i\nj");
    }
    const { outcome, outputs } = await inMemory(
      toolJob("upper"),
      {
        text: [{ name: "in.txt", path: join(folder, "in.txt") }],
        more: [
          { name: "-", stdin: true },
          { name: "m", bytes: bytes("k") },
        ],
      },
      { stdin: stdin() },
    );
    expect(outcome).toEqual({
      status: "done",
      summary: "5 lines in capitals.",
      outputs: [
        { name: "upper.txt", mediaType: "text/plain", bytes: 16 },
        { name: "counts.json", mediaType: "application/json", bytes: 11 },
      ],
    });
    expect(outputs.map((output) => text(output.bytes))).toEqual(["ABC\nDEF\nGHI\nJ\nK\n", '{"lines":5}']);
  });

  it("reads by position, at a path and in memory", async () => {
    const data = Uint8Array.from({ length: 100 }, (_, i) => i);
    await writeFile(join(folder, "data.bin"), data);
    for (const file of [
      { name: "data.bin", path: join(folder, "data.bin") },
      { name: "data.bin", bytes: data },
      { name: "data.bin", blob: new Blob([data]) },
    ]) {
      const { outputs } = await inMemory(toolJob("ends"), { file: [file] }, { isolated: "blob" in file });
      expect([...(outputs[0]?.bytes ?? [])]).toEqual([96, 97, 98, 99, 0, 1, 2, 3]);
    }
  });

  it("keeps order and content over many small and some large writes", async () => {
    const line = "x".repeat(300_000);
    const { outcome, outputs } = await inMemory(toolJob("upper", { copies: 3 }), {
      text: [{ name: "t", bytes: bytes(`a\n${line}\nb`) }],
    });
    expect(outcome.status).toBe("done");
    const long = line.toUpperCase();
    expect(text(outputs[0]?.bytes)).toBe(`A\nA\nA\n${long}\n${long}\n${long}\nB\nB\nB\n`);
    const seven = { text: [{ name: "t", bytes: bytes("abcdefg") }] };
    const many = await inMemory(toolJob("upper", { copies: 100_000 }), seven, { isolated: true });
    expect(text(many.outputs[0]?.bytes)).toBe("ABCDEFG\n".repeat(100_000));
  });

  it("refuses absent files, folders, and files that do not fit the tool's inputs", async () => {
    const refused = async (files: JobFiles) => (await inMemory(toolJob("upper"), files)).outcome;
    const absent = join(folder, "absent.txt");
    expect(await refused({ text: [{ name: "absent.txt", path: absent }] })).toEqual({
      status: "bad input",
      message: `${absent}: there is no such file.`,
    });
    expect(await refused({ text: [{ name: "x", path: folder }] })).toEqual({
      status: "bad input",
      message: `${folder}: this is a folder and a file is wanted.`,
    });
    expect(await refused({})).toEqual({ status: "bad input", message: "text: a file is missing: a text file." });
    expect(
      await refused({ text: [{ name: "a", bytes: bytes("a") }], wrong: [{ name: "b", bytes: bytes("b") }] }),
    ).toEqual({
      status: "bad input",
      message: 'there is no input "wrong". The inputs are text, more.',
    });
    const two = [
      { name: "a", bytes: bytes("a") },
      { name: "b", bytes: bytes("b") },
    ];
    expect(await refused({ text: two })).toEqual({
      status: "bad input",
      message: "text: one file is wanted and 2 were given.",
    });
  });

  it("leaves nothing behind when the tool refuses, breaks or is stopped after it has written", async () => {
    const before = await readdir(folder);
    for (const [fail, status, timeMs] of [
      ["bad", "bad input", 60_000],
      ["broken", "failed", 60_000],
      ["hang", "limit", 1500],
    ] as const) {
      const outcome = await execute(toolJob("upper", { fail }), {
        catalogue,
        files: { text: [{ name: "in.txt", path: join(folder, "in.txt") }] },
        sink: await fileSink({ out: join(folder, "made", "deep/") }),
        limits: { timeMs },
      });
      expect(outcome.status).toBe(status);
      expect(await readdir(folder)).toEqual(before);
    }
  });

  it("writes files: the main output by its given name, the others beside it", async () => {
    const out = join(folder, "result.txt");
    const job = toolJob("upper");
    const files = { text: [{ name: "in.txt", path: join(folder, "in.txt") }] };
    const outcome = await execute(job, { catalogue, files, sink: await fileSink({ out }) });
    expect(outcome).toMatchObject({
      status: "done",
      outputs: [{ path: out }, { path: join(folder, "result.counts.json") }],
    });
    expect(await readFile(out, "utf8")).toBe("ABC\nDEF\n");
    expect(await readFile(join(folder, "result.counts.json"), "utf8")).toBe('{"lines":2}');
    const appeared = await fileSink({ out: join(folder, "late.txt") });
    await writeFile(join(folder, "late.txt"), "mine");
    expect(await execute(job, { catalogue, files, sink: appeared })).toEqual({
      status: "bad input",
      message: `${join(folder, "late.txt")}: the file exists already. Use --force to overwrite it.`,
    });
    expect(await readFile(join(folder, "late.txt"), "utf8")).toBe("mine");
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
