import type { z } from "zod";
import type * as schemas from "../../api/schemas.ts";
import { isRunnable, type Paper } from "../../kit/paper.ts";
import { jsonSchema } from "../../kit/params.ts";
import type { Outcome } from "../../runs/types.ts";
import type { FileRecord } from "../../store/files.ts";
import type { PaperRow } from "../../store/papers.ts";
import type { PaperVerdict } from "../../store/runs.ts";
import { verdictOf } from "../app/server/headline.server.ts";
import { markOf, pathOf } from "../app/server/papers.server.ts";
import type { ReadableRun } from "../reader-runs.ts";

export const base = "/api/v1";

type Verdicts = ReadonlyMap<string, PaperVerdict>;

/** A paper of the catalogue as a line of a list. */
export function summaryOf(paper: Paper, verdicts: Verdicts): schemas.PaperSummary {
  const { slug, arxiv, title, authors, field, year, listed, where, tool } = paper.card;
  return {
    ...{ slug, arxiv, title, authors, field, year, listed },
    catalogued: true,
    runnable: isRunnable(paper),
    tool: paper.tool ? tool : null,
    where,
    mark: markOf(verdicts.get(slug)),
    page: `/papers/${slug}`,
  };
}

/** An entry of the feed as a line of a list. */
export function entryOf(row: PaperRow, papers: readonly Paper[], verdicts: Verdicts): schemas.PaperSummary {
  const paper = row.catalogued ? papers.find(({ card }) => card.slug === row.slug) : undefined;
  if (paper) return summaryOf(paper, verdicts);
  const { slug, arxiv, title, authors, field, year, listed, runnable } = row;
  return {
    ...{ slug, arxiv, title, authors, field, year, listed },
    catalogued: false,
    runnable,
    ...{ tool: null, where: null, mark: null },
    page: pathOf(row),
  };
}

/** All that there is of a paper of the catalogue. */
export async function paperOf(paper: Paper, verdicts: Verdicts): Promise<schemas.Paper> {
  const claim = (await paper.claim?.())?.claim;
  const tools = (await paper.tool?.())?.tools ?? [];
  return {
    ...summaryOf(paper, verdicts),
    card: paper.card,
    abstract: null,
    abstractSource: null,
    parameters: claim ? { schema: jsonSchema(claim.params), scales: claim.scales } : null,
    tools: tools.map(({ name, summary, inputs, example, options }) => ({
      ...{ name, summary, inputs, example },
      options: jsonSchema(options),
    })),
  };
}

/** All that there is of an imported paper. */
export function importedOf(row: PaperRow): schemas.Paper {
  const { abstract, abstractSource } = row;
  return { ...entryOf(row, [], new Map()), card: null, abstract, abstractSource, parameters: null, tools: [] };
}

/** A row of the scoreboard. */
export function claimRowOf(paper: Paper, known: PaperVerdict | undefined): schemas.ClaimRow {
  const { slug, title, field, reported } = paper.card;
  const run = known?.run;
  return {
    ...{ slug, title, field, reported },
    runnable: isRunnable(paper),
    mark: markOf(known),
    outcomes: { ...known?.outcomes },
    verdict: run ? verdictOf(run) : null,
    scale: run?.scale ?? null,
    durationMs: run?.durationMs ?? null,
    finished: run?.finished?.toISOString() ?? null,
  };
}

/** The record of a run. */
export function runOf({ run, mine }: ReadableRun, files: readonly FileRecord[]): z.infer<typeof schemas.run> {
  const { id, kind, slug, tool, scale, seed, params, standard, state, origin, version, platform, durationMs } = run;
  return {
    ...{ id, kind, slug, tool, scale, seed, params, standard, state },
    outcome: run.outcome as Outcome | null, // stored by the run service
    ...{ origin, version, platform },
    created: run.created.toISOString(),
    started: run.started?.toISOString() ?? null,
    finished: run.finished?.toISOString() ?? null,
    ...{ durationMs, mine },
    outputs: files
      .filter(({ direction }) => direction === "out")
      .map(({ name, mediaType, size }) => ({
        ...{ name, mediaType, size },
        path: `${base}/runs/${id}/outputs/${encodeURIComponent(name)}`,
      })),
  };
}
