import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool, type ToolRun } from "../../../kit/paper.ts";
import { showContract, writeContract } from "./contract.ts";
import { type Instance, tablesOf } from "./instance.ts";
import { isIncentiveCompatible } from "./mechanism.ts";
import {
  bestDeterministic,
  capLimit,
  type OptimalMechanism,
  optimalMechanism,
  programSize,
} from "./optimal-mechanism.ts";
import { givenInstance, type Problem, readProblem, type Unit, unitOf } from "./read-instance.ts";
import { instanceOf, readProjects } from "./read-projects.ts";
import { resampleProjects } from "./resample.ts";
import { sampleFiles } from "./sample.ts";

const options = z.object({
  maxPay: z
    .number()
    .min(0)
    .max(1e12)
    .default(0)
    .describe("Largest payment, in the unit of costs and worth; 0: twenty times the highest cost"),
  payments: z
    .enum(["joint", "own"])
    .default("joint")
    .describe("Pay by everybody's reports, or by the agent's own only"),
  margin: z
    .number()
    .min(0)
    .max(1e12)
    .default(0)
    .describe("How much worse every deviation must be, in the same unit: a safety where the laws are estimated"),
  smoothing: z.number().min(0).max(1000).default(0).describe("Added to every count of the projects"),
  bootstrap: z
    .number()
    .int()
    .min(0)
    .max(2000)
    .default(200)
    .describe("Resamples of the projects that test the contract; 0 for none"),
  timeLimit: z.number().int().min(1).max(600).default(60).describe("Seconds for one linear program"),
  seed: z.number().int().min(0).max(4294967295).default(1).describe("Seed of the resamples"),
});

type Options = z.output<typeof options>;

interface Design {
  problem: Problem;
  unit: Unit;
  instance: Instance;
  maxPay: number;
  best: OptimalMechanism;
}

/** The optimal mechanism, or why there is none. */
async function solve(instance: Instance, maxPay: number, unit: Unit, chosen: Options): Promise<OptimalMechanism> {
  const best = await optimalMechanism(instance, {
    maxPay: maxPay / unit.unit,
    payments: chosen.payments,
    icSlack: chosen.margin / unit.unit,
    timeLimitS: chosen.timeLimit,
  });
  if (best.status === "limit") {
    throw new BadInput(`the linear program was not solved in ${chosen.timeLimit} s`, {
      where: "--time-limit",
      remedy: "Give it more time, or merge efforts, signals or states.",
    });
  }
  if (best.status === "infeasible") {
    throw new BadInput(`no contract makes every deviation worse by ${chosen.margin}`, {
      where: "--margin",
      remedy: "Choose a smaller margin, or a larger --max-pay.",
    });
  }
  return best;
}

/** Largest program for which the rivals and the curve over M are computed too. */
const comparedSize = 3000;

async function compare({ instance, unit, maxPay, best, problem }: Design, chosen: Options, run: ToolRun) {
  if (programSize(tablesOf(instance)) > comparedSize) return undefined;
  const common = { maxPay: maxPay / unit.unit, icSlack: chosen.margin / unit.unit, timeLimitS: chosen.timeLimit };
  run.progress(0.4, "comparing with fixed efforts and own-report payments");
  const fixed = await bestDeterministic(instance, { ...common, payments: chosen.payments });
  const own = await optimalMechanism(instance, { ...common, payments: "own" });
  const money = (value: number) => (Number.isFinite(value) ? value * unit.unit + unit.offset : null);
  const efforts = problem.agents.map(({ efforts: names }, i) => names[fixed.profile[i] ?? 0] ?? "").join(" · ");
  run.table("classes", {
    title: "Expected profit by class of contract",
    columns: [
      { key: "class", label: "contract" },
      { key: "profit", label: "profit", digits: 4 },
      { key: "efforts", label: "efforts" },
    ],
    rows: [
      { class: "this contract", profit: money(best.value), efforts: null },
      {
        class: "best fixed efforts",
        profit: money(fixed.best.value),
        efforts: fixed.best.status === "optimal" ? efforts : null,
      },
      { class: "own-report payments (scoring rules)", profit: money(own.value), efforts: null },
    ],
  });
  const values: { cap: number; profit: number }[] = [];
  for (const factor of [0.1, 0.2, 0.5, 1, 2, 5, 10].filter((f) => f * common.maxPay <= capLimit)) {
    run.progress(0.5 + 0.02 * factor, `profit with payments up to ${maxPay * factor}`);
    const other = await optimalMechanism(instance, {
      ...common,
      payments: chosen.payments,
      maxPay: common.maxPay * factor,
    });
    if (other.status === "optimal") values.push({ cap: maxPay * factor, profit: money(other.value) ?? 0 });
    await run.breathe();
  }
  run.chart("cap", {
    alt: "Expected profit against the largest payment allowed: it never falls, and levels off where larger payments only make audits rarer.",
    spec: {
      width: "container",
      data: { values },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "cap", type: "quantitative", scale: { type: "log" }, title: "largest payment" },
        y: { field: "profit", type: "quantitative", scale: { zero: false }, title: "expected profit" },
      },
    },
  });
  return { fixed: money(fixed.best.value), own: money(own.value) };
}

const round = (x: number): string => Number(x.toPrecision(4)).toString();

export const tools = [
  defineTool({
    name: "design",
    summary:
      "Designs a contract: whom to ask privately for how much effort, and what to pay for which reports and outcome.",
    inputs: [
      {
        name: "instance",
        description: "States, actions, agents with the costs of their efforts, and the laws of their signals",
        accepts: [".json"],
      },
      {
        name: "projects",
        description: "Past projects from which the laws are estimated instead: state, effort1, signal1, effort2, …",
        accepts: [".csv", ".tsv", ".jsonl", ".parquet"],
        optional: true,
      },
    ],
    options,
    example: "survey.json --max-pay 10 --out contract.json",
    async sample() {
      return { files: sampleFiles(), options: { maxPay: 10_000, margin: 400 } };
    },
    async apply({ instance: terms = [], projects: tables = [] }, chosen, run) {
      const [file] = terms;
      const [table] = tables;
      if (!file) throw new BadInput("no instance was given");
      run.progress(0, `reading ${file.name}`);
      const stated = await readProblem(file);
      if (table && stated.laws.size > 0) {
        throw new BadInput("laws are given, and projects to estimate them from", {
          where: `${file.name}, laws`,
          remedy: "Leave one of the two out.",
        });
      }
      const projects = table ? await readProjects(table, stated, unitOf) : undefined;
      const problem = projects?.problem ?? stated;
      const instance = projects && table ? instanceOf(projects, chosen.smoothing, table.name) : givenInstance(problem);
      const unit = unitOf(problem);
      const highest = Math.max(...problem.agents.flatMap(({ costs }) => costs));
      const maxPay = chosen.maxPay > 0 ? chosen.maxPay : highest > 0 ? 20 * highest : unit.unit;
      run.progress(0.2, "solving the linear program");
      const best = await solve(instance, maxPay, unit, chosen);
      const contract = writeContract(problem, instance, best, unit, maxPay);
      showContract(contract, run);
      const design: Design = { problem, unit, instance, maxPay, best };
      const rivals = await compare(design, chosen, run);
      const tested =
        projects && chosen.bootstrap > 0 ? await resampleProjects(projects, best, unit, chosen, run) : undefined;
      if (projects) {
        run.note(
          `The laws are frequencies of ${projects.total.toLocaleString("en")} projects; the rarest combination of efforts and state has ${projects.fewest}. Incentives that just suffice under an estimate need not under the truth: ${tested ? `in ${Math.round(100 * (1 - tested.obeyed))}% of the resamples somebody would rather deviate` : "test them with --bootstrap"}; a larger --margin makes that rarer and costs profit.`,
        );
      }
      const output = await run.output("contract.json", "application/json");
      const { worst } = isIncentiveCompatible(instance, best);
      const check = {
        largestGainOfADeviation: worst * unit.unit,
        mostThatAnyContractEarns: best.bound * unit.unit + unit.offset,
        ...(tested ? { resampled: tested } : {}),
      };
      await output.write(
        `${JSON.stringify({ ...contract, margin: chosen.margin, ...(rivals ? { rivals } : {}), check }, undefined, 2)}\n`,
      );
      await output.close();
      const paid = Object.values(contract.payments).reduce((sum, p) => sum + p, 0);
      const more = typeof rivals?.own === "number" ? contract.profit - rivals.own : undefined;
      const gain = more === undefined ? "" : more > 1e-6 * unit.unit ? `, ${round(more)} more` : ", no more";
      const than = more === undefined ? "" : " than own-report scoring rules give";
      const hired = problem.agents.length === 1 ? "1 agent" : `${problem.agents.length} agents`;
      const asks = contract.recommendations.length;
      return {
        summary: `Designed a contract for ${hired} with an expected profit of ${round(contract.profit)}${gain}${than}; it pays ${round(paid)} on average and recommends ${asks === 1 ? "always the same efforts" : `${asks} profiles of efforts at random`}.`,
      };
    },
  }),
] as const;
