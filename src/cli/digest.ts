import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { BadInput } from "../kit/errors.ts";
import type { FieldId } from "../kit/fields.ts";
import { type Answer, type Cli, status } from "./context.ts";
import { parseDay } from "./import.ts";
import { fieldNamed } from "./list.ts";

interface Options {
  preview?: boolean;
  field?: string;
  weekly?: boolean;
  date?: string;
  out?: string;
}

interface Preview {
  fields: FieldId[];
  every: "day" | "week";
  now: Date;
}

/** The digest that a new subscriber would get. */
async function previewLetter(cli: Cli, { fields, every, now }: Preview) {
  const { openStore } = await import("../store/store.ts");
  const { listCatalogue } = await import("../feed/catalogued.ts");
  const { catalogue } = await import("../papers/catalogue.ts");
  const { DigestSource, entriesPerDigest } = await import("../feed/digest/entries.ts");
  const { digestLetter } = await import("../feed/digest/letter.ts");
  const { wishWords } = await import("../feed/digest/words.ts");
  const { digestPeriod, usualWish } = await import("../kit/wish.ts");
  const databaseUrl = cli.env.DATABASE_URL;
  const store = await openStore(databaseUrl ? { databaseUrl } : { dataDir: cli.env.LIVEPAPERS_DATA || "data" });
  try {
    await listCatalogue(store.db, catalogue);
    const had: ReadonlySet<string> = new Set();
    const count = entriesPerDigest[every];
    const entries = await new DigestSource().entries(store.db, { fields, now, had, count, papers: catalogue });
    const period = digestPeriod({ every, zone: "UTC" }, now);
    const siteUrl = new URL(cli.env.LIVEPAPERS_URL || "http://localhost:4000");
    const link = (name: string): string => new URL(`/inbox/${name}?key=preview`, siteUrl).href;
    const wish = wishWords({ ...usualWish, every, fields });
    const id = `digest-preview-${period}`;
    const to = "subscriber@example.org";
    return {
      period,
      papers: entries.length,
      letter: digestLetter({
        ...{ to, period, entries, siteUrl, wish, id },
        ...{ manage: link("manage"), unsubscribe: link("unsubscribe") },
      }),
    };
  } finally {
    await store.close();
  }
}

export function addDigest(program: Command, cli: Cli, answer: Answer): void {
  program
    .command("digest")
    .summary("look at the digest that subscribers get")
    .description("Makes the digest of trending papers as a new subscriber would get it now, and sends nothing.")
    .option("--preview", "print its text; the site itself sends digests when they are due")
    .option("--field <list>", "fields, with commas; all by default")
    .option("--weekly", "the one of a week instead of a day")
    .option("--date <day>", "as of another day, as in 2026-11-20")
    .option("--out <folder>", "write it as .html and .eml too")
    .addHelpText("after", "\nExample:\n  livepapers digest --preview --field llm-systems --out preview")
    .action(async ({ preview, field, weekly, date, out }: Options) => {
      if (!preview) {
        throw new BadInput("digest needs --preview: what is due is sent by the site itself", {
          remedy: "See docs/operations.md.",
        });
      }
      const now = date === undefined ? new Date() : new Date(`${parseDay(date, "--date")}T12:00:00Z`);
      const fields = (field ?? "")
        .split(",")
        .filter(Boolean)
        .map((name) => fieldNamed(name.trim()));
      const { period, letter, papers } = await previewLetter(cli, { fields, every: weekly ? "week" : "day", now });
      answer.status = status.holds;
      if (papers === 0) {
        cli.out.line("No paper is listed there, so that no digest would be sent.");
        return;
      }
      cli.stdout.write(letter.text);
      if (out === undefined) return;
      const { composeMail } = await import("../mail/message.ts");
      const { raw } = await composeMail(letter, "livepapers <livepapers@localhost>", now);
      const path = join(out, `digest-${period}`);
      try {
        await mkdir(out, { recursive: true });
        await writeFile(`${path}.html`, letter.html ?? "");
        await writeFile(`${path}.eml`, raw);
      } catch (error) {
        throw new BadInput(`nothing can be written there: ${(error as NodeJS.ErrnoException).code}`, { where: out });
      }
      cli.err.line(`Wrote ${path}.html and ${path}.eml.`);
    });
}
