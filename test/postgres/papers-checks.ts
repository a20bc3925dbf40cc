import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { readCursor, writeCursor } from "../../src/store/cursors.ts";
import { hiddenCards, hideCard, unhideCard } from "../../src/store/hidden.ts";
import {
  type CataloguedPaper,
  findPaperRow,
  type ImportedPaper,
  importPapers,
  syncCatalogue,
} from "../../src/store/papers.ts";
import { rowsOf } from "../../src/store/rows.ts";
import { addBookmark, bookmarksOf, tagBookmark } from "../../src/store/shelf.ts";
import { castVote, votesOf } from "../../src/store/signals.ts";
import type { Store } from "../../src/store/store.ts";
import { addAnswer, answersOf } from "../../src/store/tastes.ts";

export function someImport(arxiv: string, more: Partial<ImportedPaper> = {}): ImportedPaper {
  return {
    arxiv,
    version: 1,
    serial: 2401 * 1e7 + Number(arxiv.slice(5)),
    title: `Paper ${arxiv}`,
    authors: ["Ada Lovelace", "Bernhard Schölkopf"],
    abstract: "We learn.",
    categories: ["cs.LG"],
    field: null,
    year: 2024,
    published: "2024-01-02T03:04:05Z",
    updated: "2024-01-02T03:04:05Z",
    listed: "2024-01-02",
    upvotes: null,
    submitter: null,
    ...more,
  };
}

const someCard = (arxiv: string, slug: string, more: Partial<CataloguedPaper> = {}): CataloguedPaper => ({
  arxiv,
  slug,
  serial: 2401 * 1e7,
  runnable: true,
  title: `Card ${slug}`,
  authors: ["Grace Hopper"],
  field: "model-merging",
  year: 2024,
  keywords: ["compilers"],
  own: "Our summary says flummoxed.",
  listed: "2026-01-01",
  ...more,
});

/** The papers of the feed on every store. */
export function checkPapers(store: () => Store): void {
  it("takes a paper in once, and its text again with a newer version only", async () => {
    const { db } = store();
    const first = someImport("2401.10001", { version: 2 });
    expect(await importPapers(db, [first, someImport("2401.10002")], "arxiv")).toEqual({
      added: 2,
      updated: 0,
      unchanged: 0,
    });
    expect(await importPapers(db, [first], "arxiv")).toEqual({ added: 0, updated: 0, unchanged: 1 });
    expect(await importPapers(db, [{ ...first, version: 1, title: "Older" }], "arxiv")).toMatchObject({ unchanged: 1 });
    expect(await importPapers(db, [{ ...first, version: 3, title: "Newer" }], "arxiv")).toMatchObject({ updated: 1 });
    const daily = { ...first, version: 0, title: "Daily", listed: "2024-01-05", upvotes: 7, submitter: "someone" };
    expect(await importPapers(db, [daily], "daily")).toMatchObject({ updated: 1 });
    expect(await importPapers(db, [daily], "daily")).toMatchObject({ unchanged: 1 });
    expect(await importPapers(db, [{ ...first, version: 3 }], "file")).toMatchObject({ unchanged: 1 });
    expect(await findPaperRow(db, "2401.10001")).toMatchObject({
      slug: "2401.10001",
      version: 3,
      title: "Newer",
      authors: ["Ada Lovelace", "Bernhard Schölkopf"],
      abstractSource: "arxiv",
      listed: "2024-01-05",
      listedBy: "daily",
      upvotes: 7,
      submitter: "someone",
      published: new Date("2024-01-02T03:04:05Z"),
      catalogued: false,
    });
    expect(await findPaperRow(db, "2401.99999")).toBeUndefined();
  });

  it("finds a paper by its folded words", async () => {
    const { db } = store();
    await importPapers(db, [someImport("2401.10003", { title: "Über Naïve Learners" })], "file");
    const found = async (query: ReturnType<typeof sql>) =>
      (
        (await db.execute(
          sql`select arxiv from livepapers.papers where arxiv = '2401.10003' and ${query}`,
        )) as unknown as {
          rows: unknown[];
        }
      ).rows.length;
    expect(await found(sql`search @@ plainto_tsquery('english', 'naive learning')`)).toBe(1);
    expect(await found(sql`author_search @@ plainto_tsquery('simple', 'scholkopf')`)).toBe(1);
    expect(await found(sql`title_search @@ plainto_tsquery('english', 'uber')`)).toBe(1);
    const words = await db.execute(
      sql`select kind, word from livepapers.words where word in ('naive', 'scholkopf') order by kind`,
    );
    expect((words as unknown as { rows: unknown[] }).rows).toEqual([
      { kind: "author", word: "scholkopf" },
      { kind: "title", word: "naive" },
    ]);
  });

  it("keeps the vocabulary with the words that papers have now", async () => {
    const { db } = store();
    const counts = async (): Promise<Record<string, number>> => {
      const found = await db.execute(sql`
        select kind || ' ' || word as name, papers from livepapers.words where word ~ '^(quokka|wombat|numbat|brolga|common)' order by 1`);
      return Object.fromEntries(
        rowsOf<{ name: string; papers: number }>(found).map(({ name, papers }) => [name, papers]),
      );
    };
    const first = { title: "Common quokkas", authors: ["Ann Wombat"] };
    await importPapers(db, [someImport("2401.10020", first), someImport("2401.10021", { title: "Common" })], "arxiv");
    expect(await counts()).toEqual({ "author wombat": 1, "title common": 2, "title quokkas": 1 });
    const second = { version: 2, title: "Common numbats", authors: ["Ann Brolga"] };
    await importPapers(db, [someImport("2401.10020", second)], "arxiv");
    expect(await counts()).toEqual({ "author brolga": 1, "title common": 2, "title numbats": 1 });
    await importPapers(db, [someImport("2401.10020", { ...second, upvotes: 3 })], "daily");
    await syncCatalogue(db, [someCard("2401.10020", "worded", { title: "Common wombat", authors: ["Ann Brolga"] })]);
    expect(await counts()).toEqual({ "author brolga": 1, "title common": 2, "title wombat": 1 });
    await syncCatalogue(db, []);
  });

  it("lets a field that a source gives stand over one that was found, whichever came first", async () => {
    const { db } = store();
    const field = async (arxiv: string) => (await findPaperRow(db, arxiv))?.field;
    const found = { field: "sequence-models" };
    const given = { version: 0, field: "llm-systems", fieldGiven: true };
    await importPapers(db, [someImport("2401.10030", given)], "file");
    expect(await importPapers(db, [someImport("2401.10030", found)], "arxiv")).toMatchObject({ updated: 1 });
    expect(await field("2401.10030")).toBe("llm-systems");
    await importPapers(db, [someImport("2401.10031", found)], "arxiv");
    expect(await importPapers(db, [someImport("2401.10031", given)], "file")).toMatchObject({ updated: 1 });
    expect(await field("2401.10031")).toBe("llm-systems");
    expect(await findPaperRow(db, "2401.10031")).toMatchObject({ version: 1, abstractSource: "arxiv" });
    expect(await importPapers(db, [someImport("2401.10031", given)], "file")).toMatchObject({ unchanged: 1 });
    await importPapers(db, [someImport("2401.10031", { ...found, version: 2 })], "arxiv");
    expect(await field("2401.10031")).toBe("llm-systems");
  });

  it("makes one entry of an imported paper and its card, with the ballots of both", async () => {
    const { db } = store();
    await importPapers(db, [someImport("2401.10004", { upvotes: 3 })], "arxiv");
    await castVote(db, "2401.10004", { id: "account:early" });
    await db.execute(sql`insert into livepapers.people (id, mail) values ('early', 'early@example.org')`);
    await addBookmark(db, "early", "2401.10004");
    await tagBookmark(db, "early", "2401.10004", ["soon"]);
    await addAnswer(db, "early", "2401.10004", false);
    const card = someCard("2401.10004", "merged");
    await syncCatalogue(db, [card, someCard("2401.10005", "alone")]);
    await syncCatalogue(db, [card, someCard("2401.10005", "alone")]);
    const expected = { slug: "merged", title: "Card merged", abstract: "We learn.", runnable: true, upvotes: 3 };
    expect(await findPaperRow(db, "2401.10004")).toMatchObject(expected);
    expect(await findPaperRow(db, "merged")).toMatchObject({ arxiv: "2401.10004", listed: "2026-01-01" });
    expect(await votesOf(db, "account:early", ["merged"])).toEqual(new Set(["merged"]));
    expect(await bookmarksOf(db, "early")).toMatchObject([{ slug: "merged", tags: ["soon"] }]);
    expect(await answersOf(db, "early")).toMatchObject([{ slug: "merged", wouldRead: false }]);
    // A later import brings the abstract up to date and leaves the card.
    await importPapers(db, [someImport("2401.10004", { version: 2, abstract: "We learn more." })], "arxiv");
    await importPapers(db, [someImport("2401.10005", { version: 0 })], "daily");
    expect(await findPaperRow(db, "merged")).toMatchObject({ ...expected, abstract: "We learn more." });
    expect(await findPaperRow(db, "alone")).toMatchObject({ title: "Card alone", abstract: "We learn." });
    // A card that is withdrawn leaves what was imported.
    await syncCatalogue(db, [someCard("2401.10006", "third")]);
    expect(await findPaperRow(db, "merged")).toBeUndefined();
    expect(await findPaperRow(db, "2401.10004")).toMatchObject({
      slug: "2401.10004",
      runnable: false,
      catalogued: false,
    });
    expect(await votesOf(db, "account:early", ["2401.10004"])).toEqual(new Set(["2401.10004"]));
    await syncCatalogue(db, []);
    expect(await findPaperRow(db, "third")).toBeUndefined();
  });

  it("notes when the entry of a card changes, and only then", async () => {
    const { db } = store();
    const waiting = someCard("2401.10008", "changing", { runnable: false });
    await syncCatalogue(db, [waiting]);
    expect(await findPaperRow(db, "changing")).toMatchObject({ updated: null });
    await syncCatalogue(db, [{ ...waiting, runnable: true }]);
    const changed = await findPaperRow(db, "changing");
    expect(changed).toMatchObject({ runnable: true, updated: expect.any(Date) });
    await syncCatalogue(db, [{ ...waiting, runnable: true }]);
    expect(await findPaperRow(db, "changing")).toEqual(changed);
    await syncCatalogue(db, []);
  });

  it("hides an entry and shows it again", async () => {
    const { db } = store();
    await importPapers(db, [someImport("2401.10007")], "arxiv");
    await hideCard(db, "2401.10007", "spam");
    expect(await findPaperRow(db, "2401.10007")).toBeUndefined();
    await importPapers(db, [someImport("2401.10007", { version: 2 })], "arxiv");
    expect(await findPaperRow(db, "2401.10007")).toBeUndefined();
    await syncCatalogue(db, [someCard("2401.10007", "hidden-one")]);
    expect(await findPaperRow(db, "hidden-one")).toBeUndefined();
    await syncCatalogue(db, []);
    expect(await findPaperRow(db, "2401.10007")).toBeUndefined();
    await unhideCard(db, "2401.10007");
    expect(await findPaperRow(db, "2401.10007")).toMatchObject({ version: 2 });
  });

  it("shows an entry again at once, by either of its names and whichever it was hidden under", async () => {
    const { db } = store();
    await importPapers(db, [someImport("2401.10008")], "arxiv");
    for (const [under, by] of [
      ["2401.10008", "2401.10008"],
      ["2401.10008", "renamed"],
      ["renamed", "2401.10008"],
    ] as const) {
      await syncCatalogue(db, []);
      if (under === "renamed") await syncCatalogue(db, [someCard("2401.10008", "renamed")]);
      await hideCard(db, under, "spam");
      await syncCatalogue(db, [someCard("2401.10008", "renamed")]);
      expect(await findPaperRow(db, "renamed")).toBeUndefined();
      await unhideCard(db, by);
      expect(await findPaperRow(db, "renamed")).toMatchObject({ arxiv: "2401.10008" });
      expect((await hiddenCards(db)).map(({ slug }) => slug)).not.toContain(under);
    }
    await syncCatalogue(db, []);
  });

  it("keeps where an import stands", async () => {
    const { db } = store();
    expect(await readCursor(db, "arxiv:cs.XX")).toBeUndefined();
    await writeCursor(db, "arxiv:cs.XX", { start: 100 }, { papers: 99, skipped: 1 });
    await writeCursor(db, "arxiv:cs.XX", { start: 200 }, { papers: 100, skipped: 0 });
    expect(await readCursor(db, "arxiv:cs.XX")).toMatchObject({ token: { start: 200 }, papers: 199, skipped: 1 });
  });
}
