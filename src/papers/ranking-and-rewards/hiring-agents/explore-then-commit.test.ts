import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { estimateInstance } from "./estimate.ts";
import { auditInstance, duplicateInstance, strictMechanisms } from "./examples.ts";
import { agentResponses, ExploreThenCommit, environment } from "./explore-then-commit.ts";
import { tablesOf } from "./instance.ts";
import { isIncentiveCompatible, mechanismWorth, obedience } from "./mechanism.ts";
import { bestDeterministic, optimalMechanism } from "./optimal-mechanism.ts";

const instance = duplicateInstance([0.05, 0.15]);
const strict = strictMechanisms([0.5, 1.5]);
const options = { T: 4096, maxPay: 2, strict };

describe("the duplicate instance", () => {
  it("is worth .585 with audits at one in twenty, and .525 without correlation", async () => {
    const { value, mu } = await optimalMechanism(instance, { maxPay: 2 });
    expect(value).toBeCloseTo(0.585, 8);
    expect(mu[2]).toBeCloseTo(0.95, 8);
    expect((await bestDeterministic(instance, { maxPay: 2 })).best.value).toBeCloseTo(0.525, 8);
  });

  it("has strict mechanisms under which obedience is an equilibrium whatever the others do", () => {
    for (const mechanism of strict) expect(isIncentiveCompatible(instance, mechanism, 1e-12).ok).toBe(true);
    // Playing agent 1 alone for ever: .7 less .5 · .7.
    expect(environment(instance).worth(strict[2] as (typeof strict)[0])).toBeCloseTo(0.35, 12);
  });
});

describe("estimateInstance", () => {
  it("comes within a hundredth of the best value from a million rounds", async () => {
    const env = environment(instance);
    const counts = new ExploreThenCommit(env, { ...options, T: 1_000_000, exploration: 1_000_000 }).explore(
      new Random(3),
    );
    const { value } = await optimalMechanism(estimateInstance(env.known, counts), { maxPay: 2 });
    expect(Math.abs(value - 0.585)).toBeLessThan(0.01);
  });

  it("is the law itself when counts are in proportion to it, and uniform where nothing was seen", () => {
    const { psi: _, ...known } = instance;
    const same = estimateInstance(known, tablesOf(instance).law);
    expect(same.psi([1, 1], 0)).toEqual(Float64Array.from(instance.psi([1, 1], 0)));
    const none = estimateInstance(known, new Float64Array(32));
    expect([...Array.from(none.psi([0, 1], 1))]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect([...Array.from(estimateInstance(known, new Float64Array(32), 1).psi([0, 1], 1))]).toEqual([
      0.25, 0.25, 0.25, 0.25,
    ]);
    expect(() => estimateInstance(known, new Float64Array(3))).toThrow(/3 counts for 4 × 2 × 4 cells/);
  });
});

describe("agentResponses", () => {
  it("is obedience where obedience is an equilibrium", async () => {
    const mechanism = await optimalMechanism(instance, { maxPay: 2 });
    for (const agents of ["trusting", "joint"] as const) {
      expect(agentResponses(instance, mechanism, agents)).toEqual([[obedience(instance, 0), obedience(instance, 1)]]);
    }
  });

  it("unravels jointly where trust alone would leave one at work", async () => {
    // The auditor is underpaid and stops; agent 1, if she knows, has nobody left who could confirm her work.
    const mechanism = await optimalMechanism(auditInstance([0.05, 0.25]), { maxPay: 2 });
    const mean = { ...mechanism, pay: mechanism.pay.map((pay, i) => (i === 1 ? pay.map((x) => 0.9 * x) : pay)) };
    const audit = auditInstance([0.05, 0.25]);
    const [trusting] = agentResponses(audit, mean, "trusting");
    const joint = agentResponses(audit, mean, "joint");
    expect(trusting?.map(({ effort }) => effort[1])).toEqual([1, 0]);
    expect(joint.at(-1)?.map(({ effort }) => effort[1])).toEqual([0, 0]);
    const worth = (strategies = joint[0]) => mechanismWorth(audit, mean, strategies).value;
    expect(worth(joint.at(-1))).toBeLessThan(worth(trusting));
  });
});

describe("ExploreThenCommit", () => {
  it("adds up its regret: exploration in turn, then the loss of the commitment", async () => {
    const env = environment(instance);
    const learner = new ExploreThenCommit(env, options);
    const { regret, loss, committed, slack } = await learner.run(new Random(4));
    expect(regret.length).toBe(4096);
    expect(regret[4095]).toBeCloseTo(await learner.regret(committed), 8);
    expect(regret[9]).toBeCloseTo(await learner.regret(committed, 10), 9);
    // (0,0), (0,1), (1,0) and (1,1) under strict pay lose .085, .935, .235 and 1.285 a round.
    expect(regret[3]).toBeCloseTo(2.54, 9);
    expect((regret[4095] ?? 0) - (regret[4094] ?? 0)).toBeCloseTo(loss, 9);
    expect(loss).toBeCloseTo(0.585 - env.worth(committed), 9);
    expect(slack).toBeGreaterThan(0);
    expect(learner.options.exploration).toBe(256);
  });

  it("keeps agents at work when the margin is wide, and loses them when there is none", async () => {
    const env = environment(instance);
    const T = 2 ** 21;
    const obeyed = async (margin: number) => {
      let count = 0;
      for (let seed = 0; seed < 5; seed++) {
        const { committed } = await new ExploreThenCommit(env, { ...options, T, margin }).run(new Random(seed));
        if (isIncentiveCompatible(instance, committed).ok) count++;
      }
      return count;
    };
    expect(await obeyed(1)).toBe(5);
    expect(await obeyed(0)).toBeLessThan(4);
  });

  it("restores incentives by mixing in the strict mechanisms, and learns own-report payments", async () => {
    const env = environment(instance);
    const mixed = await new ExploreThenCommit(env, {
      ...options,
      T: 2 ** 18,
      repair: "mix",
      margin: 0.3,
      strictMargin: 0.05,
    }).run(new Random(1));
    expect(isIncentiveCompatible(instance, mixed.committed).ok).toBe(true);
    const own = await new ExploreThenCommit(env, { ...options, T: 2 ** 18, payments: "own", margin: 0.1 }).run(
      new Random(1),
    );
    expect(own.loss).toBeGreaterThan(0.06 - 1e-9);
    expect(own.loss).toBeLessThan(0.12);
  });

  it("refuses what it cannot do", () => {
    const env = environment(instance);
    const make = (change: object) => () => new ExploreThenCommit(env, { ...options, ...change });
    expect(make({ T: 0 })).toThrow(/0 rounds/);
    expect(make({ strict: [] })).toThrow(/0 strict mechanisms for 4 profiles/);
    expect(make({ exploration: 3 })).toThrow(/3 rounds of exploration for 4 profiles/);
    expect(make({ margin: -1 })).toThrow(/margin of -1/);
    expect(make({ repair: "mix" })).toThrow(/margin of the strict mechanisms/);
  });
});
