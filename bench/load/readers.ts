import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { simpleParser } from "mailparser";
import { type Visitor, visitor } from "../../test/browser/visitor.ts";
import type { LoadSite } from "./site.ts";

/** Signs in `count` readers, each through the link in the mail that the server writes as a file. */
export async function signedIn(site: LoadSite, count: number): Promise<Visitor[]> {
  const asked = new Map<string, Visitor>();
  // Names of their own: one address gets a few mails a day.
  const mark = randomUUID().slice(0, 8);
  for (let i = 0; i < count; i++) {
    const reader = await visitor(site.url);
    const mail = `reader-${mark}-${i}@example.org`;
    const answer = await reader.send("/sign-in", { mail });
    if (answer.status >= 400) throw new Error(`signing in: ${answer.status}`);
    asked.set(mail, reader);
  }
  const links = await linksOf(site, count);
  for (const [mail, reader] of asked) {
    const token = new URL(links.get(mail) ?? "", site.url).searchParams.get("token") ?? "";
    const answer = await reader.send("/sign-in/link", { token });
    if (!/(?:^|; )session=/.test(reader.cookie)) throw new Error(`${mail} is not signed in: ${answer.status}`);
  }
  return [...asked.values()];
}

/** The links in the mails, by address, once all have arrived. */
async function linksOf(site: LoadSite, count: number): Promise<Map<string, string>> {
  const folder = join(site.dataDir, "mail");
  for (const late = Date.now() + 60_000 + 1000 * count; Date.now() < late; await setTimeout(200)) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml"));
    if (names.length < count) continue;
    const links = new Map<string, string>();
    for (const name of names) {
      const { to, text = "" } = await simpleParser(await readFile(join(folder, name)));
      const address = [to].flat().flatMap((field) => field?.value.map((each) => each.address ?? "") ?? [])[0];
      const link = /^(http\S+)$/m.exec(text)?.[1];
      if (address && link) links.set(address, link);
    }
    return links;
  }
  throw new Error("the sign-in mails did not arrive");
}
