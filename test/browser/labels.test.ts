import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import { problems, testSite } from "./site.ts";

const site = testSite();
const toolPage = "/papers/online-active-learning/data";
const stream = `a,b,y\n${Array.from({ length: 60 }, (_, i) => `${Math.sin(i)},${Math.cos(2 * i)},`).join("\n")}\n`;

afterEach(() => expect(problems.splice(0)).toEqual([]));

async function give(page: Page): Promise<void> {
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles({ name: "mine.csv", mimeType: "text/csv", buffer: Buffer.from(stream) });
  await page.getByText("Options").click();
  await page.getByLabel("budget", { exact: true }).fill("0.5");
}

describe("labelling in this browser", () => {
  it("asks record by record, keeps each answer, and goes on after a reload", async () => {
    const page = await site.open(toolPage);
    await give(page);
    const sent: string[] = [];
    page.on("request", (request) => {
      if (request.method() !== "GET" && !request.url().endsWith("/read")) sent.push(request.url());
    });
    await page.getByRole("button", { name: "Label here, one by one" }).click();
    await page.getByRole("heading", { name: "Question 1: mine.csv, line 2" }).waitFor();
    await page.getByLabel("Another class").fill("low");
    await page.getByRole("button", { name: "Answer", exact: true }).click();
    await page.getByRole("heading", { name: /^Question 2/ }).waitFor();
    await page.getByLabel("Another class").fill("high");
    await page.getByRole("button", { name: "Answer", exact: true }).click();
    await page.getByRole("heading", { name: /^Question 3/ }).waitFor();
    await page.getByRole("button", { name: "high", exact: true }).click();
    await page.getByRole("heading", { name: /^Question 4/ }).waitFor();
    await page.getByText(/The model guesses (low|high)/).waitFor();

    await page.reload();
    await page.getByRole("button", { name: "Go on with mine.csv, 3 answered" }).click();
    await page.getByRole("heading", { name: /^Question 4/ }).waitFor();
    await page.getByRole("button", { name: "Skip" }).click();
    await page.getByText("3 labels given and 1 skipped").waitFor();

    const waiting = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the labels" }).click();
    const lines = (await readFile(await (await waiting).path(), "utf8")).trim().split("\n");
    expect(lines.length).toBe(5);
    expect(JSON.parse(lines[1] ?? "")).toEqual({ row: 0, label: "low" });
    expect(sent).toEqual([]);

    await page.getByRole("button", { name: "Forget these answers" }).click();
    await page.getByRole("button", { name: "Label here, one by one" }).waitFor();
    expect(await page.getByRole("button", { name: /^Go on with/ }).count()).toBe(0);
  });

  it("goes on in memory, and says so, when the browser refuses to keep the answers", async () => {
    const page = await site.open(toolPage);
    await page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    await give(page);
    await page.getByRole("button", { name: "Label here, one by one" }).click();
    for (const [at, label] of ["low", "high"].entries()) {
      await page.getByRole("heading", { name: `Question ${at + 1}:` }).waitFor();
      await page.getByLabel("Another class").fill(label);
      await page.getByRole("button", { name: "Answer", exact: true }).click();
    }
    await page.getByRole("heading", { name: "Question 3:" }).waitFor();
    await page.getByText("refuses to keep the answers").waitFor();
  });

  it("says what is wrong with a stream", async () => {
    const page = await site.open(toolPage);
    await give(page);
    await page.getByLabel("target", { exact: true }).fill("price");
    await page.getByRole("button", { name: "Label here, one by one" }).click();
    await page
      .getByRole("alert")
      .getByText(/there is no column "price"/)
      .waitFor();
  });
});
