import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { auditInstance } from "./examples.ts";
import { sampleFiles } from "./sample.ts";
import { tools } from "./tool.ts";

const [tool] = tools;
const efforts = ["rest", "work"];

/** The audit instance as a reader would write it, worth in thousands. */
function survey(change: object = {}): Record<string, unknown> {
  const instance = auditInstance([0.05, 0.25]);
  return {
    states: { up: 0.5, down: 0.5 },
    actions: { buy: { up: 1000, down: 0 }, sell: { up: 0, down: 1000 } },
    agents: [
      { name: "analyst", efforts: { rest: 0, work: 50 }, signals: ["says up", "says down"] },
      { name: "auditor", efforts: { rest: 0, work: 250 }, signals: ["clear", "disturbed"] },
    ],
    laws: ["up", "down"].flatMap((state, theta) =>
      [0, 1, 2, 3].map((b) => {
        const [p00, p01, p10, p11] = Array.from(instance.psi([b >> 1, b & 1], theta));
        return {
          efforts: [efforts[b >> 1], efforts[b & 1]],
          state,
          signals: [
            [p00, p01],
            [p10, p11],
          ],
        };
      }),
    ),
    ...change,
  };
}

const apply = (instance: unknown, options = {}, projects?: string | Uint8Array) =>
  applyTool(
    tool,
    toolInput({
      instance: {
        "survey.json":
          typeof instance === "string" || instance instanceof Uint8Array ? instance : JSON.stringify(instance),
      },
      ...(projects === undefined ? {} : { projects: { "projects.csv": projects } }),
    }),
    { bootstrap: 10, ...options },
  );

/** One project for every combination that can happen, with numbered columns. */
const terms = { agents: [{ efforts: { no: 0, yes: 0.1 } }] };
const projects = "state,effort1,signal1\nup,no,x\nup,no,y\ndown,no,x\ndown,no,y\nup,yes,x\ndown,yes,y\n";

describe("hiring-agents design", () => {
  it("audits one time in ten with a cap of 1000, in the reader's own money", async () => {
    const { text, summary, tables, charts } = await apply(survey(), { maxPay: 1000 });
    const contract = JSON.parse(text("contract.json"));
    expect(contract.profit).toBeCloseTo(580, 6);
    expect(contract.recommendations).toEqual([
      { efforts: { analyst: "work", auditor: "rest" }, probability: 0.9 },
      { efforts: { analyst: "work", auditor: "work" }, probability: 0.1 },
    ]);
    expect(contract.payments.analyst).toBeCloseTo(100, 6);
    expect(contract.costs).toEqual({ analyst: 50, auditor: 25 });
    expect(contract.rivals).toEqual({ fixed: expect.closeTo(525, 6), own: expect.closeTo(525, 6) });
    expect(contract.check.largestGainOfADeviation).toBeLessThan(1e-6);
    expect(contract.check.mostThatAnyContractEarns).toBeCloseTo(580, 6);
    expect(Math.max(...contract.pay.map(({ payment }: { payment: number }) => payment))).toBeLessThanOrEqual(1000);
    expect(
      contract.decisions.find(
        (d: { recommended: { auditor: string }; reported: object }) =>
          d.recommended.auditor === "work" &&
          JSON.stringify(d.reported) === '{"analyst":"says up","auditor":"disturbed"}',
      )?.action,
    ).toBe("sell");
    expect(summary).toBe(
      "Designed a contract for 2 agents with an expected profit of 580, 55 more than own-report scoring rules give; it pays 150 on average and recommends 2 profiles of efforts at random.",
    );
    expect(tables.recommendations?.rows.length).toBe(2);
    expect(charts.cap?.alt).toContain("largest payment");
  });

  it("does not care for the unit, nor for what every action earns anyway", async () => {
    const scaled = survey({ actions: { buy: { up: 7, down: 6 }, sell: { up: 6, down: 7 } } });
    const agents = [50, 250].map((cost, i) => ({
      ...(survey().agents as object[])[i],
      efforts: { rest: 0, work: cost / 1000 },
    }));
    const { text } = await apply({ ...scaled, agents }, { maxPay: 1 });
    expect(JSON.parse(text("contract.json")).profit).toBeCloseTo(6.58, 8);
  });

  it("estimates laws from projects, and says how far to trust them", async () => {
    const { text, summary, notes, tables } = await apply(terms, { maxPay: 2 }, projects);
    // A worker who sees the state is paid c/(1 − ½) when right: .2 of a value of 1.
    const contract = JSON.parse(text("contract.json"));
    expect(contract.profit).toBeCloseTo(0.8, 8);
    expect(contract.check.resampled.resamples).toBe(10);
    expect(summary).toMatch(/^Designed a contract for 1 agent with an expected profit of 0.8, no more than/);
    expect(notes[0]).toMatch(/frequencies of 6 projects; the rarest combination of efforts and state has 1\./);
    expect(tables.resamples?.rows.length).toBe(1);
  });

  it("shows audits on its sample", async () => {
    const { summary, tables } = await applySample(tool);
    expect(summary).toMatch(/recommends 2 profiles of efforts at random\.$/);
    expect(Number(tables.resamples?.rows[0]?.obeyed)).toBeGreaterThan(0.5);
    expect(sampleFiles().map(({ name }) => name)).toEqual(["terms.json", "projects.csv"]);
  });

  it.each([
    ["", {}, undefined, /survey.json: the file is empty/],
    ["{", {}, undefined, /not valid JSON/],
    [{}, {}, undefined, /survey.json, agents: expected array/],
    [survey({ agents: [] }), {}, undefined, /agents/],
    [survey({ wage: 3 }), {}, undefined, /wage/],
    [survey({ states: { up: 0.5, down: 0.6 } }), {}, undefined, /states: the probabilities add up to 1.1, not 1/],
    [survey({ actions: { buy: { up: 1 } } }), {}, undefined, /actions.buy: the worth in state "down" is missing/],
    [survey({ actions: { buy: { up: 1, dwn: 0 } } }), {}, undefined, /"dwn" is no state. Did you mean "down"\?/],
    [survey({ actions: { buy: { up: 1, down: 1 } } }), {}, undefined, /every action is worth the same/],
    [survey({ agents: [{ efforts: { rest: -1 }, signals: ["a"] }] }), {}, undefined, /agents\[0\].efforts.rest/],
    [survey({ laws: [] }), {}, undefined, /no law for efforts \(rest, rest\) in state "up"/],
    [
      survey({ laws: [{ efforts: ["rest"], state: "up", signals: [1] }] }),
      {},
      undefined,
      /laws\[0\]: there are 1 efforts for 2 agents/,
    ],
    [
      survey({ laws: [{ efforts: ["rest", "wrk"], state: "up", signals: [1] }] }),
      {},
      undefined,
      /"wrk" is no effort of auditor. Did you mean "work"/,
    ],
    [
      survey({ laws: [{ efforts: ["rest", "work"], state: "up", signals: [1, 0] }] }),
      {},
      undefined,
      /2 probabilities and 4 combinations/,
    ],
    [
      survey({
        laws: [
          {
            efforts: ["rest", "work"],
            state: "up",
            signals: [
              [1, "x"],
              [0, 0],
            ],
          },
        ],
      }),
      {},
      undefined,
      /"x" is not a probability/,
    ],
    [
      survey({
        laws: [
          {
            efforts: ["rest", "work"],
            state: "up",
            signals: [
              [1, 1],
              [0, 0],
            ],
          },
        ],
      }),
      {},
      undefined,
      /add up to 2/,
    ],
    [survey(), { maxPay: 1e10 }, undefined, /more than 1,000,000 times what is at stake/],
    [terms, {}, undefined, /states have no probabilities.*or add a table of past projects/],
    [survey(), { margin: 400, maxPay: 100 }, undefined, /--margin: no contract makes every deviation worse by 400/],
    [survey(), {}, projects, /laws are given, and projects.*Leave one/],
    [terms, {}, "state,effort1\nup,no\n", /there is no column "signal1" or "signal_agent 1"/],
    [terms, {}, "effort1,signal1\nno,x\n", /there is no column "state"/],
    [terms, {}, "state,effort1,signal1\nup,no,\n", /projects.csv, line 2, column signal1: the cell is empty/],
    [terms, {}, "state,effort1,signal1\nup,maybe,x\n", /line 2, column effort1: "maybe" is no effort of agent 1/],
    [
      terms,
      {},
      "state,effort1,signal1\nup,no,x\ndown,no,x\n",
      /no project has efforts \(yes\) in state "down".*--smoothing 1/,
    ],
    [terms, {}, "state,effort1,signal1\n", /a header and no rows/],
  ])("refuses %j with %j and %j", async (instance, options, table, message) => {
    await expect(apply(instance, options, table)).rejects.toThrow(message);
  });

  it("smooths what never occurred when asked to", async () => {
    const { summary } = await apply(terms, { smoothing: 1 }, "state,effort1,signal1\nup,no,x\ndown,no,y\n");
    expect(summary).toMatch(/^Designed a contract for 1 agent/);
  });

  it("answers any documents with a contract or a clear refusal", async () => {
    const word = fc.constantFrom("up", "down", "no", "yes", "x", "y", "", "state", "1");
    const agent = fc.oneof(
      fc.constant(terms.agents[0]),
      fc.record({ efforts: fc.dictionary(word, fc.oneof(fc.double(), word)) }),
      fc.jsonValue(),
    );
    const document = fc.oneof(
      fc.record({ agents: fc.array(agent, { maxLength: 2 }) }).map((d) => JSON.stringify(d)),
      fc
        .record({
          states: fc.dictionary(word, fc.double({ min: 0, max: 1 })),
          agents: fc.array(agent, { maxLength: 2 }),
          laws: fc.jsonValue(),
        })
        .map((d) => JSON.stringify(d)),
      fc.uint8Array({ maxLength: 40 }),
    );
    const row = fc.array(word, { minLength: 2, maxLength: 4 }).map((cells) => cells.join(","));
    const table = fc.oneof(
      fc.constant(projects),
      fc.array(row, { maxLength: 5 }).map((rows) => `state,effort1,signal1\n${rows.join("\n")}`),
      fc.uint8Array({ maxLength: 40 }),
    );
    await fc.assert(
      fc.asyncProperty(document, fc.option(table, { nil: undefined }), async (instance, rows) => {
        try {
          const { outputs } = await apply(instance, { smoothing: 1, bootstrap: 2 }, rows);
          expect(Object.keys(outputs)).toEqual(["contract.json"]);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
      }),
      { numRuns: 150 },
    );
  });
});
