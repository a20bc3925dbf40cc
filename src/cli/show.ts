import type { Command } from "commander";
import { fields } from "../kit/fields.ts";
import { type Card, isRunnable, type Paper } from "../kit/paper.ts";
import { plainMath } from "../kit/plain-math.ts";
import { getPaper } from "../papers/catalogue.ts";
import type { Cli } from "./context.ts";
import type { Sheet } from "./terminal/sheet.ts";
import { commandLine, paragraph, wrap } from "./terminal/text.ts";

/** The card as `livepapers show --json` prints it: the card itself, its arXiv link, and whether the claim runs. */
export function shown(paper: Paper): Card & { runnable: boolean; links: { arxiv: string; code?: string } } {
  const { card } = paper;
  const links = { arxiv: `https://arxiv.org/abs/${card.arxiv}`, ...(card.code ? { code: card.code } : {}) };
  return { ...card, runnable: isRunnable(paper), links };
}

function authorsOf(card: Card): string {
  const { authors } = card;
  return authors.length > 6 ? `${authors.slice(0, 5).join(", ")} and ${authors.length - 5} more` : authors.join(", ");
}

function heading(out: Sheet, text: string): void {
  out.line();
  out.line(out.paint.bold(text));
}

async function toolLines(paper: Paper): Promise<string[]> {
  if (!paper.tool) return [];
  const { tools } = await paper.tool();
  const { slug } = paper.card;
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

async function printCard(cli: Cli, paper: Paper): Promise<void> {
  const { out } = cli;
  const { card } = paper;
  const width = out.columns;
  for (const line of wrap(plainMath(card.title), Math.min(width, 100))) out.line(out.paint.bold(line));
  out.line(paragraph(`${authorsOf(card)}. ${card.venue ?? card.year}. ${fields[card.field].title}.`, width));
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
  if (isRunnable(paper)) out.line(`  livepapers reproduce ${card.slug}`);
  else out.line("  The claim is not runnable yet.");
  heading(out, "On your own data");
  out.line(paragraph(plainMath(card.tool), width, 2));
  const examples = await toolLines(paper);
  for (const example of examples) out.line(commandLine(example, width));
  if (examples.length === 0) out.line("  The tool is not there yet.");
}

export function addShow(program: Command, cli: Cli): void {
  program
    .command("show")
    .summary("show a paper's card")
    .description("Shows what a paper says, what its claim is, what decides it, and how to run it.")
    .argument("<slug>", "the paper, as in livepapers list")
    .option("--json", "print the card as one JSON document")
    .addHelpText("after", "\nExample:\n  livepapers show system-ranking")
    .action(async (slug: string, options: { json?: boolean }) => {
      const paper = getPaper(slug);
      if (options.json) cli.out.line(JSON.stringify(shown(paper), null, 2));
      else await printCard(cli, paper);
    });
}
