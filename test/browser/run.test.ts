import type { Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import { claimPage, problems, startClaim, testSite, textOf, untilEnded, untilRecorded } from "./site.ts";

const site = testSite();

afterEach(() => expect(problems.splice(0)).toEqual([]));

interface Message {
  id: string;
  data: { type: string; cursor: string; event?: { seq: number } };
}

/** Reads server-sent events until `enough` says so, or the stream ends. */
async function readEvents(id: string, after: string | undefined, enough = (_: Message[]) => false): Promise<Message[]> {
  const stop = new AbortController();
  const headers: Record<string, string> = after === undefined ? {} : { "Last-Event-ID": after };
  const response = await fetch(`${site.url}/api/runs/${id}/events`, { signal: stop.signal, headers });
  if (response.status === 204) return [];
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const messages: Message[] = [];
  let text = "";
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const messageId = /^id: (.*)$/m.exec(block)?.[1];
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (messageId && data) messages.push({ id: messageId, data: JSON.parse(data) });
        if (enough(messages)) return messages;
      }
    }
  } finally {
    stop.abort();
  }
  return messages;
}

const runId = (page: Page): string => /(?:run=|\/runs\/)([a-z0-9]+)/.exec(page.url())?.[1] ?? "";
/** Everything a run shows but its times. */
const shown = async (page: Page): Promise<string> => {
  await page.locator(".chart-place svg").first().waitFor();
  await page.waitForFunction(() => {
    const charts = [...document.querySelectorAll(".chart-place")];
    return charts.every((chart) => chart.querySelector("svg") && !chart.hasAttribute("aria-busy"));
  });
  return (await textOf(page.locator(".run-output"))).replace(/\s+/g, " ");
};

describe("a claim in this browser", () => {
  it("shows tables, charts, notes and a verdict with numbers, and keeps a permalink", async () => {
    const page = await site.open(claimPage);
    await startClaim(page, "in this browser", 10);
    await untilEnded(page);
    await page.locator(".verdict").waitFor();
    expect(await page.locator(".verdict .mark").count()).toBeGreaterThan(4);
    expect(await page.locator(".measured tbody tr").count()).toBeGreaterThan(10);
    expect(await page.locator(".result table").count()).toBeGreaterThan(3);
    await page.locator(".chart svg").first().waitFor();
    expect(await page.locator(".chart-place").first().getAttribute("aria-labelledby")).toBeTruthy();
    const here = await shown(page);
    await page.getByRole("link", { name: /^\/runs\// }).click();
    await page.getByText("made in a reader’s browser").waitFor();
    expect(await shown(page)).toBe(here);
    // Opened anew, the record is the same.
    const again = await site.open(new URL(page.url()).pathname);
    expect(await shown(again)).toBe(here);
  });

  it("gives the same numbers as the server", async () => {
    const [here, there] = await Promise.all([site.open(claimPage), site.open(claimPage)]);
    await startClaim(here, "in this browser", 10);
    await startClaim(there, "on the server", 10);
    await Promise.all([untilEnded(here), untilEnded(there)]);
    expect(await textOf(here.locator(".verdict"))).toBe(await textOf(there.locator(".verdict")));
  });

  it("is cancelled, and can be started again", async () => {
    const page = await site.open(claimPage);
    await startClaim(page, "in this browser", 2000);
    await page.getByText(/\d+% ·/).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.locator(".ending").getByText("Cancelled", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: "Cancel" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Run again" }).isEnabled()).toBe(true);
  });

  it("names a parameter that is out of range", async () => {
    const page = await site.open(claimPage);
    await startClaim(page, "in this browser", 1);
    await page.getByText(/--draws: 1 is not a whole number from 10 to 2000/).waitFor();
  });
});

describe("a claim on the server", () => {
  it("goes on while its page is loaded again, and a second viewer sees the same", async () => {
    const page = await site.open(claimPage);
    await startClaim(page, "on the server", 50);
    await page.waitForURL(/run=/);
    const id = runId(page);
    await page.getByText(/\d+% ·/).waitFor();
    await page.reload();
    const second = await site.open(`/runs/${id}`);
    await untilEnded(page);
    await second.locator(".verdict").waitFor();
    expect(await shown(second)).toBe(await shown(page));
    const record = await site.open(`/runs/${id}`);
    expect(await shown(record)).toBe(await shown(page));
  });

  it("resumes its events after a lost connection without loss or repetition", async () => {
    const response = await fetch(`${site.url}/api/runs`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ kind: "claim", slug: "system-ranking", params: { draws: 20 } }),
    });
    expect(response.status).toBe(202);
    const { id } = (await response.json()) as { id: string };
    const first = await readEvents(id, undefined, (messages) => messages.length >= 5);
    const rest = await readEvents(id, first.at(-1)?.id);
    const whole = await readEvents(id, undefined);
    expect([...first, ...rest]).toEqual(whole);
    const numbers = whole.flatMap(({ data }) => (data.event ? [data.event.seq] : []));
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    expect(whole.at(-1)?.data.type).toBe("outcome");
    expect(new Set(whole.map((message) => message.id)).size).toBe(whole.length);
    // Who has the last message is told that nothing follows.
    expect(await readEvents(id, whole.at(-1)?.id)).toEqual([]);
  });

  it("is cancelled", async () => {
    const page = await site.open(claimPage);
    await startClaim(page, "on the server", 2000);
    await page.getByText(/\d+% ·/).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.locator(".ending").getByText("Cancelled", { exact: true }).waitFor();
    const record = (await (await fetch(`${site.url}/api/runs/${runId(page)}`)).json()) as { state: string };
    expect(record.state).toBe("cancelled");
  });

  it("marks a refused parameter at its field", async () => {
    const page = await site.open(claimPage);
    await startClaim(page, "on the server", 5);
    await page
      .locator(".field-error")
      .getByText(/from 10 to 2000/)
      .waitFor();
    expect(await page.getByLabel("draws").getAttribute("aria-invalid")).toBe("true");
  });

  it("is run again and compared with the run before", async () => {
    const page = await site.open(claimPage);
    await startClaim(page, "on the server", 12);
    await untilEnded(page);
    await page.getByRole("link", { name: /^\/runs\// }).click();
    await page.waitForURL(/\/runs\//); // the claim's page has a button of this name too
    const before = runId(page);
    await page.getByRole("button", { name: "Run again" }).click();
    await page.waitForURL((url) => !url.href.includes(before));
    await untilRecorded(site.url, runId(page));
    await page.goto(`${site.url}/runs/${runId(page)}?with=${before}`);
    await page.getByText("Both runs had the same settings").waitFor();
    const numbers = await page
      .locator(".comparison tbody tr")
      .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].slice(-2).map((td) => td.textContent)));
    expect(numbers.length).toBeGreaterThan(10);
    for (const [here, there] of numbers) expect(here).toBe(there);
  });

  it("counts towards the mark of the paper with its default parameters only", async () => {
    const page = await site.open("/claims");
    const row = page.locator("tr", { hasText: "What are the best systems?" });
    expect(await textOf(row)).toContain("not run yet");
    const claim = await site.open(claimPage);
    await claim.getByRole("radio", { name: "on the server" }).check({ force: true });
    await claim.getByRole("button", { name: "Run the claim" }).click();
    await untilEnded(claim);
    await claim.waitForTimeout(1500); // the marks of the lists may be a second old
    await page.reload();
    expect(await textOf(row)).toMatch(/holds|does not hold|inconclusive/);
    const feed = await site.open("/?field=ranking-and-rewards");
    expect(await textOf(feed.locator(".paper-line", { hasText: "best systems" }))).toContain("1 run");
  });
});
