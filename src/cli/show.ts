import type { Command } from "commander";
import type { Paper as ImportedPaper } from "../api/client.ts";
import { fields, isField } from "../kit/fields.ts";
import { type Card, isRunnable } from "../kit/paper.ts";
import { plainMath } from "../kit/plain-math.ts";
import { getPaper } from "../papers/catalogue.ts";
import type { Cli } from "./context.ts";
import { addServer, type Site, siteOf } from "./remote/site.ts";
import type { Sheet } from "./terminal/sheet.ts";
import { commandLine, paragraph, wrap } from "./terminal/text.ts";

/** A card with what stands beside it. */
export interface ShownPaper {
  card: Card;
  runnable: boolean;
  tools: readonly { name: string; example: string }[];
}

/** A paper of this version, with its tools where they are wanted. */
async function ownPaper(slug: string): Promise<ShownPaper> {
  const paper = getPaper(slug);
  const { tools } = (await paper.tool?.()) ?? { tools: [] };
  return { card: paper.card, runnable: isRunnable(paper), tools };
}

/** The card as `livepapers show --json` prints it: the card itself, its arXiv link, and whether the claim runs. */
export function shown({
  card,
  runnable,
}: ShownPaper): Card & { runnable: boolean; links: { arxiv: string; code?: string } } {
  const links = { arxiv: `https://arxiv.org/abs/${card.arxiv}`, ...(card.code ? { code: card.code } : {}) };
  return { ...card, runnable, links };
}

function authorsOf(card: Pick<Card, "authors">): string {
  const { authors } = card;
  return authors.length > 6 ? `${authors.slice(0, 5).join(", ")} and ${authors.length - 5} more` : authors.join(", ");
}

function heading(out: Sheet, text: string): void {
  out.line();
  out.line(out.paint.bold(text));
}

function toolLines({ card: { slug }, tools }: ShownPaper): string[] {
  return tools.map(
    (tool) =>
      `livepapers apply ${slug} ${tools.length > 1 ? `${tool.name} ` : ""}${exampleOf(tool.name, tools.length, tool.example)}`,
  );
}

/** A tool's example without the tool's name where the example already begins with it. */
export function exampleOf(name: string, count: number, example: string): string {
  return count > 1 && example.startsWith(`${name} `) ? example.slice(name.length + 1) : example;
}

function printParts(out: Sheet, card: Card): void {
  const width = out.columns;
  for (const part of card.claim.parts) {
    const notes = [part.required ? undefined : "reported", part.only ? `${part.only} scale only` : undefined];
    const suffix = notes.filter((note) => note !== undefined).join(", ");
    out.line(`  ${out.paint.bold(part.name)}${suffix ? out.paint.dim(`  (${suffix})`) : ""}`);
    out.line(paragraph(plainMath(part.words), width, 4));
    out.line(out.paint.dim(paragraph(`decided by: ${plainMath(part.inequality)}`, width, 4, 6)));
  }
}

function printCard(cli: Cli, paper: ShownPaper): void {
  const { out } = cli;
  const { card } = paper;
  const width = out.columns;
  for (const line of wrap(plainMath(card.title), Math.min(width, 100))) out.line(out.paint.bold(line));
  out.line(
    paragraph(
      `${authorsOf(card)}. ${card.venue ?? card.year}. ${isField(card.field) ? fields[card.field].title : card.field}.`,
      width,
    ),
  );
  out.line(out.paint.accent(`https://arxiv.org/abs/${card.arxiv}`));
  if (card.code) out.line(out.paint.accent(card.code));
  heading(out, "Summary");
  out.line(paragraph(plainMath(card.summary), width, 2));
  heading(out, "Claim");
  out.line(paragraph(plainMath(card.claim.words), width, 2));
  heading(out, "Parts");
  printParts(out, card);
  if (card.reported.length > 0) {
    heading(out, "The paper reports");
    for (const figure of card.reported) {
      const text = `${figure.what}: ${figure.value} (${figure.where})`;
      out.line(paragraph(plainMath(text), width, 2, 4));
    }
  }
  heading(out, "Run it");
  if (paper.runnable) out.line(`  livepapers reproduce ${card.slug}`);
  else out.line("  The claim is not runnable yet.");
  heading(out, "On your own data");
  out.line(paragraph(plainMath(card.tool), width, 2));
  const examples = toolLines(paper);
  for (const example of examples) out.line(commandLine(example, width));
  if (examples.length === 0) out.line("  The tool is not there yet.");
}

/** A paper that a server has imported: there is no card, and what can be read is the authors' own. */
function printImported({ out }: Cli, { title, authors, year, arxiv, abstract }: ImportedPaper): void {
  for (const line of wrap(plainMath(title), Math.min(out.columns, 100))) out.line(out.paint.bold(line));
  out.line(paragraph(`${authorsOf({ authors })}. ${year}.`, out.columns));
  out.line(out.paint.accent(`https://arxiv.org/abs/${arxiv}`));
  heading(out, "The authors’ abstract");
  out.line(paragraph(plainMath(abstract ?? ""), out.columns, 2));
  out.line();
  out.line("This paper is imported only: it has no card, and its claim is not written down yet.");
}

async function showAt(cli: Cli, site: Site, slug: string, json: boolean): Promise<void> {
  const paper = await (await import("./remote/papers.ts")).paperAt(site, slug, cli.signal);
  const { card, runnable, tools } = paper;
  // Of a version with more fields than this one, the field is shown by its name.
  if (card) return print(cli, { card: card as Card, runnable, tools }, json);
  if (!json) return printImported(cli, paper);
  const { slug: own, title, authors, year, arxiv, field, abstract } = paper;
  const links = { arxiv: `https://arxiv.org/abs/${arxiv}` };
  cli.out.line(JSON.stringify({ slug: own, title, authors, year, arxiv, field, abstract, runnable, links }, null, 2));
}

function print(cli: Cli, paper: ShownPaper, json: boolean): void {
  if (json) cli.out.line(JSON.stringify(shown(paper), null, 2));
  else printCard(cli, paper);
}

export function addShow(program: Command, cli: Cli): void {
  const command = program
    .command("show")
    .summary("show a paper's card")
    .description("Shows what a paper says, what its claim is, what decides it, and how to run it.")
    .argument("<slug>", "the paper, as in livepapers list; with --server an arXiv id will do")
    .option("--json", "print the card as one JSON document")
    .addHelpText("after", "\nExample:\n  livepapers show system-ranking")
    .action(async (slug: string, { json = false }: { json?: boolean }) => {
      const site = await siteOf(cli, command, ["get /papers/{slug}"]);
      if (site) await showAt(cli, site, slug, json);
      else print(cli, await ownPaper(slug), json);
    });
  addServer(command);
}
