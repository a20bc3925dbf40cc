import type { ToolRun } from "../../../kit/paper.ts";
import { type Instance, type Radix, tablesOf } from "./instance.ts";
import type { OptimalMechanism } from "./optimal-mechanism.ts";
import type { Problem, Unit } from "./read-instance.ts";

/** Names by agent, for a profile. */
type Named = Record<string, string>;

/** A contract in the reader's names and unit, as it is written to the file. */
export interface Contract {
  profit: number;
  decision: number;
  payments: Record<string, number>;
  costs: Record<string, number>;
  largestPayment: number;
  recommendations: { efforts: Named; probability: number }[];
  decisions: { recommended: Named; reported: Named; action: string }[];
  /** Combinations that are not listed pay nothing. */
  pay: { agent: string; recommended: Named; reported: Named; state: string; payment: number }[];
}

function name(problem: Problem, radix: Radix, profile: number, of: "efforts" | "signals"): Named {
  return Object.fromEntries(problem.agents.map((agent, i) => [agent.name, agent[of]?.[radix.digit(profile, i)] ?? ""]));
}

/** Rounds away the solver's dust. */
function clean(x: number): number {
  return Number(x.toPrecision(9));
}

/** What a mechanism says, in words and money. Profiles that are never recommended are left out. */
export function writeContract(
  problem: Problem,
  instance: Instance,
  { mu, pay, rule, value, payments }: OptimalMechanism,
  { offset, unit }: Unit,
  maxPay: number,
): Contract {
  const { b, s, states, costs } = tablesOf(instance);
  const money = (x: number) => clean(x * unit);
  const asked = [...mu.keys()].filter((profile) => (mu[profile] ?? 0) > 0).sort((x, y) => (mu[y] ?? 0) - (mu[x] ?? 0));
  const contract: Contract = {
    profit: clean(value * unit + offset),
    decision: clean((value + payments.reduce((sum, p) => sum + p, 0)) * unit + offset),
    payments: Object.fromEntries(problem.agents.map((agent, i) => [agent.name, money(payments[i] ?? 0)])),
    costs: Object.fromEntries(
      problem.agents.map((agent, i) => [
        agent.name,
        money(mu.reduce((sum, p, profile) => sum + p * (costs[i]?.[b.digit(profile, i)] ?? 0), 0)),
      ]),
    ),
    largestPayment: maxPay,
    recommendations: asked.map((profile) => ({
      efforts: name(problem, b, profile, "efforts"),
      probability: clean(mu[profile] ?? 0),
    })),
    decisions: [],
    pay: [],
  };
  for (const profile of asked) {
    const recommended = name(problem, b, profile, "efforts");
    for (let k = 0; k < s.count; k++) {
      const reported = name(problem, s, k, "signals");
      const at = profile * s.count + k;
      contract.decisions.push({ recommended, reported, action: problem.actions[rule[at] ?? 0] ?? "" });
      for (const [i, { name: agent }] of problem.agents.entries()) {
        for (let theta = 0; theta < states; theta++) {
          const payment = money(pay[i]?.[at * states + theta] ?? 0);
          if (payment > 1e-9 * unit) {
            contract.pay.push({ agent, recommended, reported, state: problem.states[theta] ?? "", payment });
          }
        }
      }
    }
  }
  return contract;
}

function readable(named: Named): string {
  return Object.values(named).join(" · ");
}

/** The contract as tables of the run. */
export function showContract(contract: Contract, run: ToolRun): void {
  run.table("recommendations", {
    title: "Whom to ask for what, in private",
    columns: [
      { key: "efforts", label: Object.keys(contract.payments).join(" · ") },
      { key: "probability", label: "probability", digits: 4 },
    ],
    rows: contract.recommendations.map(({ efforts, probability }) => ({ efforts: readable(efforts), probability })),
  });
  run.table("agents", {
    title: "Expected payment and cost of each agent",
    columns: [
      { key: "agent", label: "agent" },
      { key: "payment", label: "payment", digits: 4 },
      { key: "cost", label: "cost of effort", digits: 4 },
    ],
    rows: Object.entries(contract.payments).map(([agent, payment]) => ({
      agent,
      payment,
      cost: contract.costs[agent] ?? 0,
    })),
  });
  run.table("pay", {
    title: "Payments; what is not listed pays nothing",
    columns: [
      { key: "agent", label: "agent" },
      { key: "recommended", label: "efforts asked" },
      { key: "reported", label: "reports" },
      { key: "state", label: "state" },
      { key: "payment", label: "payment", digits: 4 },
    ],
    rows: contract.pay.slice(0, 200).map(({ recommended, reported, ...row }) => ({
      ...row,
      recommended: readable(recommended),
      reported: readable(reported),
    })),
  });
}
