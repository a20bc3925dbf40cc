import { afterEach, expect, it } from "vitest";
import { signIn } from "./mailbox.ts";
import { claimPage, expectAccessible, problems, testSite, textOf } from "./site.ts";

const site = testSite();
afterEach(() => expect(problems.splice(0)).toEqual([]));

it.each([true, false])("a reader has a ranking of their own; scripts: %s", async (javaScriptEnabled) => {
  const page = await site.open("/for-you", { javaScriptEnabled });
  await page.getByRole("link", { name: "Sign in", exact: true }).last().waitFor();
  await signIn(site, page, `reader-${javaScriptEnabled}@example.org`);
  await page.goto(`${site.url}/for-you`);
  await page.getByText("There is nothing to learn from yet").waitFor();
  expect(await page.getByRole("button", { name: "Yes" }).count()).toBe(3);

  await page.getByRole("button", { name: "Yes" }).first().click();
  await page
    .getByText(/of 100/)
    .first()
    .waitFor();
  await page.getByText("1 answer.", { exact: false }).waitFor();
  const first = await textOf(page.locator(".own-list strong").first());
  expect(first).toBe("Yes");
  if (javaScriptEnabled) await expectAccessible(page); // axe is a script itself
  await page.getByRole("button", { name: /^Take back/ }).click();
  await page.getByText("There is nothing to learn from yet").waitFor();

  await page.goto(site.url + claimPage, { waitUntil: "networkidle" });
  await page.getByRole("button", { name: /^Bookmark/ }).click();
  await page.locator('button[aria-pressed="true"]', { hasText: "Bookmark" }).waitFor();
  await page.goto(`${site.url}/for-you`);
  await page
    .getByText(/of 100: .*(rank|system)/)
    .first()
    .waitFor();

  await page.getByRole("button", { name: "No", exact: true }).first().click();
  await page.getByText("1 answer.", { exact: false }).waitFor();
  const stale = await page.context().newPage();
  await stale.goto(`${site.url}/for-you`);
  await page.getByRole("button", { name: "Switch this page off" }).click();
  await page.getByText("nothing is learnt, and nothing is asked").waitFor();
  expect(await page.getByRole("button", { name: "Yes" }).count()).toBe(0);
  // A page from before keeps nothing, and what was kept can be deleted.
  await stale.getByRole("button", { name: "Yes" }).first().click();
  await stale.getByText("The answer you gave is still kept.").waitFor();
  await stale.close();
  await page.getByRole("button", { name: "Delete all answers" }).click();
  await page.getByText("still kept").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Switch it on" }).click();
  await page.getByText("1 bookmark").waitFor();
  await page.getByText("0 answers").waitFor();
});
