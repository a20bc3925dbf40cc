import type { Command } from "commander";
import { BadInput, nearest } from "../kit/errors.ts";
import { type FieldId, fieldIds, fields, isField } from "../kit/fields.ts";
import { isRunnable, type Paper } from "../kit/paper.ts";
import { plainMath } from "../kit/plain-math.ts";
import { catalogue } from "../papers/catalogue.ts";
import type { Cli } from "./context.ts";
import { clip, padEnd, textWidth } from "./terminal/text.ts";

/** One paper in `livepapers list --json`. */
export interface Listed {
  slug: string;
  title: string;
  field: FieldId;
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

function printList(cli: Cli, papers: readonly Paper[]): void {
  const { out } = cli;
  const { paint } = out;
  const widest = Math.max(...papers.map(({ card }) => textWidth(card.slug)));
  for (const field of fieldIds) {
    const mine = papers.filter(({ card }) => card.field === field);
    if (mine.length === 0) continue;
    out.line(paint.bold(fields[field].title));
    for (const paper of mine) {
      const mark = isRunnable(paper) ? paint.good("●") : paint.dim("○");
      const head = `  ${mark} ${padEnd(paper.card.slug, widest)}  ${paint.dim(String(paper.card.year))}  `;
      const title = clip(plainMath(paper.card.title), Math.max(20, out.columns - textWidth(head)));
      out.line(head + (isRunnable(paper) ? title : paint.dim(title)));
    }
    out.line();
  }
  const runnable = papers.filter(isRunnable).length;
  const count = `${papers.length} ${papers.length === 1 ? "paper" : "papers"}, ${runnable} of them`;
  out.line(paint.dim(`${count} runnable (●); not runnable yet (○). Next: livepapers show SLUG`));
}

export function addList(program: Command, cli: Cli): void {
  program
    .command("list")
    .summary("list the papers")
    .description("Lists the papers, field by field, and says which run.")
    .option("--field <field>", `one field only: ${fieldIds.join(", ")}`)
    .option("--json", "print one JSON array of {slug, title, field, year, arxiv, runnable, tool, where}")
    .addHelpText("after", "\nExample:\n  livepapers list --field model-merging")
    .action((options: { field?: string; json?: boolean }) => {
      const field = options.field === undefined ? undefined : fieldNamed(options.field);
      const papers = catalogue.filter(({ card }) => field === undefined || card.field === field);
      if (options.json) cli.out.line(JSON.stringify(papers.map(listed), null, 2));
      else printList(cli, papers);
    });
}
