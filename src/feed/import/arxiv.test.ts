import { describe, expect, it } from "vitest";
import { readCursor } from "../../store/cursors.ts";
import { findPaperRow } from "../../store/papers.ts";
import { importArxiv, parseCategories } from "./arxiv.ts";
import { ImportFailed } from "./failures.ts";
import type { ImportContext } from "./take-in.ts";
import { atomPage, type FakePaper, testFetcher, testImports } from "./testing.ts";

const now = new Date("2026-01-10T12:00:00Z");
const { db, source, skipped, context } = testImports(now);

let lastCategory = 0;
/** A category of its own for every test, so that cursors do not meet. */
const category = (): string => `cs.T${String.fromCharCode(65 + lastCategory++)}`;

/** Plays the API over these papers, by their day of submission. */
function play(papers: readonly FakePaper[]): void {
  source().answer = (url, response) => {
    const [, from = "", to = ""] = /\[(\d{12}) TO (\d{12})\]/.exec(url.searchParams.get("search_query") ?? "") ?? [];
    const dated = papers.filter(({ published = "2026-01-02T00:00:00Z" }) => {
      const stamp = published.replace(/\D/g, "").slice(0, 12);
      return stamp >= from && stamp <= to;
    });
    const start = Number(url.searchParams.get("start"));
    const page = dated.slice(start, start + Number(url.searchParams.get("max_results")));
    response.end(atomPage(page, dated.length, start));
  };
}

const arxiv = (
  options: { categories: string[]; since?: string; pageSize?: number },
  more: Partial<ImportContext> = {},
) => importArxiv(testFetcher([source()]).fetcher, context(more), { base: `${source().url}/api/query`, ...options });

const many = (prefix: string, count: number, published = "2026-01-02T00:00:00Z"): FakePaper[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}${String(i).padStart(3, "0")}v1`, published }));

describe("importing from arXiv", () => {
  it("reads every page of every week once, and nothing twice", async () => {
    const name = category();
    const papers = [
      ...many("2512.10", 5, "2025-12-20T08:00:00Z"),
      ...many("2601.10", 7),
      ...many("2601.11", 1, "2026-01-09T00:00:00Z"),
    ];
    play(papers);
    const options = { categories: [name], since: "2025-12-18", pageSize: 3 };
    expect(await arxiv(options)).toEqual({ added: 13, updated: 0, unchanged: 0, skipped: 0 });
    const asked = source().asked.map(
      (url) => `${url.searchParams.get("search_query")} ${url.searchParams.get("start")}`,
    );
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked[0]).toContain(`(cat:${name}) AND submittedDate:[202512180000 TO 202512250000]`);
    expect(await findPaperRow(db(), "2601.10003")).toMatchObject({
      title: "Paper 2601.10003v1",
      abstract: "We merge models.",
      authors: ["Ada Lovelace", "José Groß"],
      categories: ["cs.LG"],
      version: 1,
      listed: "2026-01-02",
      abstractSource: "arxiv",
      runnable: false,
    });
    // Again: only the days whose submissions may have been announced late are asked for.
    source().asked.length = 0;
    expect(await arxiv({ categories: [name], pageSize: 3 })).toMatchObject({ added: 0, updated: 0 });
    expect(source().asked).toHaveLength(1);
    expect(source().asked[0]?.searchParams.get("search_query")).toContain("[202601051200 TO 202601101200]");
    expect(skipped()).toEqual([]);
  });

  it("goes on where it was stopped", async () => {
    const name = category();
    const papers = many("2601.12", 30);
    play(papers);
    const options = { categories: [name], since: "2026-01-01", pageSize: 10 };
    const stop = new AbortController();
    const answer = source().answer;
    source().answer = (url, response, request) => {
      if (source().asked.length === 3) stop.abort(new Error("killed"));
      else answer(url, response, request);
    };
    await expect(arxiv(options, { signal: stop.signal })).rejects.toThrow("killed");
    expect((await readCursor(db(), `arxiv:${name}`))?.token).toMatchObject({ start: 20 });
    source().answer = answer;
    source().asked.length = 0;
    expect(await arxiv(options)).toEqual({ added: 10, updated: 0, unchanged: 0, skipped: 0 });
    expect(source().asked[0]?.searchParams.get("start")).toBe("20");
    expect(await readCursor(db(), `arxiv:${name}`)).toMatchObject({ papers: 30 });
  });

  it("takes the highest version of duplicates, and a newer one later", async () => {
    play([
      { id: "2601.13001v1", title: "First" },
      { id: "2601.13001v2", title: "Second" },
      { id: "2601.13001v1", title: "First" },
    ]);
    expect(await arxiv({ categories: [category()], since: "2026-01-01" })).toMatchObject({ added: 1, skipped: 0 });
    expect(await findPaperRow(db(), "2601.13001")).toMatchObject({ title: "Second", version: 2 });
    play([{ id: "2601.13001v3", title: "Third" }]);
    expect(await arxiv({ categories: [category()], since: "2026-01-01" })).toMatchObject({ added: 0, updated: 1 });
    expect(await findPaperRow(db(), "2601.13001")).toMatchObject({ title: "Third", version: 3 });
  });

  it("leaves bad entries out and says which", async () => {
    play([
      { id: "2601.14001v1" },
      { id: "2601.14002v1", title: "x".repeat(10 << 20) },
      { id: "nonsense" },
      { id: "2601.14003v1", title: " \n " },
      { id: "2601.14004v1", published: "2026-01-02T99:99:99Z" },
      { id: "2612.14005v1" },
      { id: "2601.14006v1", abstract: "&lt;script&gt;alert(1)&lt;/script&gt; &#169; &amp;lt;" },
    ]);
    expect(await arxiv({ categories: [category()], since: "2026-01-01" })).toMatchObject({ added: 2, skipped: 5 });
    expect(skipped()).toEqual([
      "arXiv 2601.14002v1: title: has 10,485,760 characters and may have 1,000",
      expect.stringContaining('abs/nonsense" is not an arXiv id'),
      "arXiv 2601.14003v1: title: is empty",
      "arXiv 2601.14004v1: published: is not a date",
      "arXiv 2612.14005v1: 2026-12-01 lies in the future",
    ]);
    expect((await findPaperRow(db(), "2601.14006"))?.abstract).toBe("<script>alert(1)</script> © &lt;");
  });

  it("asks again for a document that breaks off, and gives up in one sentence", async () => {
    const whole = atomPage([{ id: "2601.15001v1" }]);
    let asked = 0;
    source().answer = (url, response) => {
      const week = url.searchParams.get("search_query")?.includes("[202601010000") ?? false;
      if (!week) response.end(atomPage([]));
      else response.end(++asked < 3 ? whole.slice(0, 600) : whole);
    };
    expect(await arxiv({ categories: [category()], since: "2026-01-01" })).toMatchObject({ added: 1 });
    expect(asked).toBe(3);
    source().answer = (_url, response) => response.end(whole.slice(0, 600));
    const given = arxiv({ categories: [category()], since: "2026-01-01" });
    await expect(given).rejects.toThrow(ImportFailed);
    await expect(given).rejects.toThrow(/the answer is not whole .*, 5 times in a row\.$/);
  });

  it("refuses entities that a document declares itself", async () => {
    const lol = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join("");
    source().answer = (_url, response) =>
      response.end(`<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY l0 "ha">${lol}]><feed><title>&l9;</title></feed>`);
    await expect(arxiv({ categories: [category()] })).rejects.toThrow("declares entities of its own");
    expect(source().asked).toHaveLength(1);
  });

  it("reads other encodings, and leaves out what is in none", async () => {
    const xml = atomPage([{ id: "2601.16001v1", author: "Bernhard Schölkopf" }, { id: "2601.16002v1" }]);
    const latin = Buffer.from(xml.replace("UTF-8", "ISO-8859-1"), "latin1");
    source().answer = (_url, response) =>
      response.writeHead(200, { "Content-Type": "application/atom+xml" }).end(latin);
    await arxiv({ categories: [category()], since: "2026-01-04" });
    expect((await findPaperRow(db(), "2601.16001"))?.authors[0]).toBe("Bernhard Schölkopf");
    // It says UTF-8 and is not, in one entry.
    const mixed = Buffer.from(
      atomPage([{ id: "2601.16003v1", title: "Sch\u00f6n" }, { id: "2601.16004v1" }]),
      "latin1",
    );
    source().answer = (_url, response) =>
      response.writeHead(200, { "Content-Type": "application/atom+xml; charset=utf-8" }).end(mixed);
    skipped().length = 0;
    expect(await arxiv({ categories: [category()], since: "2026-01-04" })).toMatchObject({ added: 1, skipped: 1 });
    expect(skipped()).toEqual(["arXiv 2601.16003v1: title: is not in the encoding it says"]);
  });

  it("asks for half of a list that arXiv does not give to its end", async () => {
    const name = category();
    const papers = [...many("2601.17", 3), ...many("2601.18", 2, "2026-01-06T00:00:00Z")];
    play(papers);
    const answer = source().answer;
    source().answer = (url, response, request) => {
      const week = url.searchParams.get("search_query")?.includes("[202601010000 TO 202601080000]");
      if (week && url.searchParams.get("start") === "2") response.end(atomPage([], 5, 2));
      else answer(url, response, request);
    };
    expect(await arxiv({ categories: [name], since: "2026-01-01", pageSize: 2 })).toMatchObject({
      ...{ added: 5, unchanged: 2, skipped: 0 },
    });
    expect((await readCursor(db(), `arxiv:${name}`))?.token).toMatchObject({ from: "2026-01-05T12:00:00.000Z" });
  });

  it("stops where arXiv gives neither a list nor its half, and asks for it again the next time", async () => {
    const name = category();
    source().answer = (url, response) => {
      const start = Number(url.searchParams.get("start"));
      response.end(atomPage(start === 0 ? many("2601.19", 2) : [], 5, start));
    };
    const given = arxiv({ categories: [name], since: "2026-01-05" });
    await expect(given).rejects.toThrow(ImportFailed);
    await expect(given).rejects.toThrow("arXiv has 5 submissions of 2026-01-05 to 2026-01-07 and gives 2.");
    expect((await readCursor(db(), `arxiv:${name}`))?.token).toMatchObject({ from: "2026-01-05T00:00:00.000Z" });
    play(many("2601.19", 5, "2026-01-06T00:00:00Z"));
    expect(await arxiv({ categories: [name] })).toMatchObject({ added: 3, skipped: 0 });
  });

  it("says what arXiv says when it refuses", async () => {
    source().answer = (_url, response) =>
      response.end(
        atomPage([{ id: "x" }])
          .replace("http://arxiv.org/abs/x<", "http://arxiv.org/api/errors#bad<")
          .replace("We merge\n  models.", "incorrect id"),
      );
    await expect(arxiv({ categories: [category()] })).rejects.toThrow("arXiv refuses the question: incorrect id");
  });

  it("reads categories", () => {
    expect(parseCategories("stat.ML, cs.LG,cs.LG")).toEqual(["cs.LG", "stat.ML"]);
    expect(parseCategories("hep-th,cond-mat.mtrl-sci")).toEqual(["cond-mat.mtrl-sci", "hep-th"]);
    for (const text of ["", "cs.LG,", "CS", "cs.LG OR all:x", "cs..LG"]) {
      expect(() => parseCategories(text)).toThrow("is not an arXiv category");
    }
  });
});
