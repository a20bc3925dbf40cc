import { z } from "zod";
import { BadInput, nearest } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import { readJson } from "../../../kit/tables.ts";
import { type Instance, Radix } from "./instance.ts";

/** A reader's problem with its names; utilities, costs and payments are in the reader's own unit. */
export interface Problem {
  file: string;
  states: string[];
  /** Undefined when it is to be estimated. */
  prior: number[] | undefined;
  actions: string[];
  /** `utility[a][θ]`. */
  utility: number[][];
  /** The actions as they stand in the file, for states that are known only later. */
  actionsGiven: Record<string, Record<string, number>> | undefined;
  agents: ProblemAgent[];
  /** Given laws by position of the effort profile and state; empty when they are to be estimated. */
  laws: Map<string, number[]>;
}

export interface ProblemAgent {
  name: string;
  efforts: string[];
  costs: number[];
  /** Undefined when they are to be found in the projects. */
  signals: string[] | undefined;
}

const label = z.string().min(1).max(80);
const probability = z.number().min(0).max(1);

const schema = z.strictObject({
  states: z.union([z.record(label, probability), z.array(label).min(1)]).optional(),
  actions: z.record(label, z.record(label, z.number())).optional(),
  agents: z
    .array(
      z.strictObject({
        name: label.optional(),
        efforts: z.record(label, z.number().min(0)),
        signals: z.array(label).min(1).optional(),
      }),
    )
    .min(1)
    .max(10),
  laws: z.array(z.strictObject({ efforts: z.array(label), state: label, signals: z.array(z.unknown()) })).optional(),
});

type Document = z.output<typeof schema>;

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i > 0 ? "." : ""}${String(step)}`))
    .join("");
}

/** Position of a name in a list; another is refused by its place, with the nearest one there is. */
export function positionOf(name: string, known: readonly string[], what: string, where: string): number {
  const at = known.indexOf(name);
  if (at >= 0) return at;
  const close = nearest(name, known);
  throw new BadInput(`"${name}" is no ${what}`, {
    where,
    remedy: close ? `Did you mean "${close}"?` : `There are ${known.slice(0, 12).join(", ")}.`,
  });
}

function distinct(names: readonly string[], what: string, where: string): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new BadInput(`two ${what} are called "${twice}"`, { where });
}

function readPrior(states: Document["states"], file: string): { names: string[]; prior: number[] | undefined } {
  if (states === undefined) return { names: [], prior: undefined };
  if (Array.isArray(states)) {
    distinct(states, "states", `${file}, states`);
    return { names: states, prior: undefined };
  }
  const prior = Object.values(states);
  const total = prior.reduce((sum, p) => sum + p, 0);
  if (Math.abs(total - 1) > 1e-6) {
    throw new BadInput(`the probabilities add up to ${Number(total.toFixed(6))}, not 1`, { where: `${file}, states` });
  }
  return { names: Object.keys(states), prior: prior.map((p) => p / total) };
}

/** Utility by action and state; without actions, an action a state that is worth 1 when right. */
export function utilityOf(actions: Document["actions"], states: readonly string[], file: string) {
  if (!actions)
    return {
      actions: states.map((s) => `say ${s}`),
      utility: states.map((_, a) => states.map((__, t) => Number(a === t))),
    };
  const names = Object.keys(actions);
  if (names.length === 0) throw new BadInput("there is no action", { where: `${file}, actions` });
  const utility = names.map((action) => {
    const given = actions[action] ?? {};
    const where = `${file}, actions.${action}`;
    for (const state of Object.keys(given)) positionOf(state, states, "state", where);
    return states.map((state) => {
      const worth = given[state];
      if (worth === undefined) throw new BadInput(`the worth in state "${state}" is missing`, { where });
      return worth;
    });
  });
  return { actions: names, utility };
}

/** Probabilities from arrays nested agent by agent, or from one flat array. */
function flatten(values: readonly unknown[], depth: number, where: string): number[] {
  return values.flatMap((value) => {
    if (Array.isArray(value) && depth > 1) return flatten(value, depth - 1, where);
    const parsed = probability.safeParse(value);
    if (parsed.success) return [parsed.data];
    const found = JSON.stringify(value)?.slice(0, 40);
    throw new BadInput(`${found} is not a probability`, { where });
  });
}

function readLaws(
  laws: Document["laws"],
  states: string[],
  agents: ProblemAgent[],
  file: string,
): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const cells = agents.reduce((product, { signals }) => product * (signals?.length ?? 0), 1);
  for (const [k, law] of (laws ?? []).entries()) {
    const where = `${file}, laws[${k}]`;
    if (law.efforts.length !== agents.length) {
      throw new BadInput(`there are ${law.efforts.length} efforts for ${agents.length} agents`, { where });
    }
    const efforts = agents.map((agent, i) =>
      positionOf(law.efforts[i] ?? "", agent.efforts, `effort of ${agent.name}`, where),
    );
    const state = positionOf(law.state, states, "state", where);
    for (const { name, signals } of agents) {
      if (!signals) throw new BadInput(`a law is given and the signals of ${name} are not named`, { where });
    }
    const probabilities = flatten(law.signals, agents.length, `${where}.signals`);
    if (probabilities.length !== cells) {
      throw new BadInput(`there are ${probabilities.length} probabilities and ${cells} combinations of signals`, {
        where,
      });
    }
    const total = probabilities.reduce((sum, p) => sum + p, 0);
    if (Math.abs(total - 1) > 1e-6) {
      throw new BadInput(`the probabilities add up to ${Number(total.toFixed(6))}, not 1`, { where });
    }
    const key = lawKey(efforts, state);
    if (found.has(key)) throw new BadInput("the same efforts and state stand twice", { where });
    found.set(
      key,
      probabilities.map((p) => p / total),
    );
  }
  return found;
}

export function lawKey(efforts: readonly number[], state: number): string {
  return `${efforts.join(",")}|${state}`;
}

/**
 * Reads `{"states": {name: probability}, "actions": {name: {state: worth}}, "agents": [{"name", "efforts": {name: cost},
 * "signals": [names]}], "laws": [{"efforts": [one an agent], "state", "signals": probabilities nested agent by agent}]}`. With a
 * table of projects beside it, laws are left out, and probabilities of states and names of signals may be.
 */
export async function readProblem(file: InputFile): Promise<Problem> {
  const parsed = schema.safeParse(await readJson(file, 16 << 20));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = pathOf(issue?.path ?? []);
    throw new BadInput((issue?.message ?? "the document does not fit").replace(/^Invalid input: /, ""), {
      where: path ? `${file.name}, ${path}` : file.name,
    });
  }
  const { names: states, prior } = readPrior(parsed.data.states, file.name);
  const agents = parsed.data.agents.map(({ name, efforts, signals }, i): ProblemAgent => {
    const where = `${file.name}, agents[${i}]`;
    if (Object.keys(efforts).length === 0) throw new BadInput("there is no effort", { where: `${where}.efforts` });
    if (signals) distinct(signals, "signals", `${where}.signals`);
    return { name: name ?? `agent ${i + 1}`, efforts: Object.keys(efforts), costs: Object.values(efforts), signals };
  });
  distinct(
    agents.map(({ name }) => name),
    "agents",
    `${file.name}, agents`,
  );
  const laws = readLaws(parsed.data.laws, states, agents, file.name);
  const given = parsed.data.actions;
  const { actions, utility } =
    states.length > 0 ? utilityOf(given, states, file.name) : { actions: [] as string[], utility: [] as number[][] };
  return { file: file.name, states, prior, actions, utility, actionsGiven: given, agents, laws };
}

/** Utilities are brought to [0, 1] for the program: u → (u − offset)/unit, and money → money/unit. */
export interface Unit {
  offset: number;
  unit: number;
}

export function unitOf({ utility, file }: Problem): Unit {
  const all = utility.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  if (!(high > low)) {
    throw new BadInput("every action is worth the same in every state, so that no information is worth anything", {
      where: `${file}, actions`,
    });
  }
  return { offset: low, unit: high - low };
}

/** What the program needs besides the laws, in units of the program. */
export function knownOf({ states, utility, agents, file }: Problem, prior: readonly number[], { offset, unit }: Unit) {
  const signals = agents.map(({ name, signals: named }) => {
    if (!named) throw new BadInput(`the signals of ${name} are not named`, { where: file });
    return named.length;
  });
  if (states.length === 0) throw new BadInput("there is no state", { where: `${file}, states` });
  return {
    prior,
    efforts: agents.map(({ efforts }) => efforts.length),
    signals,
    costs: agents.map(({ costs }) => costs.map((cost) => cost / unit)),
    utility: utility.map((row) => row.map((u) => Math.min(1, Math.max(0, (u - offset) / unit)))),
  };
}

/** The instance of a problem whose laws are all given. */
export function givenInstance(problem: Problem): Instance {
  const { prior, laws, states, agents, file } = problem;
  if (!prior) {
    throw new BadInput("the states have no probabilities", {
      where: `${file}, states`,
      remedy: 'Write {"up": 0.5, "down": 0.5}, or add a table of past projects.',
    });
  }
  const known = knownOf(problem, prior, unitOf(problem));
  const profiles = new Radix(known.efforts);
  for (let b = 0; b < profiles.count; b++) {
    for (const [t, state] of states.entries()) {
      const efforts = profiles.digits(b);
      if (laws.has(lawKey(efforts, t))) continue;
      const named = efforts.map((e, i) => agents[i]?.efforts[e] ?? "").join(", ");
      throw new BadInput(`there is no law for efforts (${named}) in state "${state}"`, {
        where: `${file}, laws`,
        remedy: "Give one for every combination, or add a table of past projects.",
      });
    }
  }
  return { ...known, psi: (b, theta) => laws.get(lawKey(b, theta)) ?? [] };
}
