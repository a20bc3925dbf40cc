import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { type FieldId, fieldIds } from "../kit/fields.ts";
import { type ClaimOutcome, isRunnable, type Paper, type Scale, type Verdict } from "../kit/paper.ts";
import { claimParams } from "../kit/params.ts";
import { catalogue } from "../papers/catalogue.ts";
import { version } from "../runs/about.ts";
import { type Answer, type Cli, status } from "./context.ts";
import { oneLine } from "./errors.ts";
import { fieldNamed } from "./list.ts";
import { Interrupted } from "./outcome.ts";
import { withProgress } from "./recorder.ts";
import { parseScale, runClaimJob } from "./reproduce.ts";
import { parseSeed } from "./seed.ts";
import { duration, padEnd, padStart, textWidth } from "./terminal/text.ts";
import { paintOutcome, partsHeld } from "./terminal/verdict.ts";

/** One claim on the scoreboard. */
export interface Verified {
  slug: string;
  field: FieldId;
  /** "fault" when the claim could not be measured; `message` then says why. */
  outcome: ClaimOutcome | "fault";
  held: number;
  required: number;
  durationMs: number;
  verdict: Verdict | null;
  message?: string;
}

/** The document of `livepapers verify --json`. */
export interface VerifyDocument {
  scale: Scale;
  seed: number;
  version: string;
  durationMs: number;
  papers: Verified[];
}

interface Options {
  scale?: string;
  field?: string;
  seed?: string;
  json?: boolean;
}

/** 1 when a claim could not be measured, 0 when every claim holds, 3 otherwise. */
export function verifyStatus(papers: readonly Pick<Verified, "outcome">[]): number {
  if (papers.some(({ outcome }) => outcome === "fault")) return status.fault;
  return papers.every(({ outcome }) => outcome === "holds") ? status.holds : status.otherVerdict;
}

async function verifyOne(cli: Cli, paper: Paper, scale: Scale, seed: number, parallel: number): Promise<Verified> {
  const { slug, field } = paper.card;
  const start = performance.now();
  const since = (): number => Math.round(performance.now() - start);
  try {
    const claim = (await paper.claim?.())?.claim;
    if (!claim) throw new Error("the claim is not there");
    const params = claimParams(claim, scale);
    const { document } = await runClaimJob({ kind: "claim", slug, scale, seed, params }, cli, { parallel });
    const { verdict } = document;
    return { slug, field, outcome: verdict.outcome, ...partsHeld(verdict), durationMs: since(), verdict };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const required = paper.card.claim.parts.filter((part) => part.required).length;
    return {
      slug,
      field,
      outcome: "fault",
      held: 0,
      required,
      durationMs: since(),
      verdict: null,
      message: oneLine(error),
    };
  }
}

/** Runs `work` on every item, `parallel` at a time, and returns the results in order. */
async function inParallel<T, R>(
  items: readonly T[],
  parallel: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(parallel, items.length)) }, lane));
  return results;
}

function printScoreboard(cli: Cli, { papers, scale, seed, durationMs, version }: VerifyDocument): void {
  const { out } = cli;
  const slugWidth = Math.max(5, ...papers.map(({ slug }) => textWidth(slug)));
  const outcomes = papers.map(({ outcome }) =>
    outcome === "fault" ? out.paint.bad("! fault") : paintOutcome(outcome, out.paint),
  );
  const outcomeWidth = Math.max(...outcomes.map(textWidth), 7);
  out.line(
    out.paint.dim(
      `${padEnd("paper", slugWidth)}  ${padEnd("verdict", outcomeWidth)}  parts  ${padStart("duration", 12)}`,
    ),
  );
  for (const [i, { slug, held, required, durationMs: ms, message }] of papers.entries()) {
    const parts = padStart(`${held}/${required}`, 5);
    out.line(
      `${padEnd(slug, slugWidth)}  ${padEnd(outcomes[i] ?? "", outcomeWidth)}  ${parts}  ${padStart(duration(ms), 12)}`,
    );
    if (message) out.line(out.paint.bad(`  ${message}`));
  }
  const count = (name: Verified["outcome"]): number => papers.filter(({ outcome }) => outcome === name).length;
  const names = ["holds", "partly holds", "does not hold", "inconclusive", "fault"] as const;
  const counts = names.filter((name) => count(name) > 0).map((name) => `${count(name)} ${name}`);
  out.line();
  out.line(`${papers.length} claims: ${counts.join(", ")}.`);
  out.line(out.paint.dim(`${scale} · seed ${seed} · ${duration(durationMs)} · livepapers ${version}`));
}

async function verify(cli: Cli, options: Options, answer: Answer): Promise<void> {
  const scale = parseScale(options.scale);
  const seed = parseSeed(options.seed);
  const field = options.field === undefined ? undefined : fieldNamed(options.field);
  const papers = catalogue.filter((paper) => isRunnable(paper) && (field === undefined || paper.card.field === field));
  const parallel = Math.min(availableParallelism(), Math.max(1, papers.length));
  const start = performance.now();
  const results = await withProgress(cli.err, (progress) => {
    const running = new Set<string>();
    let done = 0;
    const tell = (): void =>
      progress.update(done / papers.length, `${done} of ${papers.length}: ${[...running].join(", ")}`);
    return inParallel(papers, parallel, async (paper) => {
      running.add(paper.card.slug);
      tell();
      const result = await verifyOne(cli, paper, scale, seed, parallel);
      running.delete(paper.card.slug);
      done += 1;
      tell();
      return result;
    });
  });
  const durationMs = Math.round(performance.now() - start);
  const document: VerifyDocument = { scale, seed, version: version(), durationMs, papers: results };
  if (options.json) cli.out.line(JSON.stringify(document, null, 2));
  else if (papers.length === 0) cli.out.line("No claim is runnable here yet.");
  else printScoreboard(cli, document);
  answer.status = verifyStatus(results);
}

export function addVerify(program: Command, cli: Cli, answer: Answer): void {
  program
    .command("verify")
    .summary("measure every claim and print the scoreboard")
    .description("Measures every runnable claim, as many at a time as there are cores, and prints the scoreboard.")
    .option("--scale <scale>", "quick (30 s or less a claim) or full (10 minutes or less a claim); default quick")
    .option("--field <field>", `one field only: ${fieldIds.join(", ")}`)
    .option("--seed <n>", "a whole number from 0 to 4294967295; default 1")
    .option("--json", "print one JSON document, nothing else, on standard output")
    .addHelpText("after", "\nExample:\n  livepapers verify --scale quick --field ranking-and-rewards")
    .addHelpText(
      "after",
      `\nExit status: ${status.holds} every claim holds, ${status.otherVerdict} another verdict among them, ${status.badInput} bad input, ${status.fault} a claim could not be measured.`,
    )
    .action((options: Options) => verify(cli, options, answer));
}
