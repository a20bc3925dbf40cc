import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type ParsedMail, simpleParser } from "mailparser";
import { afterEach, expect, it, vi } from "vitest";
import { queueState } from "../../src/store/queue-state.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { findSubscription, setDue } from "../../src/store/subscriptions.ts";
import { ensureBuild } from "../../src/web/build.ts";
import { createApp } from "../../src/web/http.ts";
import { closeServer, listen } from "../../src/web/listen.ts";
import { silentLog } from "../../src/web/operations/log.ts";
import { Metrics } from "../../src/web/operations/metrics.ts";
import { openSite } from "../../src/web/server.ts";
import { settingsOf } from "../../src/web/settings.ts";
import { nextLink } from "./mailbox.ts";
import { problems, type Started, testSite, textOf } from "./site.ts";

let store: Store;

/** The site in this process, so that the test can turn its clock: a digest is due when the database says so. */
async function startHere(dataDir: string): Promise<Started> {
  store = await openStore({ dataDir });
  const settings = settingsOf({});
  const server = createServer();
  await listen(server, 0, "127.0.0.1");
  const url = `http://localhost:${(server.address() as AddressInfo).port}`; // it listens on TCP
  const metrics = new Metrics({ queue: () => queueState(store.db), process: false });
  const logger = silentLog();
  const site = await openSite({ store, settings, dataDir, url, worker: false, finishMs: 0, logger, metrics });
  server.on("request", await createApp(await ensureBuild(), { ...site, settings }));
  return {
    url,
    async stop() {
      await closeServer(server);
      await site.close();
      await store.close();
    },
  };
}

const site = testSite({ start: startHere });
afterEach(() => expect(problems.splice(0)).toEqual([]));

async function digests(): Promise<ParsedMail[]> {
  const folder = join(site.dataDir, "mail");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".eml")).sort();
  const messages = await Promise.all(names.map(async (name) => simpleParser(await readFile(join(folder, name)))));
  return messages.filter(({ headers }) => headers.has("list"));
}

it("a digest comes to who subscribed, leads to its papers, and is ended by one click of a mail program", async () => {
  const mail = "ada@example.org";
  const page = await site.open("/fields/ranking-and-rewards");
  await page.getByLabel("Mail address").fill(mail);
  await page.getByRole("button", { name: "Subscribe" }).click();
  await page.getByRole("heading", { name: "A link is on its way" }).waitFor();
  await page.goto(site.url + (await nextLink(site, mail)));
  await page.getByRole("button", { name: "Yes, send them" }).click();
  await page.getByText("Confirmed.").waitFor();
  const manage = page.url();
  const subscription = await findSubscription(store.db, { mail });
  expect(await digests()).toEqual([]);

  await setDue(store.db, subscription?.id ?? "", new Date(Date.now() - 1000));
  // The site looks every half minute.
  const [letter] = await vi.waitFor(
    async () => {
      const found = await digests();
      expect(found).toHaveLength(1);
      return found;
    },
    { timeout: 90_000, interval: 500 },
  );
  expect([letter?.to].flat().flatMap((to) => to?.value.map(({ address }) => address))).toEqual([mail]);
  const [, path = ""] = /^ +http:\/\/localhost:\d+(\/papers\/\S+)$/m.exec(letter?.text ?? "") ?? [];
  await page.goto(site.url + path);
  expect(letter?.text?.replace(/\s+/g, " ")).toContain(await textOf(page.locator("h1")));
  expect((await textOf(page.locator(".kicker"))).toLowerCase()).toBe("ranking and rewards");

  const list = letter?.headers.get("list") as { unsubscribe: { url: string }; "unsubscribe-post": { name: string } };
  expect(list["unsubscribe-post"].name).toBe("List-Unsubscribe=One-Click");
  const { url } = list.unsubscribe;
  // Programs that check mail open links: that changes nothing.
  await page.goto(url);
  await page.getByRole("button", { name: "Unsubscribe" }).waitFor();
  expect((await fetch(manage)).status).toBe(200);
  const click = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: "List-Unsubscribe=One-Click",
  });
  expect(click.status).toBe(200);
  expect((await fetch(manage)).status).toBe(404);
  expect(await findSubscription(store.db, { mail })).toBeUndefined();
  // Who opens the link after that is told the same as if it had ended now.
  await page.goto(url);
  await page.getByRole("button", { name: "Unsubscribe" }).click();
  await page.getByRole("heading", { name: "You are unsubscribed" }).waitFor();
});
