import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import { claimPage, problems, testSite, textOf, untilEnded } from "./site.ts";

const site = testSite();
const toolPage = `${claimPage}/data`;
const table = "system,a,b,c\nalpha,0.9,71,3\nbeta,0.8,75,2\ngamma,0.7,60,1\n";

afterEach(() => expect(problems.splice(0)).toEqual([]));

/** Drops a file on the first place for files, as a mouse would. */
async function drop(page: Page, name: string, content: string): Promise<void> {
  const data = await page.evaluateHandle(
    ([fileName, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text ?? ""], fileName ?? "", { type: "text/csv" }));
      return transfer;
    },
    [name, content],
  );
  await page.locator(".drop").first().dispatchEvent("dragover", { dataTransfer: data });
  await page.locator(".drop").first().dispatchEvent("drop", { dataTransfer: data });
}

async function download(page: Page, name: string): Promise<string> {
  const waiting = page.waitForEvent("download");
  await page.getByRole("link", { name: `Download ${name}` }).click();
  return readFile(await (await waiting).path(), "utf8");
}

describe("a tool in this browser", () => {
  it("shows itself working on the sample with one click", async () => {
    const page = await site.open(toolPage);
    await page.getByRole("button", { name: "Try the sample" }).click();
    await untilEnded(page);
    await page.locator(".tool-summary").waitFor();
    expect(await page.locator(".result table").count()).toBeGreaterThan(0);
    expect(await textOf(page.locator(".preview"))).toContain("system");
    expect(await download(page, "ranking.csv")).toContain("Turing");
  });

  it("works on a dropped file, which is not sent anywhere", async () => {
    const page = await site.open(toolPage);
    const sent: string[] = [];
    page.on("request", (request) => {
      // That the page was read is counted after a while; the file is no part of that.
      if (request.method() !== "GET" && !request.url().endsWith("/read")) sent.push(request.url());
    });
    await drop(page, "mine.csv", table);
    await page.getByText("mine.csv").first().waitFor();
    await page.getByRole("button", { name: "Apply" }).click();
    await untilEnded(page);
    expect(await download(page, "ranking.csv")).toMatch(/alpha,.*\n/);
    expect(await page.getByText("npx livepapers apply system-ranking rank mine.csv").count()).toBe(1);
    expect(sent).toEqual([]);
  });

  it("works on pasted text and on changed options", async () => {
    const page = await site.open(toolPage);
    await page.getByRole("button", { name: "paste text" }).click();
    await page.getByLabel("Text for scores").fill(table);
    await page.getByRole("button", { name: "Use this text" }).click();
    await page.getByText("Options").click();
    await page.getByLabel("format").selectOption("json");
    await page.getByRole("button", { name: "Apply" }).click();
    await untilEnded(page);
    expect(JSON.parse(await download(page, "ranking.json"))).toHaveLength(3);
  });

  it.each([
    ["empty.csv", "", /empty\.csv: the file is empty/],
    ["words.csv", "system,a\nalpha,much\nbeta,2\n", /words\.csv, line 2/],
    ["binary.csv", "\u0000\u0001\u0002", /binary\.csv/],
  ])("says what is wrong with %s", async (name, content, message) => {
    const page = await site.open(toolPage);
    await drop(page, name, content);
    await page.getByRole("button", { name: "Apply" }).click();
    await page.locator(".ending").getByText(message).waitFor();
    expect(await page.locator(".output").count()).toBe(0);
    expect(await textOf(page.locator(".ending"))).not.toMatch(/\.(?:ts|js):\d/);
  });
});

describe("a tool on the server", () => {
  it("takes a file, shows the beginning of its output and keeps it with the run", async () => {
    const page = await site.open(toolPage);
    await page.getByRole("radio", { name: "on the server" }).check({ force: true });
    await page.locator("input[type=file]").setInputFiles({
      name: "mine.csv",
      mimeType: "text/csv",
      buffer: Buffer.from(table),
    });
    await page.getByRole("button", { name: "Apply" }).click();
    await untilEnded(page);
    const here = await download(page, "ranking.csv");
    expect(here).toMatch(/alpha,/);
    await page.getByRole("link", { name: /^\/runs\// }).click();
    await page.locator(".preview").waitFor();
    expect(await download(page, "ranking.csv")).toBe(here);
    expect(await textOf(page.locator(".run-facts"))).toContain("mine.csv");
  });

  it("says what is wrong with a file", async () => {
    const page = await site.open(toolPage);
    await page.getByRole("radio", { name: "on the server" }).check({ force: true });
    await drop(page, "narrow.csv", "system\nalpha\nbeta\n");
    await page.getByRole("button", { name: "Apply" }).click();
    await page
      .locator(".ending")
      .getByText(/narrow\.csv/)
      .waitFor();
  });
});
