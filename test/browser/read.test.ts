import { afterEach, describe, expect, it } from "vitest";
import { claimPage, problems, testSite, textOf } from "./site.ts";

const site = testSite();
const noScript = { javaScriptEnabled: false };

afterEach(() => expect(problems.splice(0)).toEqual([]));

describe("reading without scripts", () => {
  it("lists every paper with title, summary, field, year and mark, page by page", async () => {
    const papers = (await (await fetch(`${site.url}/api/papers`)).json()) as { slug: string; title: string }[];
    const page = await site.open("/?view=newest", noScript);
    const first = await textOf(page.locator(".paper-line").first());
    expect(first).toMatch(/\b20\d\d\b/);
    expect(first).toMatch(/not runnable yet|not run yet|holds|hold|inconclusive/);
    const links: (string | null)[] = [];
    for (;;) {
      links.push(
        ...(await page.locator(".paper-title a").evaluateAll((all) => all.map((a) => a.getAttribute("href")))),
      );
      const next = page.getByRole("link", { name: "Next page" });
      if ((await next.count()) === 0) break;
      await next.click();
    }
    expect(links).toHaveLength(papers.length);
    expect(new Set(links)).toEqual(new Set(papers.map((paper) => `/papers/${paper.slug}`)));
  });

  it("filters by field and by what runs, and shows a period, by plain links", async () => {
    const page = await site.open("/", noScript);
    await page
      .getByRole("link", { name: /Ranking and rewards \d/ })
      .first()
      .click();
    expect(page.url()).toContain("field=ranking-and-rewards");
    expect(await textOf(page.locator("h1"))).toBe("Ranking and rewards");
    await page.getByRole("link", { name: /Runnable only/ }).click();
    expect(await page.getByText("not runnable yet").count()).toBe(0);
    await page.getByRole("link", { name: "Week", exact: true }).click();
    expect(await textOf(page.locator("h2.day").first())).toMatch(/^Week \d+: \d+ \w+ \d{4} to/);
    await page.getByText("Why is this here?").first().click();
    expect(await textOf(page.locator(".why").first())).toMatch(/1st here: each signal below ranks \d+ papers/);
  });

  it("shows summary, claim, inequalities, reported figures, related papers and citation", async () => {
    const page = await site.open(claimPage, noScript);
    for (const name of ["In short", "The claim", "What the paper reports", "Related papers", "How to cite"]) {
      expect(await page.getByRole("heading", { name }).count(), name).toBe(1);
    }
    expect(await page.locator(".inequality").count()).toBeGreaterThan(1);
    expect(await textOf(page.locator(".bibtex"))).toContain("eprint");
    expect(await page.getByText("npx livepapers reproduce system-ranking").count()).toBe(1);
  });

  it("shows the code with its comments set as prose and maths", async () => {
    const page = await site.open(`${claimPage}/code`, noScript);
    expect(await page.locator(".segment-prose .katex").count()).toBeGreaterThan(3);
    expect(await page.locator(".segment-code t-k").count()).toBeGreaterThan(50);
    expect(await page.locator(".segment-prose .katex-error").count()).toBe(0);
    expect(await page.locator("details.source").count()).toBeGreaterThanOrEqual(2);
  });

  it("runs a claim on the server from the plain form", async () => {
    const page = await site.open(claimPage, noScript);
    await page.getByText("Parameters").click();
    await page.getByLabel("draws").fill("10");
    await page.getByRole("button", { name: "Run the claim" }).click();
    expect(page.url()).toMatch(/\/runs\/[a-z0-9]+$/);
    // The page loads itself again until the run has ended.
    await page.getByRole("heading", { name: /The claim/ }).waitFor();
    expect(await textOf(page.locator(".run-facts"))).toMatch(/draws\s+10/);
  });

  it("remembers the colours that were chosen", async () => {
    const page = await site.open("/", noScript);
    const theme = () => page.locator("html").getAttribute("data-theme");
    expect(await theme()).toBe("auto");
    await page.getByRole("button", { name: /Colours/ }).click();
    expect(await theme()).toBe("light");
    await page.getByRole("button", { name: /Colours/ }).click();
    expect(await theme()).toBe("dark");
    await page.goto(`${site.url}/about`);
    expect(await theme()).toBe("dark");
  });
});

describe("pages that are not there", () => {
  it("answers 404 and suggests what may have been meant", async () => {
    const response = await fetch(`${site.url}/papers/system-rankin`);
    expect(response.status).toBe(404);
    const page = await site.open("/papers/system-rankin", noScript);
    await page.getByRole("link", { name: /best systems/ }).click();
    expect(page.url()).toContain(claimPage);
  });

  it.each(["/nowhere", "/runs/nothing", "/fields/nothing", "/assets/nothing.js"])("answers 404 at %s", async (path) => {
    const response = await fetch(site.url + path);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toMatch(/\bat .*\.(?:ts|js):\d/);
  });
});
