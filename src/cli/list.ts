import type { Command } from "commander";
import { BadInput, nearest } from "../kit/errors.ts";
import { type FieldId, fieldIds, fields, isField } from "../kit/fields.ts";
import { isRunnable, type Paper } from "../kit/paper.ts";
import { plainMath } from "../kit/plain-math.ts";
import { catalogue } from "../papers/catalogue.ts";
import type { Cli } from "./context.ts";
import { addServer, type Site, siteOf } from "./remote/site.ts";
import { clip, padEnd, textWidth } from "./terminal/text.ts";

/** One paper in `livepapers list --json`. */
export interface Listed {
  slug: string;
  title: string;
  field: string;
  year: number;
  arxiv: string;
  /** Whether `livepapers reproduce` runs its claim. */
  runnable: boolean;
  /** What its tool does, or null while there is none. */
  tool: string | null;
  where: "anywhere" | "server";
}

export function listed(paper: Paper): Listed {
  const { slug, title, field, year, arxiv, where } = paper.card;
  return {
    slug,
    title,
    field,
    year,
    arxiv,
    runnable: isRunnable(paper),
    tool: paper.tool ? paper.card.tool : null,
    where,
  };
}

/** A field by its name; an unknown one is refused with the nearest. */
export function fieldNamed(name: string): FieldId {
  if (isField(name)) return name;
  const close = nearest(name, fieldIds);
  throw new BadInput(`there is no field "${name}"`, {
    where: "--field",
    remedy: close ? `Did you mean "${close}"?` : `The fields are ${fieldIds.join(", ")}.`,
  });
}

function printList(cli: Cli, papers: readonly Listed[]): void {
  const { out } = cli;
  const { paint } = out;
  const widest = Math.max(0, ...papers.map(({ slug }) => textWidth(slug)));
  // A server may have fields that this version does not know.
  for (const field of new Set([...fieldIds, ...papers.map((paper) => paper.field)])) {
    const mine = papers.filter((paper) => paper.field === field);
    if (mine.length === 0) continue;
    out.line(paint.bold(isField(field) ? fields[field].title : field));
    for (const { slug, year, title: whole, runnable } of mine) {
      const mark = runnable ? paint.good("●") : paint.dim("○");
      const head = `  ${mark} ${padEnd(slug, widest)}  ${paint.dim(String(year))}  `;
      const title = clip(plainMath(whole), Math.max(20, out.columns - textWidth(head)));
      out.line(head + (runnable ? title : paint.dim(title)));
    }
    out.line();
  }
  const running = papers.filter(({ runnable }) => runnable).length;
  const count = `${papers.length} ${papers.length === 1 ? "paper" : "papers"}, ${running} of them`;
  out.line(paint.dim(`${count} runnable (●); not runnable yet (○). Next: livepapers show SLUG`));
}

/** The papers of this version, or of a server. */
async function papersOf(cli: Cli, site: Site | undefined, field: FieldId | undefined): Promise<Listed[]> {
  if (site) return (await import("./remote/papers.ts")).listedAt(site, field, cli.signal);
  return catalogue.filter(({ card }) => field === undefined || card.field === field).map(listed);
}

export function addList(program: Command, cli: Cli): void {
  const command = program
    .command("list")
    .summary("list the papers")
    .description("Lists the papers, field by field, and says which run.")
    .option("--field <field>", `one field only: ${fieldIds.join(", ")}`)
    .option("--json", "print one JSON array of {slug, title, field, year, arxiv, runnable, tool, where}")
    .addHelpText("after", "\nExample:\n  livepapers list --field model-merging")
    .action(async (options: { field?: string; json?: boolean }) => {
      const field = options.field === undefined ? undefined : fieldNamed(options.field);
      const papers = await papersOf(cli, await siteOf(cli, command, ["get /papers"]), field);
      if (options.json) cli.out.line(JSON.stringify(papers, null, 2));
      else printList(cli, papers);
    });
  addServer(command);
}
