import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applyTool, toolInput } from "../../../kit/testing.ts";
import { samplePump } from "./sample.ts";
import type { SavedState } from "./saved-state.ts";
import { strategyNames } from "./strategies.ts";
import { tools } from "./tool.ts";

const [tool] = tools;
const [header = "", ...readings] = samplePump(300).trim().split("\n");
const truth = readings.map((line) => line.split(",").at(-1) ?? "");

/** The first rows of the pump; a row's target is there where `known` says so. */
const stream = (count: number, known: (row: number) => boolean) =>
  `${[header, ...readings.slice(0, count).map((line, r) => (known(r) ? line : line.replace(/[^,]*$/, "")))].join("\n")}\n`;

async function plan(content: string, options: object, state?: string) {
  const files = { stream: { "s.csv": content }, ...(state ? { state: { "state.json": state } } : {}) };
  const { text, summary } = await applyTool(tool, toolInput(files), { time: "time", ...options });
  return { summary, saved: text("state.json"), state: JSON.parse(text("state.json")) as SavedState };
}

const first = (options: object) =>
  plan(
    stream(200, (r) => r < 60),
    { budget: 0.2, ...options },
  );

/** The labels that a state waits for have come, and nothing else. */
const answered = ({ pending, rows }: SavedState) => {
  const open = new Set(pending.map(({ row }) => row));
  return stream(rows, (r) => r < 60 || open.has(r));
};

describe("planQueries, when labels come to a saved state", () => {
  it("rewards the strategies of the bandit for labels that the model had got wrong", async () => {
    const { saved, state } = await first({ strategy: ["exp3"] });
    for (const { arm } of state.pending) expect(arm?.chance).toBeGreaterThan(0);
    expect((state.strategyState as { logWeights: number[] }).logWeights.every((w) => w === 0)).toBe(true);
    const then = await plan(answered(state), {}, saved);
    expect(Math.max(...(then.state.strategyState as { logWeights: number[] }).logWeights)).toBeGreaterThan(0);
  });

  it("shows the drift detector the labels of the blind branch only", async () => {
    const { saved, state } = await first({ strategy: ["split"], drift: "ddm", budget: 0.5 });
    const blind = state.pending.filter((one) => one.blind).length;
    expect(blind).toBeGreaterThan(0);
    expect(blind).toBeLessThan(state.pending.length);
    const then = await plan(answered(state), {}, saved);
    expect(then.state.detectorState).toMatchObject({ count: blind });
  });

  it("keeps the records that a drift would be answered with", async () => {
    const { state } = await first({ strategy: ["variable"], drift: "ddm" });
    const buffer = [{ x: state.pending[0]?.x ?? [], y: 1, weight: 1 }];
    const then = await plan(
      stream(210, (r) => r < 60),
      {},
      JSON.stringify({ ...state, buffer }),
    );
    expect(then.state.buffer).toEqual(buffer);
  });

  it("goes on with the choices of the state, takes another budget, and refuses what contradicts it", async () => {
    const options = { strategy: ["variable"], learner: "naive-bayes", drift: "adwin", budgetMode: "window" };
    const { saved, state } = await first(options);
    const more = stream(300, (r) => r < 60);
    const then = await plan(more, {}, saved);
    expect(then.state.budget).toMatchObject({ rate: 0.2, mode: "window" });
    expect(then.state).toMatchObject({ strategy: "variable", detector: "adwin", learner: { kind: "naive-bayes" } });
    expect((await plan(more, { ...options, budget: 0.3 }, saved)).state.budget.rate).toBe(0.3);
    for (const [given, message] of [
      [{ strategy: ["split"] }, /--strategy: split is asked for, .* variable. Leave --strategy out/],
      [{ learner: "logistic" }, /--learner: logistic .* naive-bayes/],
      [{ drift: "none" }, /--drift: none .* adwin/],
    ] as const)
      await expect(plan(more, given, saved)).rejects.toThrow(message);
    // Written before these were kept.
    const { buffer: _, ...older } = { ...state, pending: state.pending.map(({ blind: __, ...one }) => one) };
    expect((await plan(answered(state), {}, JSON.stringify(older))).summary).toContain("0 are open");
  });
});

/** Values inside a state, by their paths. */
function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  const keys = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
  return [path, ...keys.flatMap((key) => leaves((value as Record<string | number, unknown>)[key], [...path, key]))];
}

function edited(state: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = (Array.isArray(state) ? [...state] : { ...(state as object) }) as Record<string | number, unknown>;
  if (rest.length === 0 && value === undefined && !Array.isArray(copy)) delete copy[key];
  else copy[key] = edited(copy[key], rest, value);
  return copy;
}

describe("a state that was edited", () => {
  it.each([
    ["fewer weights", {}, ["learner", "weights"], [1, 2], /state\.json, learner\.weights: /],
    ["no weights", {}, ["learner", "weights"], undefined, /learner\.weights/],
    ["another dimension", {}, ["learner", "dimension"], 3, /learner\.weights/],
    ["a model of more features", {}, ["encoder", "columns", 0, "texts"], ["a", "b"], /learner\.dimension/],
    [
      "a member without weights",
      { strategy: ["committee"] },
      ["members", 2, "weights"],
      undefined,
      /members\.2\.weights/,
    ],
    ["no members", { strategy: ["committee"] }, ["members"], [], /members.*5 are wanted/],
    ["a member of another kind", { strategy: ["iwal"] }, ["members", 0], { kind: "?" }, /members\.0\.kind/],
    ["no squares", {}, ["encoder", "squares"], undefined, /encoder\.squares/],
    ["fewer means", {}, ["encoder", "means"], [1], /encoder\.means/],
    ["texts that are a number", {}, ["encoder", "columns", 0, "texts"], 5, /encoder\.columns\.0\.texts/],
    ["a wanted row without its score", {}, ["pending", 0, "score"], undefined, /pending\.0\.score/],
    ["a short record", {}, ["pending", 0, "x"], [1], /pending\.0\.x/],
    ["a row that was never read", {}, ["pending", 0, "row"], 9999, /pending\.0\.row/],
    ["a chance of nothing", {}, ["pending", 0, "probability"], 0, /pending\.0\.probability/],
    ["an arm too many", { strategy: ["exp3"] }, ["pending", 0, "arm", "index"], 7, /pending\.0\.arm\.index/],
    ["no memory of an arm", { strategy: ["exp3"] }, ["strategyState", "arms", 0], null, /strategyState\.arms\.0/],
    ["a threshold of nothing", {}, ["strategyState", "threshold"], 0, /strategyState\.threshold/],
    ["no detector", { drift: "ddm" }, ["detectorState"], null, /detectorState/],
    ["more errors than labels", { drift: "ddm" }, ["detectorState", "errors"], 1e6, /detectorState\.errors/],
    ["a class twice", {}, ["classes"], ["ok", "ok"], /classes: .*twice/],
    ["a kept record of no class", {}, ["buffer"], [{ x: [0, 0, 0, 0, 0], y: 9, weight: 1 }], /buffer\.0\.y/],
    ["more labels than records", {}, ["budget", "labels"], 1e6, /budget\.labels/],
    ["a budget beyond all", {}, ["budget", "rate"], 2, /budget\.rate/],
    ["variances of one class", { learner: "naive-bayes" }, ["learner", "variances"], [1], /learner\.variances/],
    [
      "a prototype of one number",
      { learner: "prototypes" },
      ["learner", "prototypes", 0, "centre"],
      [1],
      /learner\.prototypes/,
    ],
  ])("%s is refused by its place", async (_, options, path, value, message) => {
    const { state } = await first(options);
    const edit = JSON.stringify(edited(state, path, value));
    await expect(plan(answered(state), {}, edit)).rejects.toThrow(message);
    await expect(plan(answered(state), {}, edit)).rejects.toSatisfy(isBadInput);
  });

  it("in whatever other way goes on or is refused, and is never a fault", async () => {
    const wrong = fc.constantFrom<unknown>(
      undefined,
      null,
      -1,
      0,
      0.5,
      1,
      7,
      1e99,
      "x",
      true,
      [],
      {},
      [1],
      [null],
      [{}],
    );
    for (const strategy of strategyNames) {
      const learner = (["logistic", "naive-bayes", "prototypes"] as const)[strategy.length % 3];
      const { state } = await first({ strategy: [strategy], learner, drift: strategy.length % 2 ? "ddm" : "adwin" });
      const paths = leaves(state);
      const labelled = answered(state);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...paths), wrong, async (path, value) => {
          try {
            const { saved } = await plan(labelled, {}, JSON.stringify(edited(state, path, value)) ?? "");
            // What was accepted leaves a state that is accepted.
            await plan(labelled, {}, saved);
          } catch (error) {
            expect(isBadInput(error), `${path.join(".")} = ${JSON.stringify(value)}: ${error}`).toBe(true);
          }
        }),
        { numRuns: 60 },
      );
    }
  });
});

describe("the labels of a session", () => {
  const options = { budget: 0.2 };
  const blank = stream(120, (r) => r < 30);

  async function labels(content = blank): Promise<string> {
    const session = await tool.session?.(
      { stream: toolInput({ stream: { "s.csv": content } }).stream ?? [] },
      { ...tool.options.parse({ time: "time", ...options }) },
      { seed: 1, answers: [] },
    );
    for (let n = 0; n < 5; n++) session?.answer(truth[session.question()?.row ?? 0] ?? null);
    const lines = [{ format: "livepapers labels", identity: session?.identity }, ...(session?.answers ?? [])];
    return lines.map((line) => JSON.stringify(line)).join("\n");
  }
  const use = (content: string, kept: string, more = {}) =>
    applyTool(tool, toolInput({ stream: { "t.csv": content }, labels: { "s.labels.jsonl": kept } }), {
      ...{ time: "time", ...options, ...more },
    });

  it("are taken for their stream, also with new rows and with targets filled in", async () => {
    const kept = await labels();
    for (const content of [blank, stream(150, (r) => r < 30), stream(150, (r) => r < 30 || r === 70)])
      expect((await use(content, kept)).summary).toMatch(/learning from 3[56] labels/);
    expect((await use(blank, kept, { ignore: ["shift"] })).summary).toContain("learning from 35");
  });

  it("are refused for another stream, by the line that says so", async () => {
    const kept = await labels();
    const where = /s\.labels\.jsonl, line 1: /;
    const other = blank.replace(/,day,/, ",night,");
    for (const [content, more, message] of [
      [other, {}, /120 rows that are not the first of t\.csv/],
      [stream(100, (r) => r < 30), {}, /120 rows that are not/],
      [blank, { target: "shift" }, /target "fault", not for "shift"/],
    ] as const) {
      await expect(use(content, kept, more)).rejects.toThrow(where);
      await expect(use(content, kept, more)).rejects.toThrow(message);
    }
    await expect(use(blank, '{"format":"livepapers labels","identity":{}}')).rejects.toThrow(
      /does not say which stream/,
    );
  });

  it("that were kept before the features had a fingerprint of their own are taken where all is as it was", async () => {
    const older = (await labels()).replace(/,"features":\d+/, "");
    expect((await use(blank, older)).summary).toContain("learning from 35 labels");
    expect(
      (
        await use(
          stream(150, (r) => r < 30),
          older,
        )
      ).summary,
    ).toContain("learning from 35 labels");
    await expect(
      use(
        stream(120, (r) => r < 31),
        older,
      ),
    ).rejects.toThrow(/not the first/);
  });
});
