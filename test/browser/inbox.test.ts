import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import { afterEach, describe, expect, it } from "vitest";
import { linksFor, nextLink, signIn } from "./mailbox.ts";
import { expectAccessible, problems, testSite } from "./site.ts";
import { visitor } from "./visitor.ts";

const site = testSite({ settings: { LIVEPAPERS_SIGN_IN_MAILS: "1000" } });

afterEach(() => expect(problems.splice(0)).toEqual([]));

describe("the inbox", () => {
  it.each([true, false])(
    "is subscribed to from the feed, confirmed, changed and ended; scripts: %s",
    async (scripts) => {
      const mail = `ada-${scripts}@example.org`;
      const page = await site.open("/fields/ranking-and-rewards", { javaScriptEnabled: scripts });
      await page.getByText("This server has no mail server set up").waitFor();
      await page.getByLabel("Mail address").fill(` ${mail.toUpperCase()} `);
      await page.getByLabel("How often").selectOption("Every Monday");
      await page.getByRole("button", { name: "Subscribe" }).click();
      await page.getByRole("heading", { name: "A link is on its way" }).waitFor();
      const link = await nextLink(site, mail);
      // Whoever looks at the link confirms nothing.
      await fetch(site.url + link);
      await page.goto(site.url + link);
      await page.getByText(mail).waitFor();
      if (scripts) await expectAccessible(page);
      await page.getByRole("button", { name: "Yes, send them" }).click();
      await page.getByText("Confirmed.").waitFor();
      await page.getByText(/every Monday at 07:00 .*, about Ranking and rewards/).waitFor();
      const manage = page.url();
      await page.getByLabel("How often").selectOption("Every day");
      await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
      await page.getByLabel("Ranking and rewards").uncheck();
      if (scripts) await expectAccessible(page);
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("every day at 07:00 (Asia/Tokyo), about all fields").waitFor();
      await page.goto(site.url + link);
      await page.getByText("This link confirms nothing any more").waitFor();
      await page.goto(manage);
      await page.getByRole("button", { name: "Unsubscribe" }).click();
      await page.getByRole("heading", { name: "You are unsubscribed" }).waitFor();
      expect((await fetch(manage)).status).toBe(404);
    },
  );

  it("answers every address the same, and writes to one a few times only", async () => {
    const who = await visitor(site.url);
    const ask = async (mail: string) => {
      const response = await who.send("/inbox", { mail });
      return [response.status, response.headers.get("location"), await response.text()];
    };
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await ask("many@example.org"));
    answers.push(await ask("once@example.org"));
    for (const answer of answers) expect(answer).toEqual([303, "/inbox?sent", ""]);
    await nextLink(site, "once@example.org");
    expect(await linksFor(site, "many@example.org")).toHaveLength(3);
    for (const nonsense of ["", "x", "a@example.org, b@example.org", "a@example.org\nBcc: b@example.org"]) {
      expect((await ask(nonsense))[0], nonsense).toBe(422);
    }
    expect((await who.send("/inbox", { mail: "x@example.org", "form-token": "x" })).status).toBe(403);
  });

  it("is on the page of whoever is signed in, and nothing of it on anybody else's", async () => {
    const page = await site.open("/sign-in", { javaScriptEnabled: false });
    await signIn(site, page, "grace@example.org");
    await page.goto(`${site.url}/me`);
    await page.getByRole("link", { name: "Get trending papers in your inbox" }).click();
    expect(await page.getByLabel("Mail address").inputValue()).toBe("grace@example.org");
    await page.getByRole("button", { name: "Subscribe" }).click();
    await page.goto(site.url + (await nextLink(site, "grace@example.org", 1)));
    await page.getByRole("button", { name: "Yes, send them" }).click();
    await page.goto(`${site.url}/me`);
    await page.getByRole("link", { name: "Change or end your subscription" }).click();
    await page.getByText("grace@example.org").first().waitFor();
    const other = await visitor(site.url);
    expect((await other.fetch("/inbox/manage?key=abcdefghjkmn.x")).status).toBe(404);
    const guess = `abcdefghjkmn.${"A".repeat(43)}`;
    expect((await other.send("/inbox/manage", { key: guess, do: "end" })).status).toBe(404);
    expect((await fetch(`${site.url}/inbox/unsubscribe?key=${guess}`, { method: "POST" })).status).toBe(404);
  });

  it("writes mail that any program shows", async () => {
    const folder = join(site.dataDir, "mail");
    const names = (await readdir(folder)).filter((name) => name.endsWith(".eml"));
    const messages = await Promise.all(names.map(async (name) => simpleParser(await readFile(join(folder, name)))));
    const confirm = messages.find(({ subject }) => subject?.startsWith("Confirm"));
    expect(confirm?.text).toMatch(/asked for trending papers at this address:\nevery/);
  });
});
