import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshDataDir } from "../store/testing.ts";
import { cli } from "./testing.ts";

let folder: string;
let files: string;

beforeAll(async () => {
  folder = await freshDataDir();
  files = await mkdtemp(join(tmpdir(), "livepapers-digest-"));
}, 120_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(files, { recursive: true });
});

const run = (...line: string[]) => cli(["digest", ...line], { env: { LIVEPAPERS_DATA: folder } });

describe("livepapers digest", () => {
  it("prints the digest and writes it as files", async () => {
    const out = join(files, "preview");
    const made = await run("--preview", "--field", "ranking-and-rewards,llm-systems", "--out", out, "--weekly");
    expect(made.status).toBe(0);
    expect(made.out).toMatch(/^Trending papers, week \d+ of \d{4}\n\n1\. /);
    expect(made.out.replace(/\s+/g, " ")).toContain(
      "You get this every Monday at 07:00 (UTC), about Ranking and rewards and LLM",
    );
    expect(made.out).not.toContain("Model merging");
    const [, path = ""] = /Wrote (\S+)\.html/.exec(made.err) ?? [];
    expect((await simpleParser(await readFile(`${path}.eml`))).text).toBe(made.out);
    expect(await readFile(`${path}.html`, "utf8")).toMatch(/^<!doctype html>/);
  });

  it("refuses what it cannot do in one sentence", async () => {
    const file = join(files, "file");
    await writeFile(file, "");
    for (const [line, sentence] of [
      [[], "digest needs --preview"],
      [["--preview", "--field", "llm-system"], 'Did you mean "llm-systems"?'],
      [["--preview", "--date", "2026-02-31"], '--date: "2026-02-31" is not a day'],
    ] as const) {
      const { status, err } = await run(...line);
      expect({ status, lines: err.trim().split("\n").length }).toEqual({ status: 2, lines: 1 });
      expect(err).toContain(sentence);
    }
    const { status, err } = await run("--preview", "--out", file);
    expect(status).toBe(2);
    expect(err).toContain("nothing can be written there");
  });
});
