import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { Feed, type FeedPage, type FeedQuery, pageSize } from "../../src/feed/feed.ts";
import { hideCard } from "../../src/store/hidden.ts";
import { importPapers } from "../../src/store/papers.ts";
import { insertRun } from "../../src/store/runs.ts";
import { castVote, recordRead, recordRunner } from "../../src/store/signals.ts";
import type { Store } from "../../src/store/store.ts";
import { someRun } from "../../src/store/testing.ts";
import { someImport } from "./papers-checks.ts";

const now = new Date("2025-06-20T12:00:00Z");
const number = (n: number): string => String(n).padStart(5, "0");

/** The feed on every store. */
export function checkFeed(store: () => Store): void {
  const slugsOf = (page: FeedPage): string[] => page.entries.map(({ paper }) => paper.slug);
  const fresh = (): Feed => new Feed(store().db, { now: () => now });
  const clean = () =>
    store().db.execute(sql`truncate livepapers.papers, livepapers.votes, livepapers.reads, livepapers.run_ballots`);
  /** Papers of the days before now: paper n was listed n days ago. */
  const fill = async (count: number, more: (n: number) => object = () => ({})): Promise<void> => {
    await clean();
    const papers = Array.from({ length: count }, (_, n) => {
      const listed = new Date(now.getTime() - n * 86_400_000).toISOString().slice(0, 10);
      return someImport(`2501.${number(count - n)}`, { serial: 2501 * 1e7 + count - n, listed, ...more(n) });
    });
    await importPapers(store().db, papers, "arxiv");
  };

  it("gives every paper once, newest first, page by page", async () => {
    await fill(2 * pageSize + 3, (n) => (n % 2 === 0 ? { field: "llm-systems" } : {}));
    for (const query of [{}, { field: "llm-systems" }] as Partial<FeedQuery>[]) {
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await fresh().page({ view: "newest", ...query, ...(after ? { after } : {}) });
        seen.push(...slugsOf(page));
        after = page.next;
      } while (after);
      expect(seen).toEqual([...seen].sort().reverse());
      expect(new Set(seen).size).toBe(query.field ? pageSize + 2 : 2 * pageSize + 3);
    }
    expect((await fresh().page({ view: "newest", after: "nonsense" })).entries).toHaveLength(pageSize);
    expect((await fresh().page({ view: "newest", runnable: true })).entries).toEqual([]);
  });

  it("shows a day, a week and a month, and where the nearest ones are", async () => {
    await fill(40);
    const feed = fresh();
    const day = await feed.page({ view: "day" });
    expect(day).toMatchObject({ period: { key: "2025-06-20" }, earlier: "2025-06-19", page: 1, pages: 1 });
    expect(day.later).toBeUndefined();
    expect(day.entries).toHaveLength(1);
    const week = await feed.page({ view: "week", when: "2025-W24" });
    expect(week).toMatchObject({ earlier: "2025-W23", later: "2025-W25" });
    expect(week.entries).toHaveLength(7);
    const month = await feed.page({ view: "month", when: "2025-05" });
    expect(month.entries).toHaveLength(20);
    expect(await feed.page({ view: "month", when: "nonsense" })).toMatchObject({ period: { key: "2025-06" } });
    expect(await feed.page({ view: "day", when: "1999-01-01" })).toMatchObject({ entries: [], later: "2025-05-12" });
  });

  it("has no fault for a period that nothing can be listed in", async () => {
    await fill(3);
    const latest = await fresh().page({ view: "day" });
    for (const when of ["9999-12-31", "0000-01-01", "2101-01-01", "1990-12-31"]) {
      expect(await fresh().page({ view: "day", when }), when).toEqual(latest);
    }
    for (const when of ["9999-W52", "0000-W01"]) await fresh().page({ view: "week", when });
    for (const when of ["9999-12", "0000-01"]) await fresh().page({ view: "month", when });
    for (const when of ["1991-01-01", "2100-12-31"]) {
      expect(await fresh().page({ view: "day", when })).toMatchObject({ entries: [], period: { key: when } });
    }
    expect(await fresh().page({ view: "day", page: 1e18 })).toMatchObject({ page: 1 });
  });

  it("lists every paper of a long day once: the ranked ones, then the others by their age", async () => {
    const listed = "2025-06-19";
    await fill(700, (n) => ({ listed, field: n % 2 === 0 ? "llm-systems" : null }));
    await castVote(store().db, "2501.00001", { id: "account:1" }, new Date(now.getTime() - 3_600_000));
    const feed = fresh();
    const all: FeedPage[] = [];
    for (let page = 1; page <= 28; page++) all.push(await feed.page({ view: "day", when: listed, page }));
    expect(all[0]).toMatchObject({ pages: 28, ranked: true });
    const slugs = all.flatMap(slugsOf);
    expect([slugs.length, new Set(slugs).size]).toEqual([700, 700]);
    expect(slugs.slice(0, pageSize)).toContain("2501.00001"); // the oldest, by its vote
    const behind = all.flatMap(({ entries }) => entries).filter(({ why }) => why === null);
    expect(behind).toHaveLength(199);
    expect(slugs.slice(-199)).toEqual(behind.map(({ paper }) => paper.slug));
    expect(slugs.at(-1)).toBe("2501.00002");
    const field = await feed.page({ view: "month", when: "2025-06", field: "llm-systems", page: 99 });
    expect([field.page, field.pages, field.entries.length]).toEqual([14, 14, pageSize]);
  });

  it("shows what came in overnight to the first reader, and after an import to the next but one", async () => {
    await fill(2);
    const clock = { now };
    const feed = new Feed(store().db, { now: () => clock.now });
    const first = async (): Promise<string | undefined> => slugsOf(await feed.page({ view: "day" }))[0];
    expect(await first()).toBe("2501.00002");
    const bring = (arxiv: string, listed: string) =>
      importPapers(store().db, [someImport(arxiv, { serial: 2502 * 1e7, listed })], "arxiv");
    await bring("2502.00001", "2025-06-21");
    clock.now = new Date(now.getTime() + 15 * 3_600_000);
    const trending = async () => slugsOf(await feed.page({ view: "trending" }));
    expect(await trending()).toContain("2502.00001");
    await bring("2502.00002", "2025-06-21");
    await feed.refresh();
    await expect.poll(trending).toContain("2502.00002");
  });

  it("does not say that nothing speaks for a paper while nothing is ranked", async () => {
    await fill(3);
    const feed = fresh();
    expect(await feed.page({ view: "newest" })).toMatchObject({ ranked: false, entries: [{ why: null }, {}, {}] });
    await feed.warm();
    expect(await feed.page({ view: "newest" })).toMatchObject({ ranked: true, entries: [{ why: { of: 3 } }, {}, {}] });
    feed.forget();
    expect((await feed.page({ view: "newest" })).ranked).toBe(false);
  });

  it("lists first what readers chose, and says why", async () => {
    await fill(30);
    const { db } = store();
    const at = new Date(now.getTime() - 3_600_000);
    for (const reader of ["account:1", "account:2", "account:3"]) {
      await castVote(db, "2501.00010", { id: reader }, at);
      await recordRead(db, "2501.00010", { id: reader }, at);
    }
    await castVote(db, "2501.00020", { id: "account:1" }, at);
    const page = await fresh().page({ view: "trending" });
    expect(slugsOf(page)[0]).toBe("2501.00010");
    const [first] = page.entries;
    expect(first?.why?.ranks.filter(({ rank }) => rank > 0)).toEqual([
      { signal: "votes", rank: 1, of: 2 },
      { signal: "reads", rank: 1, of: 1 },
    ]);
    expect(first?.why).toMatchObject({ place: 1, of: 30, kept: false });
    // Once the order is known, the newest say where they trend.
    const feed = fresh();
    await feed.page({ view: "trending" });
    const newest = await feed.page({ view: "newest" });
    expect(newest.entries.find(({ paper }) => paper.slug === "2501.00010")?.why).toMatchObject({ place: 1 });
  });

  it("is moved by a ballot and by no stuffing beyond it", async () => {
    await fill(30);
    const { db } = store();
    const at = new Date(now.getTime() - 3_600_000);
    const honest = async (slug: string, count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        const person = { id: `account:${slug}-${n}`, address: `home-${slug}-${n}` };
        await castVote(db, slug, person, at);
        await recordRead(db, slug, person, at);
      }
    };
    await honest("2501.00005", 8);
    await honest("2501.00006", 5);
    await honest("2501.00007", 2);
    const target = "2501.00001";
    type Ballot = { id: string; address: string };
    const act = async (person: Ballot | ((n: number) => Ballot), times = 1): Promise<void> =>
      db.transaction(async (tx) => {
        for (let n = 0; n < times; n++) {
          const one = typeof person === "function" ? person(n) : person;
          await castVote(tx, target, one, at);
          await recordRead(tx, target, one, at);
          const run = await insertRun(tx, someRun({ slug: target, state: "done", verdict: "holds", finished: at }));
          await recordRunner(tx, run, target, one);
        }
      });
    const cheat = { id: "account:cheat", address: "one" };
    const list = async () => (await fresh().page({ view: "trending" })).entries;
    await act(cheat);
    const once = await list();
    expect(once.findIndex(({ paper }) => paper.slug === target)).toBeLessThan(5);
    await act(cheat, 1000);
    expect(await list()).toEqual(once);
    await act((n) => ({ id: `account:sock-${n}`, address: "one" }), 1000);
    expect(await list()).toEqual(once);
    await act({ id: "address:one", address: "one" }, 1000);
    expect(await list()).toEqual(once);
    // Somebody else has a ballot.
    await act({ id: "account:other", address: "two" });
    const after = (await list()).find(({ paper }) => paper.slug === target);
    expect(after).not.toEqual(once.find(({ paper }) => paper.slug === target));
  });

  it("forgets with time: newer votes outweigh older ones", async () => {
    await fill(10);
    const { db } = store();
    const ago = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
    for (const reader of ["account:1", "account:2", "account:3"])
      await castVote(db, "2501.00003", { id: reader }, ago(9));
    await castVote(db, "2501.00004", { id: "account:1" }, ago(0.1));
    const page = await fresh().page({ view: "trending" });
    const rank = (slug: string) => page.entries.find(({ paper }) => paper.slug === slug)?.why?.ranks[0]?.rank;
    expect([rank("2501.00004"), rank("2501.00003")]).toEqual([1, 2]);
  });

  it("finds papers on the same subject by their words", async () => {
    await clean();
    const titles = {
      "2501.00001": "Gossip averaging over sparse graphs",
      "2501.00002": "Gossip protocols and averaging consensus",
      "2501.00003": "Merging language models",
      "2501.00004": "Merging vision models by averaging",
      "2501.00005": "Zebrafish",
    };
    const papers = Object.entries(titles).map(([arxiv, title], i) =>
      someImport(arxiv, { title, abstract: title, serial: i }),
    );
    await importPapers(store().db, papers, "file");
    const related = async (name: string): Promise<string[]> => {
      const row = await fresh().find(name);
      return row ? (await fresh().related(row)).map(({ slug }) => slug) : [];
    };
    expect((await related("2501.00001"))[0]).toBe("2501.00002");
    expect((await related("2501.00003"))[0]).toBe("2501.00004");
    expect(await related("2501.00005")).toEqual([]);
  });

  it("weighs what is decades old without a fault", async () => {
    await fill(3, (n) => ({ listed: n === 0 ? "1995-02-01" : "2025-06-01", upvotes: 10 - n }));
    await castVote(store().db, "2501.00003", { id: "account:old" }, new Date("1995-02-02"));
    const page = await fresh().page({ view: "month", when: "1995-02" });
    expect(slugsOf(page)).toEqual(["2501.00003"]);
    expect((await fresh().page({ view: "trending" })).entries).toHaveLength(3);
  });

  it("keeps a seat for a small field, counts fields, and leaves hidden papers out", async () => {
    await fill(40, (n) => ({ field: n === 39 ? "model-merging" : "llm-systems", upvotes: n === 39 ? null : 50 - n }));
    const feed = fresh();
    const page = await feed.page({ view: "trending" });
    const small = page.entries.find(({ paper }) => paper.field === "model-merging");
    expect(small?.why).toMatchObject({ kept: true, consensus: 40 });
    expect(await feed.counts()).toEqual(
      expect.arrayContaining([
        { field: "llm-systems", papers: 39, runnable: 0 },
        { field: "model-merging", papers: 1, runnable: 0 },
      ]),
    );
    await hideCard(store().db, "2501.00001", "spam");
    // Also from an order that is known already.
    expect(slugsOf(await feed.page({ view: "trending" }))).not.toContain("2501.00001");
    feed.forget();
    expect((await feed.counts()).find(({ field }) => field === "model-merging")).toBeUndefined();
    expect((await feed.page({ view: "trending", page: 99 })).page).toBe(2);
  });
}
