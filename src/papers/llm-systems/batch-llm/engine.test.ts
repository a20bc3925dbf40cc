import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { a100With8B } from "../roofline.ts";
import { collapsePrefixes } from "./collapse.ts";
import { type Policy, simulateEngine } from "./engine.ts";
import { PrefixTree, type Request } from "./prefix-tree.ts";

const policy: Policy = {
  order: "plan",
  cache: "explicit",
  maxSeqs: 16,
  tokenBudget: 64,
  memoryCentric: true,
  sharedKernel: true,
};
const policies: Policy[] = (["arrival", "sorted", "longest-match"] as const)
  .map((order): Policy => ({ ...policy, order, cache: "lru", memoryCentric: false, sharedKernel: false }))
  .concat([
    { ...policy, order: "arrival", cache: "none" },
    policy,
    { ...policy, order: "plan-reverse", sharedKernel: false },
  ]);

function batch(seed: number, size: number): Request[] {
  const random = new Random(seed);
  const prefixes = Array.from({ length: 5 }, () => Array.from({ length: random.int(0, 60) }, () => random.int(0, 9)));
  return Array.from({ length: size }, (_, i) => ({
    id: `${i}`,
    tokens: [...random.choice(prefixes), ...Array.from({ length: random.int(1, 30) }, () => random.int(0, 9))],
    outLen: random.int(1, 20),
  }));
}

const total = (requests: Request[]) => requests.reduce((sum, r) => sum + r.tokens.length, 0);

describe("simulateEngine", () => {
  it("conserves tokens and memory under every policy", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), fc.constantFrom(...policies), (seed, size, chosen) => {
        const requests = batch(seed, size);
        const hardware = { ...a100With8B, kvCapacity: 320 };
        const result = simulateEngine(requests, chosen, { hardware, blockSize: 4 });
        expect(result.prefillComputed + result.prefillSaved).toBe(total(requests));
        expect(result.emitted).toBe(requests.reduce((sum, r) => sum + r.outLen, 0));
        expect(result.peakKv).toBeLessThanOrEqual(320);
        expect(result.finalKv).toBe(0);
        expect(result.iterations).toBe(result.tokensPerIter.length);
      }),
    );
  });

  it("computes every explicit prefix exactly once", () => {
    const requests = batch(3, 40);
    const saved = collapsePrefixes(new PrefixTree(requests, { blockSize: 4 })).savedTokens;
    const result = simulateEngine(requests, policy, { blockSize: 4 });
    const whole = requests.length; // a prompt that is its whole prefix recomputes one token
    expect(result.prefillSaved).toBeLessThanOrEqual(saved);
    expect(result.prefillSaved).toBeGreaterThan(saved - whole);
  });

  it("saves with an unbounded LRU what explicit groups save, in the same order and with one level of sharing", () => {
    const requests = Array.from({ length: 30 }, (_, i) => ({
      id: `${i}`,
      tokens: [...new Array<number>(32).fill(i % 3), 100 + i, 7, 7],
      outLen: 5,
    }));
    const explicit = simulateEngine(requests, policy, { blockSize: 4 });
    const lru = simulateEngine(requests, { ...policy, cache: "lru", sharedKernel: false }, { blockSize: 4 });
    expect(lru.prefillSaved).toBe(explicit.prefillSaved);
    expect(explicit.prefillSaved).toBe(27 * 32);
  });

  it("halves the time when arithmetic and bandwidth double and nothing else costs", () => {
    const requests = batch(5, 20);
    const slow = { ...a100With8B, overheadSeconds: 0 };
    const fast = { ...slow, peakFlops: 2 * slow.peakFlops, bandwidth: 2 * slow.bandwidth };
    const ratio =
      simulateEngine(requests, policy, { hardware: slow }).seconds /
      simulateEngine(requests, policy, { hardware: fast }).seconds;
    expect(ratio).toBeCloseTo(2, 12);
  });

  it("reads a shared prefix once an iteration with the shared kernel", () => {
    const requests = batch(6, 40);
    const hardware = { ...a100With8B, bandwidth: 1e9 };
    const shared = simulateEngine(requests, policy, { hardware, blockSize: 4 });
    const apart = simulateEngine(requests, { ...policy, sharedKernel: false }, { hardware, blockSize: 4 });
    expect(shared.seconds).toBeLessThan(apart.seconds);
    expect(shared.iterations).toBe(apart.iterations);
  });

  it("names a request that can never fit, and refuses caps below one", () => {
    const requests = batch(7, 3);
    expect(() => simulateEngine(requests, policy, { hardware: { ...a100With8B, kvCapacity: 10 } })).toThrow(
      /request "\d" needs/,
    );
    expect(() => simulateEngine(requests, { ...policy, tokenBudget: 0 })).toThrow(/at least 1/);
  });

  it("runs a group larger than the memory, one member after another", () => {
    const requests = Array.from({ length: 50 }, (_, i) => ({
      id: `${i}`,
      tokens: [...new Array<number>(64).fill(1), i],
      outLen: 30,
    }));
    const result = simulateEngine(requests, policy, { hardware: { ...a100With8B, kvCapacity: 200 }, blockSize: 4 });
    expect(result.emitted).toBe(1500);
    expect(result.peakKv).toBeLessThanOrEqual(200);
  });
});
