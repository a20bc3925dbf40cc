import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { linksFor, nextLink, signIn } from "./mailbox.ts";
import { claimPage, expectAccessible, problems, testSite, textOf } from "./site.ts";
import { visitor } from "./visitor.ts";

const site = testSite({ settings: { LIVEPAPERS_ADMIN: "keeper@example.org", LIVEPAPERS_SIGN_IN_MAILS: "1000" } });
const noScript = { javaScriptEnabled: false };

afterEach(() => expect(problems.splice(0)).toEqual([]));

const vote = (within: Page | Locator): Locator => within.getByRole("button", { name: /^Vote/ });
const bookmark = (within: Page | Locator): Locator => within.getByRole("button", { name: /^Bookmark/ });
const firstLine = (page: Page): Locator => page.locator(".paper-line").first();

describe("without scripts", () => {
  it("a vote leads to signing in by mail, and back", async () => {
    const page = await site.open("/?view=newest", noScript);
    expect(await textOf(vote(firstLine(page)))).toMatch(/0/);
    await vote(firstLine(page)).click();
    expect(page.url()).toContain("/sign-in?next=");
    await page.getByText("Voting, bookmarks and following need an account").waitFor();
    await page.getByLabel("Mail address").fill("Ada@Example.org ");
    await page.getByRole("button", { name: "Send me a link" }).click();
    await page.getByText("This server has no mail server set up").waitFor();
    const link = await nextLink(site, "ada@example.org");
    // Whoever looks at a link does not use it up.
    await page.goto(site.url + link);
    await page.goto(site.url + link);
    await page.getByText("ada@example.org").waitFor();
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/?view=newest");

    await vote(firstLine(page)).click();
    expect(await vote(firstLine(page)).getAttribute("aria-pressed")).toBe("true");
    expect(await textOf(vote(firstLine(page)))).toMatch(/1/);
    await bookmark(firstLine(page)).click();
    expect(await bookmark(firstLine(page)).getAttribute("aria-pressed")).toBe("true");

    await page.goto(site.url + link);
    await page.getByText("This link does not work here").waitFor();
  });

  it("a reader has a page with bookmarks, tags, votes, fields and runs", async () => {
    const page = await site.open("/sign-in", noScript);
    await signIn(site, page, "grace@example.org");
    await page.goto(`${site.url}/fields/ranking-and-rewards`);
    await page.getByRole("button", { name: "Follow this field" }).click();
    await page.getByRole("button", { name: "Following" }).waitFor();
    await page.goto(site.url + claimPage);
    await vote(page).click();
    await bookmark(page).click();
    await page.getByText("Parameters").click();
    await page.getByLabel("draws").fill("10");
    await page.getByRole("button", { name: "Run the claim" }).click();
    await page.goto(`${site.url}/me`);
    const section = (name: string): Locator =>
      page.getByRole("region", { name }).or(page.locator(`section[aria-labelledby=${name}]`));
    expect(await textOf(section("bookmarks"))).toContain("What are the best systems?");
    expect(await textOf(section("votes"))).toContain("What are the best systems?");
    expect(await textOf(section("follows"))).toContain("Ranking and rewards");
    expect(await textOf(section("runs").first())).toContain("claim");
    await page.getByLabel(/^Tags of/).fill("To read, <b>bold</b>");
    await page.getByRole("button", { name: /^Save tags/ }).click();
    await page.getByRole("link", { name: "to read" }).click();
    expect(page.url()).toContain("tag=to%20read");
    expect(await page.getByRole("link", { name: "<b>bold</b>" }).count()).toBe(1);
    await page.getByRole("button", { name: /^Take back/ }).click();
    expect(await textOf(section("votes"))).toContain("None yet");
    await page.getByRole("button", { name: /^Remove/ }).click();
    await page.getByRole("button", { name: /^Stop following/ }).click();
    expect(await textOf(section("bookmarks"))).toContain("None yet");
  });
});

describe("with scripts", () => {
  it("a vote changes its number in place", async () => {
    const page = await site.open("/sign-in");
    await signIn(site, page, "linus@example.org");
    await page.goto(`${site.url}/?view=newest`, { waitUntil: "networkidle" });
    const line = page.locator(".paper-line").nth(6);
    await line.scrollIntoViewIfNeeded();
    const before = await page.evaluate(() => {
      document.body.dataset.same = "yes";
      return scrollY;
    });
    await vote(line).click();
    await page.waitForFunction(
      (button) => button?.getAttribute("aria-pressed") === "true",
      await vote(line).elementHandle(),
    );
    expect(await textOf(vote(line))).toMatch(/1/);
    expect(await page.evaluate(() => [document.body.dataset.same, scrollY])).toEqual(["yes", before]);
    await vote(line).click();
    await page.waitForFunction(
      (button) => button?.getAttribute("aria-pressed") === "false",
      await vote(line).elementHandle(),
    );
    expect(await textOf(vote(line))).toMatch(/0/);
    await page.goto(site.url + claimPage, { waitUntil: "networkidle" });
    await vote(page).click();
    await page.waitForFunction(
      (button) => button?.getAttribute("aria-pressed") === "true",
      await vote(page).elementHandle(),
    );
  });

  it("export and deletion are whole", async () => {
    const page = await site.open("/sign-in");
    await signIn(site, page, "leaving@example.org");
    await page.goto(site.url + claimPage, { waitUntil: "networkidle" });
    await vote(page).click();
    await page.goto(`${site.url}/me`, { waitUntil: "networkidle" });
    const waiting = page.waitForEvent("download");
    await page.getByRole("link", { name: "Export my data" }).click();
    const data = JSON.parse(await readFile(await (await waiting).path(), "utf8"));
    expect(data).toMatchObject({ account: { mail: "leaving@example.org" }, votes: [{ slug: "system-ranking" }] });
    await page.getByText("Delete my data").first().click();
    await page.getByLabel("Yes, delete everything").check();
    await page.getByRole("button", { name: "Delete my data" }).click();
    await page.getByText("Your data is deleted. Nobody is signed in").waitFor();
    await signIn(site, page, "leaving@example.org");
    await page.goto(`${site.url}/me`);
    expect(await textOf(page.locator("section[aria-labelledby=votes]"))).toContain("None yet");
  });
});

describe("sessions", () => {
  /** Signs in as a browser would, without one. */
  async function signedIn(mail: string) {
    const who = await visitor(site.url);
    const before = (await linksFor(site, mail)).length;
    await who.send("/sign-in", { mail });
    const token = new URL(site.url + (await nextLink(site, mail, before))).searchParams.get("token") ?? "";
    return { who, token, use: () => who.send("/sign-in/link", { token }) };
  }
  const sessionIn = (cookie: string): string => /session=[^;]*/.exec(cookie)?.[0] ?? "";
  const isIn = async (cookie: string): Promise<boolean> =>
    (await (await fetch(`${site.url}/me`, { headers: { Cookie: cookie } })).text()).includes("Signed in as");

  it("answer every address the same", async () => {
    await (await signedIn("known@example.org")).use();
    const ask = async (mail: string) => {
      const response = await (await visitor(site.url)).send("/sign-in", { mail });
      const asking = response.headers.getSetCookie().map((set) => set.replace(/=[^;]+/, "="));
      return [response.status, response.headers.get("location"), asking, await response.text()];
    };
    const [known, unknown] = [await ask("known@example.org"), await ask("unknown@example.org")];
    expect(known).toEqual(unknown);
    expect(known[0]).toBe(303);
    for (const nonsense of ["", "x", "a@b", "a@example.org, b@example.org", "a@example.org\nBcc: b@example.org"]) {
      expect((await ask(nonsense))[0], nonsense).toBe(422);
    }
  });

  it("begin in the browser that asked and in no other", async () => {
    const { token, use } = await signedIn("bound@example.org");
    const thief = await visitor(site.url);
    await thief.send("/sign-in", { mail: "thief@example.org" });
    expect(await (await thief.fetch(`/sign-in/link?token=${token}`)).text()).not.toContain("bound@example.org");
    expect((await thief.send("/sign-in/link", { token })).status).toBe(410);
    expect(sessionIn(thief.cookie)).toBe("");
    expect((await use()).status).toBe(303);
    expect((await use()).status).toBe(410);
  });

  it("are new at every sign-in, and end the one before", async () => {
    const first = await signedIn("again@example.org");
    await first.use();
    const before = first.who.cookie;
    expect(await isIn(before)).toBe(true);
    await first.who.send("/sign-in", { mail: "again@example.org" });
    const token = new URL(site.url + (await nextLink(site, "again@example.org", 1))).searchParams.get("token") ?? "";
    await first.who.send("/sign-in/link", { token });
    expect(sessionIn(first.who.cookie)).not.toBe(sessionIn(before));
    expect(await isIn(first.who.cookie)).toBe(true);
    expect(await isIn(before)).toBe(false);
  });

  it("are over after signing out, whoever has kept the cookie", async () => {
    const [one, two] = [await signedIn("out@example.org"), await signedIn("out@example.org")];
    // The second link was asked for in another browser; using one makes the other useless.
    expect((await one.use()).status).toBe(303);
    expect((await two.use()).status).toBe(410);
    const kept = one.who.cookie;
    expect((await one.who.send("/sign-out")).status).toBe(303);
    expect(sessionIn(one.who.cookie)).toBe("");
    expect(await isIn(kept)).toBe(false);
  });

  it("end everywhere at once", async () => {
    const one = await signedIn("many@example.org");
    await one.use();
    const two = await signedIn("many@example.org");
    await two.use();
    expect(await isIn(one.who.cookie)).toBe(true);
    await two.who.send("/sign-out", { do: "everywhere" });
    expect(await isIn(one.who.cookie)).toBe(false);
  });

  it("cannot be made up, or moved from the visitor's cookie", async () => {
    const { who } = await signedIn("made-up@example.org");
    const value = /visitor=([^;]*)/.exec(who.cookie)?.[1] ?? "";
    for (const cookie of [`session=${value}`, "session=x", `session=${"A".repeat(80)}`]) {
      expect(await isIn(cookie), cookie).toBe(false);
    }
    expect((await fetch(`${site.url}/me/data.json`, { redirect: "manual" })).status).toBe(303);
  });
});

describe("the administrator", () => {
  it("alone sees the queue, stops a run, hides a card and shows it again", async () => {
    const other = await site.open("/sign-in");
    await signIn(site, other, "nosy@example.org");
    await other.goto(`${site.url}/admin`);
    await other.getByText("Nothing stands here").waitFor();
    const nobody = await visitor(site.url);
    expect((await nobody.fetch("/admin")).status).toBe(404);
    expect((await nobody.send("/admin", { do: "hide", slug: "fedau" })).status).toBe(404);

    const started = await nobody.fetch("/api/runs", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ kind: "claim", slug: "system-ranking", params: { draws: 2000 } }),
    });
    const { id } = (await started.json()) as { id: string };
    const page = await site.open("/sign-in");
    await signIn(site, page, "keeper@example.org");
    await page.goto(`${site.url}/admin`, { waitUntil: "networkidle" });
    await expectAccessible(page);
    await page.getByRole("button", { name: `Stop ${id}` }).click();
    await page.getByRole("button", { name: `Stop ${id}` }).waitFor({ state: "detached" });
    await vi.waitFor(
      async () => {
        const { state } = (await (await fetch(`${site.url}/api/runs/${id}`)).json()) as { state: string };
        expect(state).toBe("cancelled");
      },
      { timeout: 20_000, interval: 200 },
    );
    await page.reload();
    await page.getByText("Nothing waits, nothing runs").waitFor();

    await page.getByLabel("Run to remove").fill(`${site.url}/runs/${id}`);
    await page.getByRole("button", { name: "Remove" }).click();
    await vi.waitFor(async () => expect((await fetch(`${site.url}/api/runs/${id}`)).status).toBe(404));
    expect((await nobody.send("/admin", { do: "remove", run: id })).status).toBe(404);

    await page.getByLabel("Card to hide").fill("fedau");
    await page.getByLabel("Why").fill("<i>not ours</i>");
    await page.getByRole("button", { name: "Hide" }).click();
    await page.getByRole("button", { name: "Show again fedau" }).waitFor();
    await expectAccessible(page);
    expect((await fetch(`${site.url}/papers/fedau`)).status).toBe(404);
    expect(await (await fetch(`${site.url}/claims`)).text()).not.toContain("/papers/fedau");
    expect(await (await fetch(`${site.url}/api/papers`)).text()).not.toContain('"fedau"');
    await page.getByRole("button", { name: "Show again fedau" }).click();
    await page.getByText("None.").waitFor();
    expect((await fetch(`${site.url}/papers/fedau`)).status).toBe(200);
  });
});

describe.each(["light", "dark"] as const)("the pages of accounts in %s colours", (colorScheme) => {
  it("have nothing that axe would mend, and fit a phone", async () => {
    const page = await site.open("/sign-in", { colorScheme, viewport: { width: 360, height: 740 } });
    const check = async (path?: string): Promise<void> => {
      if (path) await page.goto(site.url + path, { waitUntil: "networkidle" });
      await expectAccessible(page);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    };
    await check();
    await check("/sign-in?sent");
    await check("/sign-in/link?token=x");
    await signIn(site, page, `${colorScheme}@example.org`);
    await page.goto(site.url + claimPage, { waitUntil: "networkidle" });
    await vote(page).click();
    await bookmark(page).click();
    await page.goto(`${site.url}/fields/ranking-and-rewards`, { waitUntil: "networkidle" });
    await page.getByRole("button", { name: "Follow this field" }).click();
    await page.getByRole("button", { name: "Following" }).waitFor();
    await check();
    await page.goto(`${site.url}/me`, { waitUntil: "networkidle" });
    await page.getByText("Delete my data").first().click();
    await check();
  });
});
