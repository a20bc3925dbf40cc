import type { Command } from "commander";
import { BadInput } from "../kit/errors.ts";
import { type Scale, scales, type Table, type Verdict } from "../kit/paper.ts";
import { claimParams, fieldsOf, kebab } from "../kit/params.ts";
import type { ClaimJob } from "../runs/types.ts";
import { type Answer, type Cli, status } from "./context.ts";
import { type Engine, localEngine, type RunFacts } from "./engine.ts";
import { addFields, givenValues, shownValue } from "./flags.ts";
import { terminalLimits } from "./limits.ts";
import { endedWell, verdictStatus } from "./outcome.ts";
import { emptyRecording, type Recording, record, renderRecording, withProgress } from "./recorder.ts";
import { addServer, siteOf } from "./remote/site.ts";
import { parseSeed } from "./seed.ts";
import type { ClaimTarget } from "./target.ts";
import { duration, paragraph } from "./terminal/text.ts";
import { renderVerdict } from "./terminal/verdict.ts";

/** The document of `livepapers reproduce --json`. */
export interface ReproduceDocument {
  slug: string;
  scale: Scale;
  seed: number;
  params: Record<string, unknown>;
  verdict: Verdict;
  tables: Table[];
  durationMs: number;
  version: string;
}

interface Options {
  scale?: string;
  seed?: string;
  json?: boolean;
  out?: string;
}

export function parseScale(text: string | undefined): Scale {
  if (text === undefined) return "quick";
  const scale = scales.find((known) => known === text);
  if (scale) return scale;
  throw new BadInput(`"${text}" is not one of ${scales.join(", ")}`, { where: "--scale" });
}

/** Runs a claim and returns what it left, or throws what stopped it. `onProgress` is told how far it is. */
export async function runClaimJob(
  job: ClaimJob,
  cli: Cli,
  {
    parallel = 1,
    engine = localEngine(cli),
    onProgress,
  }: { parallel?: number; engine?: Engine; onProgress?: (fraction: number, message: string) => void } = {},
): Promise<{ document: ReproduceDocument; recording: Recording; facts: RunFacts }> {
  const recording = emptyRecording();
  const start = performance.now();
  const outcome = await engine.execute(job, {
    signal: cli.signal,
    limits: terminalLimits({ parallel }),
    onEvent({ event }) {
      if (event.type === "progress") onProgress?.(event.fraction, event.message);
      else record(recording, event);
    },
  });
  const elapsed = performance.now() - start;
  const done = endedWell(outcome, cli);
  const facts = engine.facts();
  if (!("verdict" in done)) throw new Error("a claim ended without a verdict");
  const { slug, scale, seed, params } = job;
  const document = {
    slug,
    scale,
    seed,
    params,
    verdict: done.verdict,
    tables: recording.tables,
    durationMs: Math.round(facts.durationMs ?? elapsed),
    version: facts.version,
  };
  return { document, recording, facts };
}

async function reproduce(
  cli: Cli,
  { experiment, claim }: ClaimTarget,
  command: Command,
  answer: Answer,
): Promise<void> {
  const options = command.opts<Options>();
  const { slug } = experiment.card;
  const scale = parseScale(options.scale);
  const seed = parseSeed(options.seed);
  const params = claimParams(claim, scale, givenValues(command, fieldsOf(claim.params)));
  const site = await siteOf(cli, command, ["post /runs", "get /runs/{id}/events", "post /runs/{id}/cancel"]);
  const engine = site ? (await import("./remote/engine.ts")).remoteEngine(site) : localEngine(cli);
  const folder =
    options.out === undefined ? undefined : await (await import("./report/folder.ts")).reportFolder(options.out);
  try {
    const { document, recording, facts } = await withProgress(cli.err, (progress) =>
      runClaimJob({ kind: "claim", slug, scale, seed, params }, cli, { engine, onProgress: progress.update }),
    );
    if (folder) {
      const { writeReport } = await import("./report/write.ts");
      await writeReport(folder, { card: experiment.card, document, recording, platform: facts.platform });
    }
    if (options.json) cli.out.line(JSON.stringify(document, null, 2));
    else print(cli, document, recording, options.out);
    if (folder && options.out !== undefined) cli.err.line(`The report is in ${folder.shown}.`);
    if (facts.page !== undefined) cli.err.line(`The run is at ${facts.page}`);
    answer.status = verdictStatus(document.verdict.outcome);
  } finally {
    await folder?.discard();
  }
}

function print(cli: Cli, document: ReproduceDocument, recording: Recording, out: string | undefined): void {
  const { paint, columns } = cli.out;
  renderRecording(recording, cli.out);
  cli.out.line(renderVerdict(document.verdict, columns, paint));
  const params = Object.entries(document.params).map(([name, value]) => `${kebab(name)} ${shownValue(value)}`);
  const settings = [document.scale, `seed ${document.seed}`, ...params, duration(document.durationMs)];
  const charts = recording.charts.length;
  cli.out.line(
    paint.dim(paragraph(`${document.slug} · ${settings.join(" · ")} · livepapers ${document.version}`, columns)),
  );
  if (charts > 0 && out === undefined && cli.err.tty) {
    cli.err.line(
      cli.err.paint.dim(
        `--out report/ writes the ${charts === 1 ? "chart" : `${charts} charts`} and a page of all this.`,
      ),
    );
  }
}

/** A command line that works, with a parameter of this claim where it has one. */
function example(target: ClaimTarget | undefined): string {
  if (!target) return "livepapers reproduce system-ranking --scale quick --seed 7";
  const fields = fieldsOf(target.claim.params, target.claim.scales.quick as Record<string, unknown>);
  const field = fields.find(
    ({ kind, default: value }) => (kind === "integer" || kind === "number") && value !== undefined,
  );
  const extra = field ? ` --${field.flag} ${shownValue(field.default)}` : "";
  return `livepapers reproduce ${target.experiment.card.slug} --scale quick --seed 7${extra} --out report`;
}

/** `livepapers reproduce SLUG`; the claim's parameters become options when the slug is known. */
export function addReproduce(program: Command, cli: Cli, answer: Answer, target?: ClaimTarget): void {
  const command = program
    .command("reproduce")
    .summary("measure a paper's claim and print the verdict")
    .description(
      target
        ? `Measures the claim of "${target.experiment.card.title}" and prints the verdict.`
        : "Measures a paper's claim here and now, and prints the verdict with its numbers. Each paper has parameters of its own: livepapers reproduce SLUG --help.",
    )
    .argument("<slug>", "the paper, as in livepapers list, or the guide of a field, as compare-model-merging")
    .option("--scale <scale>", "quick (30 s or less) or full (10 minutes or less); default quick")
    .option("--seed <n>", "a whole number from 0 to 4294967295; default 1")
    .option("--json", "print one JSON document, nothing else, on standard output")
    .option("--out <dir>", "also write report.html, report.json and every chart as SVG into this folder");
  addServer(command);
  if (target) {
    const { quick, full } = target.claim.scales;
    const fields = fieldsOf(target.claim.params, quick as Record<string, unknown>);
    const atFull = fieldsOf(target.claim.params, full as Record<string, unknown>);
    addFields(command, fields, `Parameters of ${target.experiment.card.slug}:`, atFull);
  }
  command
    .addHelpText("after", `\nExample:\n  ${example(target)}`)
    .addHelpText(
      "after",
      `\nExit status: ${status.holds} the claim holds, ${status.otherVerdict} any other verdict, ${status.badInput} bad input, ${status.fault} a fault.`,
    )
    .action(async () => {
      if (target) await reproduce(cli, target, command, answer);
    });
}
