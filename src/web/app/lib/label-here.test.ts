import { afterEach, describe, expect, it, vi } from "vitest";
import type { LabelAnswer, LabelSession } from "../../../kit/label-session.ts";
import { KeptLabelling, keptSessions } from "./label-here.ts";

/** A session that asks about row after row. */
function session(): LabelSession {
  const answers: LabelAnswer[] = [];
  return {
    identity: { rows: 9 },
    answers,
    question: () => undefined,
    answer: (label) => void answers.push({ row: answers.length, label }),
    summary: () => "",
  };
}

const start = () =>
  new KeptLabelling(session(), { name: "s.csv", text: "a", options: {}, answers: [], identity: {} }, "a key");
const refuse = () => {
  throw new DOMException("full", "QuotaExceededError");
};

afterEach(() => vi.unstubAllGlobals());

describe("KeptLabelling", () => {
  it("keeps every answer where the browser does", () => {
    const store = new Map<string, string>();
    vi.stubGlobal("localStorage", { setItem: (key: string, text: string) => store.set(key, text) });
    const labelling = start();
    labelling.answer("x");
    expect(labelling.isKept).toBe(true);
    expect(JSON.parse(store.get("a key") ?? "").answers).toEqual([{ row: 0, label: "x" }]);
  });

  it.each([
    ["is full", () => ({ setItem: refuse, removeItem: refuse, getItem: refuse })],
    ["is turned off", refuse],
  ])("goes on in memory when the storage %s, with no answer lost or given twice", (_, storage) => {
    vi.stubGlobal("localStorage", undefined);
    Object.defineProperty(globalThis, "localStorage", { get: storage, configurable: true });
    const labelling = start();
    labelling.answer("x");
    labelling.answer(null);
    expect(labelling.isKept).toBe(false);
    expect(labelling.session.answers).toEqual([
      { row: 0, label: "x" },
      { row: 1, label: null },
    ]);
    labelling.forget();
    expect(keptSessions("a-paper", "label")).toEqual([]);
  });
});
