import type { Chart, RunEvent, Table } from "../../../kit/paper.ts";
import type { RunMessage } from "../../../runs/service.ts";
import type { Outcome, StampedEvent } from "../../../runs/types.ts";

/** What a run has shown so far, in the order in which things first appeared. A table or chart of the same name replaces the older one. */
export type Shown =
  | { kind: "table"; key: string; table: Table }
  | { kind: "chart"; key: string; chart: Chart }
  | { kind: "note"; key: string; markdown: string };

export interface RunView {
  fraction: number;
  message: string;
  shown: readonly Shown[];
  /** Sequence number of the last event. */
  seq: number;
  /** Milliseconds from the run's start to its last event. */
  at: number;
  /** How often the run started over while it was watched. */
  restarts: number;
  outcome: Outcome | null;
}

export const emptyView: RunView = {
  fraction: 0,
  message: "",
  shown: [],
  seq: 0,
  at: 0,
  restarts: 0,
  outcome: null,
};

function show(shown: readonly Shown[], next: Shown): readonly Shown[] {
  const place = shown.findIndex((item) => item.kind === next.kind && item.key === next.key);
  return place < 0 ? [...shown, next] : shown.map((item, i) => (i === place ? next : item));
}

function withEvent(view: RunView, event: RunEvent, seq: number): Partial<RunView> {
  if (event.type === "progress") return { fraction: event.fraction, message: event.message };
  if (event.type === "note") {
    return { shown: [...view.shown, { kind: "note", key: `note ${seq}`, markdown: event.markdown }] };
  }
  const { type, ...content } = event;
  const next: Shown =
    type === "table"
      ? { kind: "table", key: event.name, table: content as Table }
      : { kind: "chart", key: event.name, chart: content as Chart };
  return { shown: show(view.shown, next) };
}

/** The view after one more event. An event that was seen already changes nothing. */
export function addEvent(view: RunView, { seq, at, event }: StampedEvent): RunView {
  if (seq <= view.seq) return view;
  return { ...view, ...withEvent(view, event, seq), seq, at };
}

/** The view after one more message of a watched run. */
export function addMessage(view: RunView, message: RunMessage): RunView {
  if (message.type === "event") return addEvent(view, message.event);
  if (message.type === "restart") return { ...emptyView, restarts: view.restarts + 1 };
  return { ...view, outcome: message.outcome };
}

/** The view of a whole log. */
export function viewOf(events: readonly StampedEvent[], outcome: Outcome | null): RunView {
  let view = emptyView;
  for (const event of events) view = addEvent(view, event);
  return { ...view, outcome };
}
