import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryFile } from "../../../kit/files.ts";
import type { LabelAnswer } from "../../../kit/label-session.ts";
import { parseParams } from "../../../kit/params.ts";
import { LabellingSession } from "./labelling-session.ts";
import { type Options, options } from "./options.ts";
import { samplePump } from "./sample.ts";
import { readStreamTable } from "./stream-table.ts";
import { tools } from "./tool.ts";

const [header = "", ...lines] = samplePump(300).trim().split("\n");
const truth = lines.map((line) => line.split(",").at(-1) ?? "");
const blank = (known: number) =>
  [header, ...lines.map((line, i) => (i < known ? line : line.replace(/[^,]*$/, "")))].join("\n");

async function open(known: number, given: Partial<Options> = {}, seed = 1): Promise<LabellingSession> {
  const chosen = parseParams(options, { time: "time", budget: 0.2, ...given }) as Options;
  return new LabellingSession(await readStreamTable(memoryFile("s.csv", blank(known)), chosen), chosen, seed);
}

/** Answers by the truth until nothing is asked any more, skipping every `skip`-th question. */
function answerAll(session: LabellingSession, skip = Number.POSITIVE_INFINITY): LabelAnswer[] {
  for (let n = 1, q = session.question(); q; q = session.question(), n++)
    session.answer(n % skip === 0 ? null : (truth[q.row] ?? null));
  return [...session.answers];
}

describe("LabellingSession", () => {
  it("asks for the blank rows it wants, within the budget, with fields, classes and a guess", async () => {
    const session = await open(50);
    const first = session.question();
    expect(first?.row).toBeGreaterThanOrEqual(50);
    expect(first?.fields.map(({ name }) => name)).toEqual(["time", "temperature", "vibration", "current", "shift"]);
    expect([...(first?.classes ?? [])].sort()).toEqual(["fault", "ok"]);
    expect(first?.guess?.confidence).toBeGreaterThanOrEqual(0.5);
    expect(first?.place).toBe(`s.csv, line ${(first?.row ?? 0) + 2}`);
    const answers = answerAll(session);
    expect(answers.length).toBeGreaterThan(20);
    expect(answers.length).toBeLessThanOrEqual(0.2 * 250 + 1);
    expect(session.summary()).toMatch(/labels given and 0 skipped of 250 rows .* the stream is at its end\.$/);
  });

  it("starts without any class, and takes the classes that it is told", async () => {
    const session = await open(0);
    expect(session.question()).toMatchObject({ row: 0, classes: [] });
    expect(session.question()?.guess).toBeUndefined();
    session.answer(" ok ");
    expect(session.question()?.classes).toEqual(["ok"]);
    expect(() => session.answer("  ")).toThrow(/empty label/);
    answerAll(session);
    expect(session.summary()).toContain("2 new classes");
    expect(() => session.answer("ok")).toThrow(/no question/);
  });

  it("comes to the same question from its answers, wherever it was stopped", async () => {
    const answers = answerAll(await open(30), 4);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: answers.length - 1 }), async (stop) => {
        const again = await open(30);
        again.replay(JSON.parse(JSON.stringify(answers.slice(0, stop))));
        expect(again.question()?.row).toBe(answers[stop]?.row);
        again.replay(answers.slice(stop));
        expect(again.question()).toBeUndefined();
      }),
      { numRuns: 12 },
    );
  });

  it("spends nothing on a record that nobody knows", async () => {
    const session = await open(0, { strategy: ["fixed"], budget: 0.1 });
    for (let n = 0; n < 20; n++) session.answer(null);
    expect(session.question()?.row).toBe(20);
  });

  it("refuses answers of another session, and says what a session belongs to", async () => {
    const session = await open(30);
    expect(() => session.replay([{ row: 0, label: "ok" }])).toThrow(/answer 1 is about row 1/);
    const [one, same, other] = [await open(30), await open(30), await open(31)];
    expect(one.identity).toEqual(same.identity);
    expect(one.identity).not.toEqual(other.identity);
    const [tool] = tools;
    const chosen = parseParams(options, { time: "time", task: "number" }) as Options;
    const input = { stream: [memoryFile("s.csv", blank(3))], state: [] };
    await expect(tool.session?.(input, chosen, { seed: 1, answers: [] })).rejects.toThrow(/name classes only/);
  });
});
