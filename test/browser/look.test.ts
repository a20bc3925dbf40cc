import { afterEach, describe, expect, it } from "vitest";
import { claimPage, expectAccessible, problems, startClaim, testSite, untilEnded } from "./site.ts";

const site = testSite();
/** One page of every kind. */
const kinds = [
  "/",
  "/?view=month",
  claimPage,
  `${claimPage}/data`,
  `${claimPage}/code`,
  "/papers/fedau",
  "/claims",
  "/fields/llm-systems",
  "/about",
  "/search?q=learning",
  "/sign-in",
  "/sign-in?sent",
  "/sign-in/link?token=x",
  "/me",
  "/for-you",
  "/nowhere",
];
const budget = 150_000;

afterEach(() => expect(problems.splice(0)).toEqual([]));

describe.each(["light", "dark"] as const)("in %s colours", (colorScheme) => {
  it.each(kinds)("axe finds nothing on %s", async (path) => {
    await expectAccessible(await site.open(path, { colorScheme }));
  });

  it("axe finds nothing on a run, nor on what it shows", async () => {
    const page = await site.open(claimPage, { colorScheme });
    await startClaim(page, "on the server", 10);
    await untilEnded(page);
    await page.locator(".chart svg").first().waitFor();
    await expectAccessible(page);
    await page.getByRole("link", { name: /^\/runs\// }).click();
    await page.getByText("on record").waitFor();
    await page.locator(".chart svg").first().waitFor();
    await expectAccessible(page);
  });
});

describe("on a phone, 360 px wide", () => {
  const phone = { viewport: { width: 360, height: 740 } };

  it.each(kinds)("%s does not scroll sideways", async (path) => {
    const page = await site.open(path, phone);
    const [content, window] = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth];
    });
    expect(content).toBe(window);
  });

  it("a finished run does not scroll sideways", async () => {
    const page = await site.open(claimPage, phone);
    await startClaim(page, "in this browser", 10);
    await untilEnded(page);
    await page.locator(".chart svg").first().waitFor();
    const wider = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await wider()).toBeLessThanOrEqual(0);
    await page.getByRole("link", { name: /^\/runs\// }).click();
    await page.getByText("on record").waitFor();
    expect(await wider()).toBeLessThanOrEqual(0);
  });
});

describe("weight", () => {
  it.each(["/", claimPage, `${claimPage}/data`])("%s loads little script before a run starts", async (path) => {
    const page = await site.open("/about");
    const client = await page.context().newCDPSession(page);
    await client.send("Network.enable");
    await client.send("Network.setCacheDisabled", { cacheDisabled: true });
    const scripts = new Set<string>();
    let bytes = 0;
    client.on("Network.responseReceived", ({ requestId, type }) => {
      if (type === "Script") scripts.add(requestId);
    });
    client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) bytes += encodedDataLength;
    });
    await page.goto(site.url + path, { waitUntil: "networkidle" });
    expect(scripts.size).toBeGreaterThan(2);
    expect(bytes).toBeLessThan(budget);
  });

  it("charts follow a change of colours", async () => {
    const page = await site.open(claimPage, { colorScheme: "light" });
    await startClaim(page, "in this browser", 10);
    await untilEnded(page);
    const label = page.locator(".chart svg text").first();
    await label.waitFor();
    const colour = () => label.evaluate((text) => getComputedStyle(text).fill);
    const light = await colour();
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForTimeout(500);
    expect(await colour()).not.toBe(light);
  });
});

describe("keyboard", () => {
  it("skips to the text, and reaches the button that runs", async () => {
    const page = await site.open(claimPage);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("skip");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Run the claim" }).focus();
    await page.keyboard.press("Shift+Tab");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("SUMMARY");
  });
});
