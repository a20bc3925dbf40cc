import { describe, expect, it } from "vitest";
import { findPaperRow } from "../../store/papers.ts";
import { importDaily } from "./daily.ts";
import { testFetcher, testImports } from "./testing.ts";

const now = new Date("2026-01-10T12:00:00Z");
const { db, source, skipped, context } = testImports(now);

describe("importing the daily papers", () => {
  const item = (id: string, upvotes: number, more: object = {}) => ({
    paper: {
      id,
      title: `Daily ${id}`,
      summary: "An abstract.",
      authors: [{ _id: "1", name: "Grace Hopper", hidden: false }],
      publishedAt: "2026-01-07T00:00:00.000Z",
      upvotes,
      ...more,
    },
    title: `Daily ${id}`,
    submittedBy: { _id: "2", fullname: "Some One", name: "someone" },
    numComments: 2,
  });
  const daily = (date?: string) =>
    importDaily(testFetcher([source()]).fetcher, context(), { date, base: `${source().url}/api/daily_papers` });

  it("keeps votes and submitter as a signal from outside, and brings them up to date", async () => {
    source().answer = (_url, response) => response.end(JSON.stringify([item("2601.20001", 12), item("2601.20002", 3)]));
    expect(await daily("2026-01-08")).toEqual({ added: 2, updated: 0, unchanged: 0, skipped: 0 });
    expect(source().asked[0]?.search).toBe("?date=2026-01-08&limit=100&p=0");
    expect(await findPaperRow(db(), "2601.20001")).toMatchObject({
      title: "Daily 2601.20001",
      upvotes: 12,
      submitter: "Some One",
      listed: "2026-01-08",
      listedBy: "daily",
      abstractSource: "daily",
    });
    expect(await daily("2026-01-08")).toMatchObject({ unchanged: 2 });
    source().answer = (_url, response) => response.end(JSON.stringify([item("2601.20001", 40)]));
    expect(await daily("2026-01-08")).toMatchObject({ updated: 1 });
    expect(await findPaperRow(db(), "2601.20001")).toMatchObject({ upvotes: 40 });
  });

  it("without a date reads every day since the last import, and the last days again", async () => {
    source().answer = (_url, response) => response.end("[]");
    await daily();
    source().asked.length = 0;
    await daily();
    expect(source().asked.map((url) => url.searchParams.get("date"))).toEqual([
      "2026-01-07",
      "2026-01-08",
      "2026-01-09",
      "2026-01-10",
    ]);
  });

  it("reads long days page by page and leaves out what cannot be read", async () => {
    const all = Array.from({ length: 130 }, (_, i) => item(`2601.21${String(i).padStart(3, "0")}`, i));
    const items: unknown[] = [...all.slice(0, 50), { paper: { title: "no id" } }, "text", ...all.slice(50)];
    source().answer = (url, response) => {
      const page = Number(url.searchParams.get("p"));
      response.end(JSON.stringify(items.slice(page * 100, page * 100 + 100)));
    };
    expect(await daily("2026-01-09")).toMatchObject({ added: 130, skipped: 2 });
    expect(skipped()[0]).toMatch(/^daily papers of 2026-01-09: paper\.id/);
  });

  it("refuses days to come, and answers that are none", async () => {
    await expect(daily("2026-01-11")).rejects.toThrow("--date: 2026-01-11 is not in the past");
    source().answer = (_url, response) => response.end('{"error":"no"}');
    await expect(daily("2026-01-09")).rejects.toThrow("The answer is not a list of daily papers.");
    source().answer = (_url, response) => response.end('[{"paper":');
    await expect(daily("2026-01-09")).rejects.toThrow("not whole, 5 times in a row.");
  });
});
