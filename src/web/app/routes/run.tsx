import { useEffect } from "react";
import { Link, redirect, useLoaderData, useRevalidator } from "react-router";
import { claimParams, parseParams } from "../../../kit/params.ts";
import { findExperiment } from "../../../papers/catalogue.ts";
import type { JobFile } from "../../../runs/types.ts";
import type { RunRecord } from "../../../store/runs.ts";
import { readerOf } from "../../reader.ts";
import { mayDelete } from "../../reader-runs.ts";
import { servicesOf } from "../../services.ts";
import { Command } from "../components/command.tsx";
import { Comparison } from "../components/comparison.tsx";
import { Html } from "../components/html.tsx";
import { type OutputLink, Outputs } from "../components/outputs.tsx";
import { RunActions } from "../components/run-actions.tsx";
import { RunFactList } from "../components/run-facts.tsx";
import { Progress, RunOutput, Trouble } from "../components/run-output.tsx";
import { useWatched } from "../components/use-session.ts";
import { VerdictMark } from "../components/verdict-mark.tsx";
import { applyCommand, reproduceCommand } from "../lib/command-line.ts";
import { count, formatMoment } from "../lib/format.ts";
import { viewOf } from "../lib/run-view.ts";
import { sentForm, textOf } from "../server/form.server.ts";
import { type PageArgs, refuse, runOf } from "../server/request.server.ts";
import { richText } from "../server/rich-text.server.ts";
import { compareRuns, noteHtml, outcomeOfRun, outputLinks, partTexts, runFacts } from "../server/run-page.server.ts";
import { startAndShow } from "../server/run-start.server.ts";

const endedStates = new Set(["done", "bad input", "limit", "cancelled", "failed"]);

export async function loader(args: PageArgs) {
  const services = servicesOf(args);
  const { run, mine, open } = await runOf(args);
  const { id } = run;
  const paper = services.papers.find((candidate) => candidate.card.slug === run.slug);
  const experiment = paper ?? findExperiment(run.slug);
  const ended = endedStates.has(run.state);
  const events = ended ? await services.events(id) : [];
  const files = await services.files(id);
  const claims = run.kind === "claim" ? await services.claimRuns(run.slug, 30) : [];
  const siblings = claims.filter((other) => other.id !== id);
  const asked = new URL(args.request.url).searchParams.get("with");
  const other = asked ? (await services.runs.get(readerOf(args), asked))?.run : undefined;
  const claim = run.kind === "claim" ? (await experiment?.claim?.())?.claim : undefined;
  const tools = run.kind === "tool" ? ((await experiment?.tool?.())?.tools ?? []) : [];
  const tool = tools.find((candidate) => candidate.name === run.tool);
  const defaults = claim && run.scale ? claimParams(claim, run.scale) : tool ? parseParams(tool.options, {}) : {};
  const inputs = files.filter((file) => file.direction === "in");
  const command =
    run.kind === "claim"
      ? reproduceCommand({ slug: run.slug, scale: run.scale ?? "quick", seed: run.seed, params: run.params, defaults })
      : applyCommand({
          slug: run.slug,
          tool: tools.length > 1 && run.tool ? run.tool : undefined,
          files: (tool?.inputs ?? []).map(({ name }) => ({
            role: name,
            names: inputs.filter((file) => file.role === name).map((file) => file.name),
          })),
          params: run.params,
          defaults,
        });
  return {
    run: runFacts(run),
    mine,
    open,
    deletable: mine && mayDelete(run),
    title: experiment?.card.title ?? run.slug,
    titleHtml: richText(experiment?.card.title ?? run.slug),
    home: experiment ? (paper ? `/papers/${run.slug}` : `/fields/${experiment.card.field}`) : null,
    ended,
    view: viewOf(events, ended ? outcomeOfRun(run) : null),
    notes: noteHtml(events),
    texts: experiment ? partTexts(experiment.card) : {},
    outputs: outputLinks(id, files),
    inputs: inputs.map(({ name, size, role }) => ({ name, bytes: size, role })),
    command,
    events: events.length,
    siblings: siblings.map((sibling) => ({
      id: sibling.id,
      label: [sibling.scale, `seed ${sibling.seed}`, sibling.origin, formatMoment(sibling.created)]
        .filter((part) => part !== null)
        .join(", "),
      verdict: sibling.verdict,
      state: sibling.state,
    })),
    comparison:
      other && other.slug === run.slug && other.kind === "claim" && run.kind === "claim"
        ? { id: other.id, ...compareRuns(run, other) }
        : null,
  };
}

/** What a reader can do with a run: run it again, and with one of the reader's own stop it, share it, delete it. */
export async function action(args: PageArgs) {
  const form = await sentForm(args);
  const { run, mine } = await runOf(args);
  const { runs } = servicesOf(args);
  const reader = readerOf(args);
  const what = textOf(form, "do");
  if (what === "again") return runAgain(args, run, mine);
  if (!mine) return refuse(403, "This run is somebody else’s.");
  if (what === "stop") await runs.cancel(reader, run.id);
  else if (what === "share" || what === "keep") await runs.share(reader, run.id, what === "share");
  else if (what === "delete" && mayDelete(run)) {
    await runs.remove(reader, run.id);
    return redirect(`/papers/${run.slug}${run.kind === "tool" ? "/data" : ""}`, 303);
  } else return refuse(400, "A run cannot do that.");
  return redirect(`/runs/${run.id}`, 303);
}

/** The same again on this server: same paper, parameters, seed, and files. */
async function runAgain(args: PageArgs, run: RunRecord, mine: boolean): Promise<Response> {
  const services = servicesOf(args);
  const { id, slug, seed, params } = run;
  if (run.kind === "claim") {
    return startAndShow(args, { kind: "claim", slug, scale: run.scale ?? "quick", seed, params });
  }
  // Sharing a run shows what came of its files, and hands on no files.
  if (!mine) return refuse(403, "Only the owner of these files can run this again.");
  const files: Record<string, JobFile[]> = {};
  for (const file of await services.files(id)) {
    if (file.direction !== "in") continue;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const part of services.readFile(id, file)) parts.push(new Uint8Array(part));
    files[file.role] = [...(files[file.role] ?? []), { name: file.name, blob: new Blob(parts) }];
  }
  return startAndShow(args, { kind: "tool", slug, tool: run.tool ?? "", seed, params }, files);
}

export default function RunPage() {
  const page = useLoaderData<typeof loader>();
  const { run, ended } = page;
  const live = useWatched(ended ? null : run.id);
  const view = ended ? page.view : live.view;
  const over = ended || live.phase === "ended";
  const { outcome } = view;
  const { revalidate } = useRevalidator();
  // What the server compares is what is on record: a run that ends while it is compared is asked for again.
  const stale = page.comparison !== null && !ended && over;
  useEffect(() => {
    if (stale) void revalidate();
  }, [stale, revalidate]);
  const title = run.kind === "claim" ? "Run of the claim" : `Run of the tool${run.tool ? ` ${run.tool}` : ""}`;
  const outputs: OutputLink[] = ended
    ? page.outputs
    : outcome?.status === "done" && "outputs" in outcome
      ? outcome.outputs.map((file) => ({
          ...file,
          url: `/api/runs/${run.id}/outputs/${encodeURIComponent(file.name)}`,
        }))
      : [];
  return (
    <article className="page">
      <title>{`${title} · ${page.title} · livepapers`}</title>
      {!ended && (
        <noscript>
          <meta httpEquiv="refresh" content="5" />
        </noscript>
      )}
      <header className="paper-head run-head">
        <p className="kicker">
          {title} <code>{run.id}</code>
        </p>
        <h1>
          {page.home ? (
            <Link to={page.home} className="quiet">
              <Html html={page.titleHtml} />
            </Link>
          ) : (
            page.titleHtml
          )}
        </h1>
        <p className="paper-meta">
          {outcome?.status === "done" && "verdict" in outcome && <VerdictMark outcome={outcome.verdict.outcome} />}
          {outcome?.status !== "done" && <span>{over && outcome ? outcome.status : run.state}</span>}
          <span>{formatMoment(run.started ?? run.created)}</span>
          {run.origin === "browser" && <span>made in a reader’s browser; does not count for the list</span>}
          {run.origin === "cli" && <span>made from a terminal</span>}
        </p>
      </header>
      <div className="reading run-reading">
        <div className="text">
          {!over && (
            <Progress
              view={view}
              started={new Date(run.started ?? run.created).getTime()}
              queued={view.seq === 0 && run.state === "queued"}
            />
          )}
          <Trouble state={live} />
          {page.comparison && <Comparison here={run.id} comparison={page.comparison} />}
          <RunOutput view={view} texts={page.texts} notes={page.notes} level={2}>
            <Outputs links={outputs} />
          </RunOutput>
          {page.siblings.length > 0 && run.kind === "claim" && (
            <section aria-labelledby="others" className="others no-print">
              <h2 id="others">Compare with another run</h2>
              <ul>
                {page.siblings.map((sibling) => (
                  <li key={sibling.id}>
                    <Link to={`?with=${sibling.id}`} preventScrollReset={false}>
                      {sibling.label}
                    </Link>{" "}
                    {sibling.verdict ? (
                      <VerdictMark outcome={sibling.verdict} />
                    ) : (
                      <span className="tag">{sibling.state}</span>
                    )}
                  </li>
                ))}
              </ul>
            </section>
          )}
        </div>
        <aside className="margin" aria-label="About this run">
          <RunFactList run={run} inputs={page.inputs} />
          {ended && <p className="tag">{count(page.events, "event")} on record</p>}
          <RunActions page={page} over={over} onCancel={live.cancel} />
          <Command text={page.command} narrow>
            <a href={`/api/runs/${run.id}`}>JSON</a>
          </Command>
        </aside>
      </div>
    </article>
  );
}
