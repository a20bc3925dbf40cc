import { afterEach, describe, expect, it } from "vitest";
import { expectAccessible, problems, testSite, textOf } from "./site.ts";

const site = testSite({ before: ["import", "file", "test/browser/papers.jsonl"] });
const noScript = { javaScriptEnabled: false };

afterEach(() => expect(problems.splice(0)).toEqual([]));

describe("imported papers", () => {
  it("stand in the feed, marked, and no markup of theirs is the page's", async () => {
    const page = await site.open("/?view=newest", noScript);
    const titles = await page.locator(".paper-title").allInnerTexts();
    expect(titles.slice(0, 2)).toEqual(["Model soups without merging pains", expect.stringContaining("<script>")]);
    const line = page.locator(".paper-line").nth(1);
    expect(await textOf(line)).toContain("not runnable yet");
    expect(await page.locator(".paper-line script, .paper-line img, .paper-line i").count()).toBe(0);
    await line.getByText("Why is this here?").click();
    expect(await textOf(line)).toContain("3 votes elsewhere, put forward by <i>someone</i>");
    await line.getByRole("link", { name: "Make it run" }).click();
    await page.waitForURL(/\/about#write$/);
  });

  it("have a page with the abstract, its source, neighbours, and the way to make it run", async () => {
    const page = await site.open("/arxiv/2611.00001v1");
    expect(page.url()).toMatch(/\/arxiv\/2611\.00001$/);
    const text = await textOf(page.locator("main"));
    expect(text).toContain("<img src=x onerror=alert(1)>");
    expect(text).toContain("from a file of this site’s keeper");
    expect(await page.locator("main img, main script").count()).toBe(0);
    expect(await page.locator('main a[href^="javascript"]').count()).toBe(0);
    expect(await textOf(page.locator(".related"))).toContain("Model soups without merging pains");
    await expectAccessible(page);
    await page.getByRole("link", { name: "Make it run in an afternoon" }).click();
    await page.waitForURL(/\/about#write$/);
  });

  it("are one entry with the paper of the catalogue", async () => {
    const page = await site.open("/arxiv/2202.03799", noScript);
    expect(page.url()).toMatch(/\/papers\/system-ranking$/);
    for (const path of ["/arxiv/2611.99999", "/arxiv/nonsense/../x", "/arxiv/"]) {
      expect((await fetch(site.url + path)).status, path).toBe(404);
    }
  });
});

describe("the search", () => {
  it("finds, marks and counts without scripts", async () => {
    const page = await site.open("/", noScript);
    await page.getByRole("searchbox", { name: "Search papers" }).fill("merging soups");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/search\?q=merging\+soups$/);
    expect(await textOf(page.locator("h1"))).toBe("1 paper");
    const line = page.locator(".paper-line").first();
    expect(await line.locator(".paper-title mark").allInnerTexts()).toEqual(["soups", "merging"]);
    await page.goto(`${site.url}/search?q=alert`);
    expect(await page.locator(".paper-line script, .paper-line img").count()).toBe(0);
    expect(await page.locator(".paper-line mark").allInnerTexts()).toContain("alert");
    await page.goto(`${site.url}/search?q=model`);
    await page.getByRole("link", { name: /Model merging \d/ }).click();
    expect(new URL(page.url()).searchParams.get("q")).toBe("model field:model-merging");
  });

  it("mends typing errors, says what it does not understand, and explains itself", async () => {
    const page = await site.open("/search?q=shcolkopf+year:soon", noScript);
    const notes = await page.locator(".search-notes li").allInnerTexts();
    expect(notes[0]).toContain("“year:soon” is not understood");
    expect(notes[1]).toBe("No paper has “shcolkopf”. Searched for was “scholkopf”.");
    expect(await page.locator(".paper-authors mark").allInnerTexts()).toEqual(["Schölkopf"]);
    await page.getByText("What can be asked").click();
    expect(await page.getByText("verdict:holds").isVisible()).toBe(true);
    await page.goto(`${site.url}/search`);
    expect(await textOf(page.locator("h1"))).toBe("Search");
  });

  it("leads to the paper whose arXiv id or address is asked for", async () => {
    for (const q of ["2611.00001", "arXiv:2611.00001v1", "https://arxiv.org/abs/2611.00001"]) {
      const page = await site.open(`/search?${new URLSearchParams({ q })}`, noScript);
      expect(page.url()).toBe(`${site.url}/arxiv/2611.00001`);
    }
    const page = await site.open("/search?q=2202.03799", noScript);
    expect(page.url()).toBe(`${site.url}/papers/system-ranking`);
    await page.goto(`${site.url}/search?q=2611.99999`);
    expect(await textOf(page.locator(".search-notes"))).toContain("No paper here has the arXiv id 2611.99999.");
  });

  it("is a slash away, and nothing is found in good order", async () => {
    const page = await site.open("/about");
    await page.keyboard.press("/");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("q");
    await page.keyboard.type("a/b zzzzzzzz");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/search/);
    expect(await page.getByRole("searchbox").inputValue()).toBe("a/b zzzzzzzz");
    expect(await textOf(page.locator("h1"))).toBe("0 papers");
    await expectAccessible(page);
    await expectAccessible(await site.open("/search?q=learning"));
  });
});

describe("lists for feed readers", () => {
  it("are named in the head of their pages, linked from them, and there", async () => {
    const page = await site.open("/?view=newest&field=model-merging&after=x", noScript);
    for (const path of ["", "/?view=day&when=2026-11-23", "/fields/model-merging", "/search?q=soups+%26+pains"]) {
      if (path !== "") await page.goto(site.url + path);
      const named = await page
        .locator('head link[rel="alternate"]')
        .evaluateAll((links) =>
          links.map((link) => ({ href: link.getAttribute("href") ?? "", type: link.getAttribute("type") ?? "" })),
        );
      expect(named.length, path).toBeGreaterThanOrEqual(2);
      for (const { href, type } of named) {
        expect(href).not.toMatch(/after|when/);
        const response = await fetch(site.url + href);
        expect([response.status, response.headers.get("content-type")], href).toEqual([200, `${type}; charset=utf-8`]);
        expect(await page.locator(`main a[href="${href}"]`).count(), href).toBe(1);
      }
    }
    await expectAccessible(await site.open("/fields/model-merging"));
    expect(await (await fetch(`${site.url}/search/feed.json?q=soups`)).json()).toMatchObject({
      home_page_url: `${site.url}/search?q=soups`,
      items: [{ title: "Model soups without merging pains", id: `${site.url}/arxiv/2611.00002` }],
    });
  });
});
