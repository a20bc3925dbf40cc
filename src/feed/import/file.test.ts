import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { type InputFile, memoryFile } from "../../kit/files.ts";
import { findPaperRow } from "../../store/papers.ts";
import { importFile } from "./file.ts";
import { testImports } from "./testing.ts";

const now = new Date("2026-01-10T12:00:00Z");
const { db, skipped, context } = testImports(now);

describe("importing a file", () => {
  const line = (id: string, more: object = {}): string =>
    JSON.stringify({ arxiv: id, title: `File ${id}`, authors: ["Alan Turing"], abstract: "Machines.", ...more });

  it("takes in the example of the documentation", async () => {
    const bytes = await readFile(new URL("../../../docs/papers.example.jsonl", import.meta.url));
    const report = await importFile(memoryFile("papers.example.jsonl", bytes), context());
    expect(report).toMatchObject({ skipped: 0 });
    expect(report.added + report.updated).toBeGreaterThanOrEqual(3);
    expect(skipped()).toEqual([]);
  });

  it("leaves bad lines out and says which", async () => {
    const lines = [
      `\ufeff${line("2601.30001v2", { categories: ["cs.LG"], listed: "2026-01-05" })}`,
      "",
      "{",
      line("2601.30002", { authors: [] }),
      line("2601.30003", { title: "y".repeat(2 << 20) }),
      "LATIN",
      line("2601.30004", { upvotes: -1 }),
      line("2601.30005", { published: "2026-01-03T10:00:00+02:00", field: "llm-systems" }),
    ].join("\r\n");
    const [before = "", after = ""] = lines.split("LATIN");
    const bad = Buffer.from(line("2601.30006", { abstract: "Schr\u00f6dinger" }), "latin1");
    const bytes = Buffer.concat([Buffer.from(before), bad, Buffer.from(after)]);
    expect(await importFile(memoryFile("p.jsonl", bytes), context())).toMatchObject({ added: 2, skipped: 5 });
    expect(skipped()).toEqual([
      "p.jsonl, line 3: the line is not JSON",
      "p.jsonl, line 4: authors: has no name",
      "p.jsonl, line 5: the line is longer than 1.0 MB",
      "p.jsonl, line 6: abstract: is not in the encoding it says",
      expect.stringMatching(/^p\.jsonl, line 7: upvotes/),
    ]);
    expect(await findPaperRow(db(), "2601.30001")).toMatchObject({ version: 2, listed: "2026-01-05" });
    expect(await findPaperRow(db(), "2601.30005")).toMatchObject({ field: "llm-systems", listed: "2026-01-03" });
  });

  it("goes on at its line when it was stopped, and begins again when it was not", async () => {
    const lines = Array.from({ length: 1203 }, (_, i) => line(`2601.4${String(i).padStart(4, "0")}`));
    const file = memoryFile("long.jsonl", lines.join("\n"));
    const stop = new AbortController();
    const stopped = importFile(
      file,
      context({ signal: stop.signal, onProgress: () => stop.abort(new Error("killed")) }),
    );
    await expect(stopped).rejects.toThrow("killed");
    expect(await importFile(file, context())).toEqual({ added: 703, updated: 0, unchanged: 0, skipped: 0 });
    expect(await importFile(file, context())).toEqual({ added: 0, updated: 0, unchanged: 1203, skipped: 0 });
  });

  it("leaves out what lies outside of the times, and what the database does not take", async () => {
    // Less than a line may have; as words of an index, more than the database takes.
    const word = (n: number): string => (150_000 + n).toString(36);
    const name = (n: number): string => Array.from({ length: 40 }, (_, i) => word(40 * n + i)).join(" ");
    const names = Array.from({ length: 3500 }, (_, n) => name(n));
    const lines = [
      line("2601.50001"),
      line("2601.50002", { updated: "+012345-01-01T00:00:00Z" }),
      line("2601.50003", { updated: "-000005-01-01T00:00:00Z" }),
      line("2601.50004", { authors: names }),
      line("2601.50005", { updated: "2026-01-09" }),
      line("2601.50006", { updated: "2031-01-09" }),
    ];
    const file = memoryFile("times.jsonl", lines.join("\n"));
    expect(await importFile(file, context())).toEqual({ added: 2, updated: 0, unchanged: 0, skipped: 4 });
    expect(skipped()).toEqual([
      expect.stringMatching(/^times\.jsonl, line 2: .* lies in the future$/),
      expect.stringMatching(/^times\.jsonl, line 3: .* lies before arXiv began$/),
      "times.jsonl, line 6: 2031-01-09 lies in the future",
      expect.stringMatching(/^times\.jsonl, line 4: the database does not take it: string is too long/),
    ]);
    expect(await importFile(file, context())).toMatchObject({ added: 0, unchanged: 2 });
  });

  it("reads a stream from its beginning, also when the last one was left in the middle", async () => {
    const stream = (ids: readonly string[]): InputFile => ({
      name: "/dev/fd/63",
      size: undefined,
      seekable: false,
      async *stream() {
        yield Buffer.from(ids.map((id) => line(id)).join("\n"));
      },
      slice: () => Promise.reject(new Error("not seekable")),
    });
    const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => `2601.6${from + i}`);
    const stop = new AbortController();
    const more = { signal: stop.signal, onProgress: () => stop.abort(new Error("killed")) };
    await expect(importFile(stream(ids(1000, 700)), context(more))).rejects.toThrow("killed");
    expect(await importFile(stream(ids(2000, 600)), context())).toMatchObject({ added: 600 });
  });

  it("refuses an empty file", async () => {
    await expect(importFile(memoryFile("none.jsonl", "\n\n"), context())).rejects.toThrow(
      "none.jsonl: the file is empty",
    );
  });
});
