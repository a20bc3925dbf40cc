import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memorySink } from "./memory-sink.ts";
import { fileSink, stdoutSink } from "./sinks.ts";
import type { OutputSink } from "./types.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "livepapers-sinks-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(sink: OutputSink, name: string, content: string, mediaType = "text/csv"): Promise<void> {
  const file = await sink.open(name, mediaType);
  await file.write(new TextEncoder().encode(content));
  await file.close();
}

const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");

describe("fileSink", () => {
  it("shows nothing under the final names before commit, and everything after", async () => {
    const sink = await fileSink({ out: join(folder, "out.csv") });
    await put(sink, "default.csv", "a,b\n");
    await put(sink, "weights.json", "{}");
    expect((await readdir(folder)).filter((name) => !name.endsWith(".tmp"))).toEqual([]);
    await sink.commit();
    expect((await readdir(folder)).sort()).toEqual(["out.csv", "out.weights.json"]);
    expect(await read("out.csv")).toBe("a,b\n");
  });

  it("leaves nothing after discard, not even a folder it made", async () => {
    const sink = await fileSink({ out: `${join(folder, "x", "y")}/` });
    await put(sink, "a.csv", "a");
    await sink.open("b.csv", "text/csv");
    await sink.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it("uses default names inside an existing folder", async () => {
    await mkdir(join(folder, "results"));
    const sink = await fileSink({ out: join(folder, "results") });
    await put(sink, "a.csv", "a");
    await put(sink, "b.csv", "b");
    await sink.commit();
    expect(await readdir(join(folder, "results"))).toEqual(["a.csv", "b.csv"]);
  });

  it("refuses to overwrite: before the run, when a second output is opened, and at commit; then nothing is written", async () => {
    await writeFile(join(folder, "out.csv"), "mine");
    await expect(fileSink({ out: join(folder, "out.csv") })).rejects.toThrow(/out\.csv: the file exists already/);

    await writeFile(join(folder, "new.b.json"), "mine");
    const second = await fileSink({ out: join(folder, "new.csv") });
    await put(second, "a.csv", "a");
    await expect(second.open("b.json", "application/json")).rejects.toThrow(/new\.b\.json: the file exists already/);
    await second.discard();

    const late = await fileSink({ out: join(folder, "late.csv") });
    await put(late, "a.csv", "a");
    await put(late, "b.json", "b");
    await writeFile(join(folder, "late.b.json"), "mine");
    await expect(late.commit()).rejects.toThrow(/late\.b\.json: the file exists already/);
    await late.discard();
    expect((await readdir(folder)).sort()).toEqual(["late.b.json", "new.b.json", "out.csv"]);
    expect(await read("late.b.json")).toBe("mine");
  });

  it("overwrites with force, and keeps the old file when the run is discarded", async () => {
    await writeFile(join(folder, "out.csv"), "old");
    const dropped = await fileSink({ out: join(folder, "out.csv"), force: true });
    await put(dropped, "a.csv", "new");
    await dropped.discard();
    expect(await read("out.csv")).toBe("old");
    const kept = await fileSink({ out: join(folder, "out.csv"), force: true });
    await put(kept, "a.csv", "new");
    await kept.commit();
    expect(await read("out.csv")).toBe("new");
    expect(await readdir(folder)).toEqual(["out.csv"]);
  });

  it("refuses paths that cannot be written, by name", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(fileSink({ out: join(folder, "no", "out.csv") })).rejects.toThrow(
      /out\.csv: cannot be written: the folder does not exist/,
    );
    await expect(fileSink({ out: join(folder, "file", "out.csv") })).rejects.toThrow(/the path leads through a file/);
    await expect(fileSink({ out: `${join(folder, "file")}/` })).rejects.toMatchObject({ name: "BadInput" });
    await expect(fileSink({ out: "" })).rejects.toMatchObject({ name: "BadInput" });
  });

  it("does not take a default name that leads elsewhere", async () => {
    const sink = await fileSink({ out: `${folder}/` });
    for (const name of ["../a", "/etc/a", "a/b", ".", ""]) await expect(sink.open(name, "text/csv")).rejects.toThrow();
  });
});

describe("stdoutSink", () => {
  it("sends the main output to standard output at commit if it is text, all else to files", async () => {
    const stdout = new PassThrough();
    const sink = await stdoutSink({ stdout, directory: folder });
    await put(sink, "a.csv", "a,b\n");
    await put(sink, "b.json", "{}", "application/json");
    expect(stdout.read()).toBeNull();
    await sink.commit();
    expect(String(stdout.read())).toBe("a,b\n");
    expect(await readdir(folder)).toEqual(["b.json"]);
    const binary = await stdoutSink({ stdout, directory: folder });
    await put(binary, "m.safetensors", "x", "application/octet-stream");
    await binary.commit();
    expect(stdout.read()).toBeNull();
    expect((await readdir(folder)).sort()).toEqual(["b.json", "m.safetensors"]);
  });

  it("passes a live output on at once", async () => {
    const stdout = new PassThrough();
    const sink = await stdoutSink({ stdout, directory: folder });
    const file = await sink.open("answers.jsonl", "application/x-ndjson", true);
    await file.write(new TextEncoder().encode("1\n"));
    expect(String(stdout.read())).toBe("1\n");
    await sink.discard();
  });

  it("writes nothing when the run is discarded", async () => {
    const stdout = new PassThrough();
    const sink = await stdoutSink({ stdout, directory: folder });
    await put(sink, "a.csv", "a,b\n");
    await put(sink, "b.csv", "x");
    await sink.discard();
    expect(stdout.read()).toBeNull();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("memorySink", () => {
  it("keeps outputs from commit on, and refuses more than its limit", async () => {
    const sink = memorySink({ maxBytes: 10 });
    await put(sink, "a.csv", "12345");
    expect(sink.outputs).toEqual([]);
    await put(sink, "b.csv", "67890");
    await expect(put(sink, "c.csv", "1")).rejects.toThrow(/c\.csv: the outputs are larger than the limit of 10 B/);
    await sink.commit();
    expect(sink.outputs.map(({ name, bytes }) => [name, bytes.byteLength])).toEqual([
      ["a.csv", 5],
      ["b.csv", 5],
      ["c.csv", 0],
    ]);
    await sink.discard();
    expect(sink.outputs).toEqual([]);
  });
});
