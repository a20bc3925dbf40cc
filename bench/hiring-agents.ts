import { Random } from "../src/kit/random.ts";
import { explicitOptimum } from "../src/papers/ranking-and-rewards/hiring-agents/referee.ts";
import {
  bestDeterministic,
  bestResponse,
  type HiringInstance,
  optimalMechanism,
  worstDeviation,
} from "../src/papers/ranking-and-rewards/index.ts";
import type { Bench } from "./bench.ts";

/** `n` agents with two efforts and `signals` signals each, two states, random laws. */
function drawn(n: number, signals: number): HiringInstance {
  const random = new Random(1);
  const laws = new Map<string, number[]>();
  const uniform = new Array<number>(signals ** n).fill(1);
  return {
    prior: [0.5, 0.5],
    efforts: new Array<number>(n).fill(2),
    signals: new Array<number>(n).fill(signals),
    costs: Array.from({ length: n }, () => [0, random.uniform(0, 0.1)]),
    utility: [
      [1, 0],
      [0, 1],
    ],
    psi(b, theta) {
      const key = `${b.join(",")}|${theta}`;
      const law = laws.get(key) ?? random.dirichlet(uniform);
      laws.set(key, law);
      return law;
    },
  };
}

/** One row a signal in place of one a report map; fixed profiles one by one; best responses against enumeration. */
export default async function bench(report: Bench): Promise<void> {
  for (const [n, signals] of [
    [2, 2],
    [2, 3],
    [2, 4],
    [3, 3],
  ] as const) {
    const instance = drawn(n, signals);
    const mechanism = await optimalMechanism(instance, { maxPay: 5 });
    await report.compare(
      `${n} agents, two efforts, ${signals} signals, two states`,
      {
        "optimal mechanism": () => optimalMechanism(instance, { maxPay: 5 }),
        "the same with every report map written out": () => explicitOptimum(instance, 5),
        "every fixed profile in turn": () => bestDeterministic(instance, { maxPay: 5 }),
      },
      { rounds: 5 },
    );
    await report.compare("checking a mechanism", {
      "best responses": () => instance.efforts.map((_, i) => bestResponse(instance, mechanism, i)),
      "every deviation enumerated": () => worstDeviation(instance, mechanism),
    });
  }
  const large = drawn(4, 3);
  await report.compare(
    "4 agents, two efforts, 3 signals, two states",
    {
      "optimal mechanism": () => optimalMechanism(large, { maxPay: 5 }),
    },
    { rounds: 2 },
  );
  report.skipped("the authors' code", "there is none");
}
