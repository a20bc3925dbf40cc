import type { ExperimentCard } from "../../../kit/paper.ts";
import type { Outcome, StampedEvent } from "../../../runs/types.ts";
import type { FileRecord } from "../../../store/files.ts";
import type { RunRecord } from "../../../store/runs.ts";
import { verdictOf } from "./headline.server.ts";
import { markdownHtml, richText } from "./rich-text.server.ts";

export function outputUrl(id: string, name: string): string {
  return `/api/runs/${id}/outputs/${encodeURIComponent(name)}`;
}

/** Texts of a card's parts that hold maths, set: by part, and the figures by place in the card. */
export interface PartTexts {
  [part: string]: {
    inequalityHtml: string;
    wordsHtml: string;
    reported: { whatHtml: string; valueHtml: string; whereHtml: string }[];
  };
}

export function partTexts(card: ExperimentCard): PartTexts {
  return Object.fromEntries(
    card.claim.parts.map((part) => [
      part.name,
      {
        inequalityHtml: richText(part.inequality),
        wordsHtml: richText(part.words),
        reported: card.reported
          .filter((figure) => figure.part === part.name)
          .map(({ what, value, where }) => ({
            whatHtml: richText(what),
            valueHtml: richText(value),
            whereHtml: richText(where),
          })),
      },
    ]),
  );
}

/** A run as its page shows it: plain data, dates as text. */
export interface RunFacts {
  id: string;
  kind: "claim" | "tool";
  slug: string;
  tool: string | null;
  scale: string | null;
  seed: number;
  params: Record<string, unknown>;
  state: RunRecord["state"];
  origin: RunRecord["origin"];
  version: string;
  platform: string;
  attempts: number;
  created: string;
  started: string | null;
  finished: string | null;
  durationMs: number | null;
  verdict: RunRecord["verdict"];
}

export function runFacts(run: RunRecord): RunFacts {
  const { id, kind, slug, tool, scale, seed, params, state, origin, version, platform, attempts, durationMs } = run;
  return {
    ...{ id, kind, slug, tool, scale, seed, params, state, origin, version, platform, attempts, durationMs },
    verdict: run.verdict,
    created: run.created.toISOString(),
    started: run.started?.toISOString() ?? null,
    finished: run.finished?.toISOString() ?? null,
  };
}

/** Notes of a log as HTML, by the key they have in a `RunView`. */
export function noteHtml(events: readonly StampedEvent[]): Record<string, string> {
  return Object.fromEntries(
    events.flatMap(({ seq, event }) => (event.type === "note" ? [[`note ${seq}`, markdownHtml(event.markdown)]] : [])),
  );
}

/** What a stored run made, with where to get it. */
export function outputLinks(id: string, files: readonly FileRecord[]) {
  return files
    .filter((file) => file.direction === "out")
    .map(({ name, mediaType, size }) => ({ name, mediaType, bytes: size, url: outputUrl(id, name) }));
}

/** One measured number of two runs, side by side. */
export interface ComparedRow {
  part: string;
  label: string;
  unit: string | null;
  here: { value: number; low?: number; high?: number } | null;
  there: { value: number; low?: number; high?: number } | null;
}

/** The numbers of two runs of a claim, matched by part and label. */
export function compareRuns(here: RunRecord, there: RunRecord) {
  const rows: ComparedRow[] = [];
  const outcomes: { part: string; here: string | null; there: string | null }[] = [];
  const [own, other] = [verdictOf(here)?.parts ?? [], verdictOf(there)?.parts ?? []];
  const names = [...new Set([...own, ...other].map((part) => part.name))];
  for (const name of names) {
    const a = own.find((part) => part.name === name);
    const b = other.find((part) => part.name === name);
    outcomes.push({ part: name, here: a?.outcome ?? null, there: b?.outcome ?? null });
    const labels = [...new Set([...(a?.measured ?? []), ...(b?.measured ?? [])].map((m) => m.label))];
    for (const label of labels) {
      const left = a?.measured.find((m) => m.label === label) ?? null;
      const right = b?.measured.find((m) => m.label === label) ?? null;
      rows.push({ part: name, label, unit: left?.unit ?? right?.unit ?? null, here: left, there: right });
    }
  }
  const text = (value: unknown): string => (value === undefined ? "–" : JSON.stringify(value));
  const settings: [string, unknown, unknown][] = [
    ["scale", here.scale ?? undefined, there.scale ?? undefined],
    ["seed", here.seed, there.seed],
    ["version", here.version, there.version],
    ["platform", here.platform, there.platform],
    ...[...new Set([...Object.keys(here.params), ...Object.keys(there.params)])].map(
      (name): [string, unknown, unknown] => [name, here.params[name], there.params[name]],
    ),
  ];
  return {
    outcomes,
    rows,
    differences: settings
      .map(([name, a, b]) => ({ name, here: text(a), there: text(b) }))
      .filter((setting) => setting.here !== setting.there),
  };
}

export function outcomeOfRun(run: RunRecord): Outcome | null {
  return run.outcome as Outcome | null;
}
