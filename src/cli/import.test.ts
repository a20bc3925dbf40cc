import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { atomPage, type FakeSource, fakeSource, testFetcher } from "../feed/import/testing.ts";
import { freshDataDir } from "../store/testing.ts";
import { cli } from "./testing.ts";

let folder: string;
let files: string;
let source: FakeSource;

beforeAll(async () => {
  folder = await freshDataDir();
  files = await mkdtemp(join(tmpdir(), "livepapers-import-"));
  source = await fakeSource();
}, 120_000);
afterAll(async () => {
  await source.close();
  await rm(folder, { recursive: true });
  await rm(files, { recursive: true });
});

const run = (...line: string[]) => runWith("", ...line);
const runWith = (stdin: string, ...line: string[]) =>
  cli(["import", ...line], {
    stdin,
    env: { LIVEPAPERS_DATA: folder },
    sources: {
      fetcher: testFetcher([source], { attempts: 2 }).fetcher,
      bases: { arxiv: `${source.url}/api/query`, daily: `${source.url}/api/daily_papers` },
    },
  });

describe("livepapers import", () => {
  it.each([
    [[], "import needs a source: arxiv, daily, file."],
    [["arxv"], 'there is no source "arxv". Did you mean "livepapers import arxiv"?'],
    [["arxiv"], '--category is missing. See "livepapers import arxiv --help".'],
    [["arxiv", "--category", "cs LG"], '--category: "cs LG" is not an arXiv category.'],
    [["arxiv", "--category", "cs.LG", "--since", "yesterday"], '--since: "yesterday" is not a day.'],
    [["daily", "--date", "2026-02-31"], '--date: "2026-02-31" is not a day.'],
    [["daily", "--dat", "2026-02-01"], "there is no option --dat. Did you mean --date?"],
    [["file"], "the path is missing."],
    [["file", "/nowhere/papers.jsonl"], "/nowhere/papers.jsonl: there is no such file."],
  ])("refuses %j in one sentence", async (line, sentence) => {
    const { status, out, err } = await run(...line);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toContain(sentence);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  it("of arXiv says what it did, and what it left out", async () => {
    source.answer = (_url, response) => response.end(atomPage([{ id: "2401.00001v1" }, { id: "nonsense" }]));
    const { status, out, err } = await run("arxiv", "--category", "cs.LG");
    expect({ status, out }).toEqual({
      status: 0,
      out: "1 paper added, 0 brought up to date, 1 known already, 2 left out.\n",
    });
    expect(err).toContain('left out arXiv nonsense: "http://arxiv.org/abs/nonsense" is not an arXiv id');
    expect(source.asked[0]?.searchParams.get("search_query")).toContain("cat:cs.LG");
  });

  it("of the daily papers fails in one sentence when the source does", async () => {
    source.answer = (_url, response) => response.writeHead(503).end();
    const { status, out, err } = await run("daily", "--date", "2024-01-02");
    expect({ status, out }).toEqual({ status: 1, out: "" });
    expect(err).toMatch(
      /livepapers: 127\.0\.0\.1:\d+ answers 503, 2 times in a row\. What was read is stored; the same command goes on from there\.\n$/,
    );
  });

  it("of a file takes its papers in once", async () => {
    const path = join(files, "papers.jsonl");
    const paper = { arxiv: "2401.00002", title: "T", authors: ["A"], abstract: "B" };
    await writeFile(path, `${JSON.stringify(paper)}\n`);
    expect((await run("file", path)).out).toBe("1 paper added, 0 brought up to date, 0 known already.\n");
    expect((await run("file", path)).out).toBe("0 papers added, 0 brought up to date, 1 known already.\n");
  });

  it("of standard input reads it from its beginning, whatever was read of another", async () => {
    const lines = (from: number, count: number): string =>
      Array.from({ length: count }, (_, i) =>
        JSON.stringify({ arxiv: `2402.${10_000 + from + i}`, title: "T", authors: ["A"], abstract: "B" }),
      ).join("\n");
    const first = await runWith(`${lines(0, 501)}\n{`, "file", "-");
    expect(first.out).toBe("501 papers added, 0 brought up to date, 0 known already, 1 left out.\n");
    expect(first.err).toContain("left out standard input, line 502: the line is not JSON");
    const other = await runWith(lines(600, 3), "file", "-");
    expect(other.out).toBe("3 papers added, 0 brought up to date, 0 known already.\n");
    expect((await runWith("", "file", "-")).err).toContain("standard input: the file is empty");
  });
});
