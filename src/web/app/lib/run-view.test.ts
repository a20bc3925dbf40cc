import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Column, Row, RunEvent } from "../../../kit/paper.ts";
import type { StampedEvent } from "../../../runs/types.ts";
import { addEvent, addMessage, emptyView, viewOf } from "./run-view.ts";

const name = fc.constantFrom("a", "b", "c");
const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({
    type: fc.constant("progress" as const),
    fraction: fc.double({ min: 0, max: 1, noNaN: true }),
    message: name,
  }),
  fc.record({
    type: fc.constant("table" as const),
    name,
    title: fc.string(),
    columns: fc.constant<Column[]>([]),
    rows: fc.constant<Row[]>([]),
  }),
  fc.record({ type: fc.constant("chart" as const), name, spec: fc.constant({}), alt: fc.string() }),
  fc.record({ type: fc.constant("note" as const), markdown: fc.string() }),
);
const anyLog: fc.Arbitrary<StampedEvent[]> = fc
  .array(anyEvent, { maxLength: 30 })
  .map((events) => events.map((event, i) => ({ seq: i + 1, at: 10 * i, event })));

describe("what a run has shown", () => {
  it("holds the last table and chart of every name and every note, in order of first appearance", () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const { shown } = viewOf(log, null);
        const notes = log.filter(({ event }) => event.type === "note");
        expect(shown.filter((item) => item.kind === "note")).toHaveLength(notes.length);
        for (const kind of ["table", "chart"] as const) {
          const events = log.flatMap(({ event }) => (event.type === kind ? [event] : []));
          const names = [...new Set(events.map((event) => event.name))];
          const items = shown.filter((item) => item.kind === kind);
          expect(items.map((item) => item.key)).toEqual(names);
          for (const item of items) {
            const { type: _, ...last } = events.findLast((event) => event.name === item.key) ?? { type: kind };
            expect(item.kind === "table" ? item.table : item.kind === "chart" ? item.chart : null).toEqual(last);
          }
        }
      }),
    );
  });

  it("is not changed by events that come again, wherever the connection was lost", () => {
    fc.assert(
      fc.property(anyLog, fc.nat(30), fc.nat(30), (log, a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const again = [...log.slice(0, to), ...log.slice(from)];
        expect(again.reduce(addEvent, emptyView)).toEqual(viewOf(log, null));
      }),
    );
  });

  it("forgets everything when the run starts over, and ends with the outcome", () => {
    const event: StampedEvent = { seq: 1, at: 5, event: { type: "progress", fraction: 0.5, message: "half" } };
    const before = addMessage(emptyView, { type: "event", cursor: "1-1", event });
    expect(before.fraction).toBe(0.5);
    const over = addMessage(before, { type: "restart", cursor: "2-0" });
    expect(over).toEqual({ ...emptyView, restarts: 1 });
    const again = addMessage(over, { type: "event", cursor: "2-1", event });
    expect(again.seq).toBe(1);
    const outcome = { status: "cancelled", message: "The run was cancelled." } as const;
    expect(addMessage(again, { type: "outcome", cursor: "2-1", outcome }).outcome).toBe(outcome);
  });
});
