import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import type { Page } from "playwright-core";
import { expect, vi } from "vitest";
import type { Site } from "./site.ts";

/** The sign-in links that were mailed to an address, oldest first, as paths. */
export async function linksFor(site: Site, mail: string): Promise<string[]> {
  const folder = join(site.dataDir, "mail");
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml")).sort();
  const messages = await Promise.all(names.map(async (name) => simpleParser(await readFile(join(folder, name)))));
  return messages.flatMap(({ to, text = "" }) => {
    const addressed = [to].flat().some((field) => field?.value.some(({ address }) => address === mail));
    const link = /^(http\S+)$/m.exec(text)?.[1];
    if (!addressed || !link) return [];
    const url = new URL(link);
    expect(url.origin).toBe(site.url);
    return [url.pathname + url.search];
  });
}

/** The next link for an address, once it has arrived. */
export async function nextLink(site: Site, mail: string, before = 0): Promise<string> {
  return vi.waitFor(
    async () => {
      const link = (await linksFor(site, mail))[before];
      if (!link) throw new Error(`no mail for ${mail} yet`);
      return link;
    },
    { timeout: 30_000, interval: 200 },
  );
}

/** Signs in from a page that asks for the address. */
export async function signIn(site: Site, page: Page, mail: string): Promise<void> {
  const before = (await linksFor(site, mail)).length;
  if (!/\/sign-in(?:\?next=.*)?$/.test(page.url())) await page.goto(`${site.url}/sign-in`);
  await page.getByLabel("Mail address").fill(mail);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await page.getByRole("heading", { name: "A link is on its way" }).waitFor();
  await page.goto(site.url + (await nextLink(site, mail, before)));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Your page" }).first().waitFor();
}
