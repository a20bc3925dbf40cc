import type { Command } from "commander";
import { BadInput, nearest } from "../kit/errors.ts";
import type { InputFile } from "../kit/files.ts";
import { type Answer, type Cli, status } from "./context.ts";
import { Fault } from "./outcome.ts";
import { withProgress } from "./recorder.ts";
import { aborted } from "./until.ts";

const sourceNames = ["arxiv", "daily", "file"];

/** A day as typed. */
export function parseDay(text: string, where: string): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  // "2024-02-31" is read as a day of March.
  if (Number.isFinite(time) && new Date(time).toISOString().startsWith(text)) return text;
  throw new BadInput(`"${text.slice(0, 40)}" is not a day`, { where, remedy: "Write it as in 2024-05-31." });
}

type Work = (tools: {
  context: import("../feed/import/take-in.ts").ImportContext;
  fetcher: import("../feed/import/fetcher.ts").Fetcher;
}) => Promise<import("../feed/import/take-in.ts").ImportReport>;

/** Opens the store, runs an import with a progress line, and says what it did. */
async function withStore(cli: Cli, work: Work): Promise<void> {
  const { openStore } = await import("../store/store.ts");
  const { listCatalogue } = await import("../feed/catalogued.ts");
  const { catalogue } = await import("../papers/catalogue.ts");
  const { Fetcher } = await import("../feed/import/fetcher.ts");
  const { reportLine } = await import("../feed/import/job.ts");
  const databaseUrl = cli.env.DATABASE_URL;
  const store = await openStore(databaseUrl ? { databaseUrl } : { dataDir: cli.env.LIVEPAPERS_DATA || "data" });
  try {
    await listCatalogue(store.db, catalogue);
    const left: string[] = [];
    const report = await withProgress(cli.err, (progress) =>
      work({
        fetcher: cli.sources?.fetcher ?? new Fetcher(),
        context: {
          db: store.db,
          signal: cli.signal,
          onSkip: (where, why) => left.push(`left out ${where}: ${why}`),
          onProgress: (fraction, message) => progress.update(fraction, message),
        },
      }),
    ).finally(() => {
      for (const line of left) cli.err.line(line);
    });
    cli.out.line(reportLine(report));
  } catch (error) {
    if ((error as Error).name !== "ImportFailed") throw error;
    throw new Fault(`${(error as Error).message} What was read is stored; the same command goes on from there.`);
  } finally {
    await store.close();
  }
}

/** The file at a path, or standard input for "-", which ends when the command is stopped. */
async function openInput({ stdin, signal }: Cli, path: string): Promise<InputFile> {
  if (path !== "-") return (await import("../runs/path-file.ts")).openPath({ name: path, path });
  return {
    name: "standard input",
    size: undefined,
    seekable: false,
    async *stream() {
      const chunks = stdin[Symbol.asyncIterator]();
      const stopped = aborted(signal);
      for (;;) {
        const next = await Promise.race([chunks.next(), stopped]);
        signal.throwIfAborted();
        if (!next || next.done) return;
        yield next.value;
      }
    },
    slice: () => Promise.reject(new Error("standard input has no parts")),
  };
}

export function addImport(program: Command, cli: Cli, answer: Answer): void {
  const command = program
    .command("import")
    .summary("bring papers into the feed")
    .usage("arxiv|daily|file [options]")
    .argument("[source]")
    .allowExcessArguments()
    .description(
      "Brings papers into the feed: title, authors, abstract and votes, as the source gives them. What is there already is left or brought up to date; an import that was stopped goes on where it was.",
    )
    .addHelpText(
      "after",
      `
Environment:
  LIVEPAPERS_DATA  the data folder, ./data by default
  DATABASE_URL     a PostgreSQL server instead of the embedded database

A running site with the embedded database has its data folder to itself; set LIVEPAPERS_IMPORT there instead (docs/importing.md).

Example:
  livepapers import arxiv --category cs.LG,stat.ML --since 2026-11-01`,
    )
    .action((source: string | undefined) => {
      if (source === undefined) throw new BadInput(`import needs a source: ${sourceNames.join(", ")}`);
      const close = nearest(source, sourceNames);
      throw new BadInput(`there is no source "${source.slice(0, 40)}"`, {
        remedy: close ? `Did you mean "livepapers import ${close}"?` : `The sources are ${sourceNames.join(", ")}.`,
      });
    });
  command
    .command("arxiv")
    .summary("new papers of arXiv categories")
    .description("Imports the papers submitted to arXiv in some categories.")
    .requiredOption("--category <list>", "categories, with commas, as in cs.LG,stat.ML")
    .option("--since <day>", "first day of submission; default: where the last import ended, or a week ago")
    .addHelpText("after", "\nExample:\n  livepapers import arxiv --category cs.LG,stat.ML --since 2026-11-01")
    .action(async ({ category, since }: { category: string; since?: string }) => {
      const { parseCategories } = await import("../feed/import/arxiv.ts");
      const { runImport } = await import("../feed/import/job.ts");
      const categories = parseCategories(category);
      const day = since === undefined ? undefined : parseDay(since, "--since");
      await withStore(cli, ({ fetcher, context }) =>
        runImport({ source: "arxiv", categories, since: day }, fetcher, context, cli.sources?.bases),
      );
      answer.status = status.holds;
    });
  command
    .command("daily")
    .summary("the daily papers of the Hugging Face hub")
    .description("Imports the daily papers of the Hugging Face hub, with their votes.")
    .option("--date <day>", "one day; default: every day since the last import")
    .addHelpText("after", "\nExample:\n  livepapers import daily --date 2026-11-20")
    .action(async ({ date }: { date?: string }) => {
      const { runImport } = await import("../feed/import/job.ts");
      const day = date === undefined ? undefined : parseDay(date, "--date");
      await withStore(cli, ({ fetcher, context }) =>
        runImport({ source: "daily", date: day }, fetcher, context, cli.sources?.bases),
      );
      answer.status = status.holds;
    });
  command
    .command("file")
    .summary("papers from a file, one JSON object a line")
    .description("Imports papers from a file with one JSON object a line; docs/importing.md says what it holds.")
    .argument("<path>", "the file, e.g. papers.jsonl; - reads standard input")
    .addHelpText("after", "\nExample:\n  livepapers import file papers.jsonl")
    .action(async (path: string) => {
      const { importFile } = await import("../feed/import/file.ts");
      const { settlePapers } = await import("../store/papers.ts");
      const file = await openInput(cli, path);
      await withStore(cli, async ({ context }) => {
        const report = await importFile(file, context);
        if (report.added + report.updated > 0) await settlePapers(context.db);
        return report;
      });
      answer.status = status.holds;
    });
}
