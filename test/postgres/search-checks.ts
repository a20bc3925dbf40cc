import { sql } from "drizzle-orm";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { askAges } from "../../src/feed/search/eras.ts";
import { findReach } from "../../src/feed/search/reach.ts";
import { counted, searchPapers, wordPattern } from "../../src/feed/search/search.ts";
import { type ImportedPaper, importPapers, syncCatalogue } from "../../src/store/papers.ts";
import { rowsOf } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { someImport } from "./papers-checks.ts";

const papers: Partial<ImportedPaper>[] = [
  {
    arxiv: "2402.00001",
    title: "Linear attention without tears",
    abstract: "Attention in linear time for long sequences.",
    field: "sequence-models",
  },
  {
    arxiv: "2402.00002",
    title: "Model soups",
    abstract: "We average the weights of models; attention heads are linear here.",
    field: "model-merging",
    year: 2022,
  },
  {
    arxiv: "2402.00003",
    title: "Graph neural networks",
    abstract: "Message passing on graphs.",
    authors: ["Bernhard Schölkopf", "Emmy Noether"],
    year: 2021,
  },
  {
    arxiv: "2402.00004",
    title: "Learning to learn",
    abstract: "Meta-learning with <b>gradients</b>.",
    authors: ["Jürgen Schmidhuber"],
    field: "online-learning",
  },
  {
    arxiv: "2402.00005",
    title: "State-space models",
    abstract: "A recurrent network for attention to long inputs.",
    field: "sequence-models",
    year: 2023,
  },
  { arxiv: "2402.00006", title: "Nothing of the kind", abstract: "Zebras.", year: 1999 },
];

/** Any UTF-16 unit, halves of pairs too. */
const anyUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));

/** The search on every store. */
export function checkSearch(store: () => Store): void {
  beforeAll(async () => {
    const { db } = store();
    await db.execute(sql`truncate livepapers.papers, livepapers.words`);
    await importPapers(
      db,
      papers.map((paper, i) => someImport(paper.arxiv ?? "", { serial: i, authors: ["Ada Lovelace"], ...paper })),
      "arxiv",
    );
    await syncCatalogue(db, [
      {
        ...{ arxiv: "2402.00002", slug: "soups", serial: 1, runnable: true, title: "Model soups", authors: ["A. B."] },
        ...{
          field: "model-merging",
          year: 2022,
          keywords: ["weight averaging"],
          own: "Several chefs cook.",
          listed: "2024-02-02",
        },
      },
    ]);
  }, 60_000);

  const ask = async (text: string, options: Parameters<typeof searchPapers>[2] = {}): Promise<string[]> =>
    (await searchPapers(store().db, text, options)).hits.map(({ paper }) => paper.arxiv.slice(-1));

  it("has nothing, and no fault, on pages beyond the last", async () => {
    for (const page of [2, 1e6, 1e18, Number.MAX_VALUE]) {
      expect(await searchPapers(store().db, "attention", { page })).toMatchObject({ total: 3, pages: 1, hits: [] });
    }
  });

  it("finds words by their stems, in titles before abstracts", async () => {
    expect(await ask("attention")).toEqual(["1", expect.any(String), expect.any(String)]);
    expect(new Set(await ask("attention"))).toEqual(new Set(["1", "2", "5"]));
    expect(await ask("averages")).toEqual(["2"]);
    expect(await ask("linear attention")).toEqual(["1", "2"]);
    expect(await ask("graphs message")).toEqual(["3"]);
    expect(await ask("chefs")).toEqual(["2"]);
    const some = await searchPapers(store().db, "soups noether -linear");
    expect(some.hits.map(({ paper }) => paper.arxiv.slice(-1))).toEqual(["3"]);
    expect(some.query.notes).toEqual(["No paper has all of these words. These have some of them."]);
    expect(await ask("soups author:noether")).toEqual([]);
  });

  it("takes phrases and exclusions", async () => {
    expect(await ask('"linear attention"')).toEqual(["1"]);
    expect(await ask("attention -soups")).not.toContain("2");
    expect(await ask('attention -"linear time"')).not.toContain("1");
    expect(new Set(await ask("-attention"))).toEqual(new Set(["3", "4", "6"]));
  });

  it("filters by field, year, author, what runs and verdict", async () => {
    expect(new Set(await ask("field:sequence-models"))).toEqual(new Set(["1", "5"]));
    expect(await ask("attention field:sequence-models year:2023")).toEqual(["5"]);
    expect(await ask("field:sequence field:online -field:online-learning")).not.toContain("4");
    expect(await ask("year:-2000")).toEqual(["6"]);
    expect(await ask("year:2021-2022")).toEqual(["3", "2"]);
    expect(await ask("author:scholkopf")).toEqual(["3"]);
    expect(await ask('author:"noether emmy"')).toEqual(["3"]);
    expect(await ask("network -author:noether")).toEqual(["5"]);
    expect(await ask("runnable:yes")).toEqual(["2"]);
    expect(await ask("attention runnable:no")).not.toContain("2");
    const verdicts = new Map([["soups", "partly holds" as const]]);
    expect(await ask("verdict:partly", { verdicts })).toEqual(["2"]);
    expect(await ask("verdict:holds", { verdicts })).toEqual([]);
    expect(await ask("attention", { order: "newest" })).toEqual(["5", "2", "1"]);
  });

  it("finds typing errors in titles and authors, and says so", async () => {
    const result = await searchPapers(store().db, "atention");
    expect(result.mended).toEqual([{ word: "atention", taken: ["attention"] }]);
    expect(result.hits.map(({ paper }) => paper.arxiv)).toContain("2402.00001");
    expect(result.isHit("Attention")).toBe(true);
    expect(await ask("linaer atention")).toContain("1");
    expect(await ask("shcmidhuber")).toEqual(["4"]);
    expect(await ask("author:Schoelkopf")).toEqual(["3"]);
    expect(await ask("qqqqqqqq")).toEqual([]);
    // A word that some abstract has is no error.
    expect((await searchPapers(store().db, "zebras")).mended).toEqual([]);
  });

  it("asks whether a much commoner word was meant where a typing error has its papers too", async () => {
    const { db } = store();
    const many = Array.from({ length: 50 }, (_, i) =>
      someImport(`2403.${String(i + 10).padStart(5, "0")}`, { serial: 100 + i, title: "Marsupial pouches" }),
    );
    const slip = someImport("2403.00001", { serial: 200, title: "Kangaroos", abstract: "On masupial young." });
    const rare = someImport("2403.00002", { serial: 201, title: "Marsupia", abstract: "A marsupial word." });
    await importPapers(db, [...many, slip, rare], "arxiv");
    expect(await searchPapers(db, "Masupial year:2024")).toMatchObject({ total: 1, meant: "marsupial year:2024" });
    expect(await searchPapers(db, "kangaroos masupial -graph")).toMatchObject({ meant: "kangaroos marsupial -graph" });
    for (const text of ["marsupial", "kangaroos", '"masupial"', "kangaroos -masupial", "author:masupial", "pouches"]) {
      expect((await searchPapers(db, text)).meant, text).toBeUndefined();
    }
    // What nobody has is mended, not asked about.
    const mended = await searchPapers(db, "marsupail");
    expect([mended.meant, mended.mended[0]?.taken[0]]).toEqual([undefined, "marsupial"]);
    await db.execute(sql`delete from livepapers.papers where arxiv like '2403.%'`);
    await db.execute(sql`delete from livepapers.words where word in ('marsupial', 'pouches', 'kangaroos', 'marsupia')`);
  });

  it("counts by field and says what was hit", async () => {
    const result = await searchPapers(store().db, "attentions linear");
    expect(result).toMatchObject({ total: 2, more: false, page: 1, pages: 1 });
    expect(result.counts).toEqual(
      expect.arrayContaining([
        { field: "sequence-models", papers: 1 },
        { field: "model-merging", papers: 1 },
      ]),
    );
    const words = [...(result.hits[0]?.paper.title ?? "").matchAll(wordPattern)].map(([word]) => word);
    expect(words.filter(result.isHit)).toEqual(["Linear", "attention"]);
    expect(result.hits[0]?.paper).toMatchObject({
      authors: ["Ada Lovelace"],
      published: expect.any(Date),
    });
  });

  it("answers words that say nothing, and none", async () => {
    expect((await searchPapers(store().db, "the of")).query.notes).toEqual([
      "Words as common as these are not searched for.",
    ]);
    expect(new Set(await ask("the attention of"))).toEqual(new Set(["1", "2", "5"]));
    expect(await ask("")).toEqual([]);
    expect(await ask("attention", { page: 9 })).toEqual([]);
  });

  it("takes any text", async () => {
    const parts = fc.constantFrom(
      '"',
      "-",
      "field:",
      "author:",
      "year:",
      "a",
      "attention",
      "'",
      "\\",
      "&",
      "|",
      "!",
      "(",
      ":*",
      "<->",
      "\0",
      "%",
      "é",
    );
    const anything = fc.oneof(
      fc.string({ unit: anyUnit, maxLength: 40 }),
      fc.array(parts, { maxLength: 12 }).map((all) => all.join("")),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        await searchPapers(store().db, text);
      }),
      { numRuns: 150 },
    );
  });

  it("counts no further than it must, and has the old title still", async () => {
    const { db } = store();
    const many = Array.from({ length: counted + 50 }, (_, i) =>
      someImport(`2403.${String(i).padStart(5, "0")}`, {
        serial: 1000 + i,
        title: `Other work ${i}`,
        abstract: "It mentions zebrafish.",
      }),
    );
    await importPapers(
      db,
      [...many, someImport("2403.90000", { serial: 1, title: "Zebrafish", abstract: "Small." })],
      "arxiv",
    );
    const result = await searchPapers(db, "zebrafish");
    expect(result).toMatchObject({ more: true });
    expect(result.total).toBeGreaterThanOrEqual(counted);
    expect(result.hits[0]?.paper.title).toBe("Zebrafish");
    expect(result.counts.reduce((sum, { papers }) => sum + papers, 0)).toBe(counted + 1);
  });

  it("finds the newest with a word without a look at all papers", async () => {
    const { db } = store();
    // Of the papers of the test before, one in nine has the word.
    const some = (n: number): string => (n % 9 === 0 ? "Heptagons in its abstract." : "Nothing special.");
    const more = Array.from({ length: counted }, (_, i) =>
      someImport(`2405.${String(i).padStart(5, "0")}`, {
        serial: 202_405 * 1e7 + i * 10,
        abstract: some(i),
        field: i % 2 === 0 ? "llm-systems" : null,
        year: i < 500 ? 2023 : 2024,
      }),
    );
    await importPapers(db, more, "arxiv");
    const ages = await askAges(db);
    const expected = more.filter((_, i) => i % 9 === 0).map(({ serial }) => serial);
    for (const [enough, condition, all] of [
      [5, sql`true`, expected],
      [
        20,
        sql`(array[p.field, p.year::text]) && '{llm-systems}'::text[]`,
        expected.filter((serial) => serial % 20 === 0),
      ],
      [10, sql`(array[p.field, p.year::text]) && '{2023}'::text[]`, expected.filter((serial) => serial % 1e7 < 5000)],
      [1000, sql`true`, expected],
    ] as const) {
      const where = sql`not p.hidden and p.search @@ 'heptagon'::tsquery and ${condition}`;
      const reach = await findReach(db, { where, enough, ages, few: 50, first: 20 });
      const within = reach ? sql`and ${reach.within}` : sql``;
      const result = await db.execute(
        sql`select p.serial::double precision as serial from livepapers.papers p where ${where} ${within} order by p.serial desc limit ${enough}`,
      );
      const found = rowsOf<{ serial: number }>(result).map(({ serial }) => serial);
      expect(found).toEqual([...all].reverse().slice(0, enough));
      if (enough === 5) expect(reach?.serial).toBe(202_405 * 1e7 + 9000);
      if (enough === 1000) expect(reach).toBeUndefined();
    }
  });
}
