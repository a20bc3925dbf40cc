import type { Random } from "../../../kit/random.ts";
import type { Instance } from "./instance.ts";
import type { Mechanism } from "./mechanism.ts";

const fairCoins = Float64Array.of(0.25, 0.25, 0.25, 0.25);
/** Two states, two actions: name the state. */
const guess = [
  [1, 0],
  [0, 1],
];
const two = { prior: [0.5, 0.5], efforts: [2, 2], signals: [2, 2], utility: guess };

/**
 * Audits: a hidden noise Z is 1 with probability `noise`. Agent 1 at work reports θ ⊕ Z; agent 2, the auditor, at work reports
 * Z, which says nothing about θ and everything about whether agent 1 has worked. Who shirks reports a fair coin.
 */
export function auditInstance(costs: readonly [number, number], noise = 0.3): Instance {
  return {
    ...two,
    costs: costs.map((c) => [0, c]),
    psi([first, second], theta) {
      const law = new Float64Array(4);
      for (const z of [0, 1]) {
        const weight = z === 1 ? noise : 1 - noise;
        for (const s1 of [0, 1]) {
          for (const s2 of [0, 1]) {
            const p1 = first === 1 ? Number(s1 === (theta ^ z)) : 0.5;
            const p2 = second === 1 ? Number(s2 === z) : 0.5;
            law[2 * s1 + s2] = (law[2 * s1 + s2] ?? 0) + weight * p1 * p2;
          }
        }
      }
      return law;
    },
  };
}

/** Duplicates: at work both agents report the same θ ⊕ Z, Z = 1 with probability `noise`; who shirks reports a fair coin. */
export function duplicateInstance(costs: readonly [number, number], noise = 0.3): Instance {
  return {
    ...two,
    costs: costs.map((c) => [0, c]),
    psi([first, second], theta) {
      if (first === 0 && second === 0) return fairCoins;
      const law = new Float64Array(4);
      for (const said of [0, 1]) {
        const weight = said === theta ? 1 - noise : noise;
        for (const coin of [0, 1]) {
          const at = 2 * (first === 1 ? said : coin) + (second === 1 ? said : coin);
          law[at] = (law[at] ?? 0) + weight / 2;
        }
      }
      return law;
    },
  };
}

/** Independent experts: at work agent i names the state with probability `accuracy[i]`, whatever the other says. */
export function independentInstance(costs: readonly [number, number], accuracy: readonly [number, number]): Instance {
  return {
    ...two,
    costs: costs.map((c) => [0, c]),
    psi(b, theta) {
      const right = accuracy.map((q, i) => (b[i] === 1 ? q : 0.5));
      return Float64Array.from({ length: 4 }, (_, at) =>
        [at >> 1, at & 1].reduce((p, s, i) => p * (s === theta ? (right[i] ?? 0) : 1 - (right[i] ?? 0)), 1),
      );
    },
  };
}

/** Two agents, two efforts, two signals, two states; every ψ_b(·|θ) Dirichlet(1), costs uniform up to `mostCost`. */
export function randomInstance(random: Random, mostCost = 0.1): Instance {
  const laws = Array.from({ length: 8 }, () => random.dirichlet([1, 1, 1, 1]));
  const costs = [0, 1].map(() => [0, random.uniform(0, mostCost)]);
  return { ...two, costs, psi: ([b1 = 0, b2 = 0], theta) => laws[4 * b1 + 2 * b2 + theta] ?? [] };
}

/**
 * As `randomInstance`, but only work informs: at work the two signals follow a Dirichlet(½) law given the state, and the signal
 * of an agent who shirks is replaced by a fair coin.
 */
export function randomWorkInstance(random: Random, mostCost = 0.1): Instance {
  const laws = [0, 1].map(() => random.dirichlet([0.5, 0.5, 0.5, 0.5]));
  const costs = [0, 1].map(() => [0, random.uniform(0, mostCost)]);
  return {
    ...two,
    costs,
    psi([first, second], theta) {
      const [p00 = 0, p01 = 0, p10 = 0, p11 = 0] = laws[theta] ?? [];
      if (first === 1 && second === 1) return [p00, p01, p10, p11];
      const ones = [first === 1 ? p10 + p11 : 0.5, second === 1 ? p01 + p11 : 0.5];
      return Float64Array.from({ length: 4 }, (_, at) =>
        [at >> 1, at & 1].reduce((p, s, i) => p * (s === 1 ? (ones[i] ?? 0) : 1 - (ones[i] ?? 0)), 1),
      );
    },
  };
}

/** Two agents whose signals depend on their own effort and the state alone: random laws at work, a fair coin otherwise. */
export function randomIndependentInstance(random: Random, mostCost = 0.1): Instance {
  const ones = Array.from({ length: 4 }, () => random.float());
  const costs = [0, 1].map(() => [0, random.uniform(0, mostCost)]);
  return {
    ...two,
    costs,
    psi: (b, theta) =>
      Float64Array.from({ length: 4 }, (_, at) =>
        [at >> 1, at & 1].reduce((p, s, i) => {
          const one = b[i] === 1 ? (ones[2 * i + theta] ?? 0) : 0.5;
          return p * (s === 1 ? one : 1 - one);
        }, 1),
      ),
  };
}

/**
 * Strict mechanisms of an instance whose working agents lean towards the state, one an effort profile: agent i told to work is
 * paid `bonus[i]` when the report equals the state, and who is told to rest is paid nothing. The first working agent's report
 * decides.
 */
export function strictMechanisms(bonus: readonly [number, number]): Mechanism[] {
  return [0, 1, 2, 3].map((profile) => {
    const works = [profile >> 1, profile & 1];
    const mu = Float64Array.from({ length: 4 }, (_, b) => Number(b === profile));
    const pay = bonus.map((paid, i) => {
      const gamma = new Float64Array(32);
      for (let s = 0; s < 4; s++) {
        const said = i === 0 ? s >> 1 : s & 1;
        if (works[i] === 1) gamma[(profile * 4 + s) * 2 + said] = paid;
      }
      return gamma;
    });
    const rule = Int32Array.from({ length: 16 }, (_, at) => (works[0] ? (at >> 1) & 1 : works[1] ? at & 1 : 0));
    return { mu, pay, rule };
  });
}
