import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filledTree, type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import type { LowRankAdapter } from "./low-rank-adapter.ts";
import { MosAdapter } from "./mos-adapter.ts";
import { type MosOptions, mosConfig } from "./mos-config.ts";
import { lora, proLora, pureSharing, tiedLora, vera } from "./rival-adapters.ts";
import { logRoutingChoices, shardCounts } from "./routing.ts";

const small: MosOptions = {
  layers: 4,
  inDim: 8,
  outDim: 12,
  rank: 5,
  equivalentRank: 3,
  shardsPerVector: 4,
  privateRank: 1,
  seed: 7,
};

/** Rank of a small matrix by Gaussian elimination with full pivoting; entries below 1e-4 of the largest count as 0. */
function matrixRank(values: Float32Array, rows: number, width: number): number {
  const m = Array.from({ length: rows }, (_, r) => Array.from(values.subarray(r * width, (r + 1) * width)));
  const largest = Math.max(...m.flat().map(Math.abs));
  let rank = 0;
  while (rank < Math.min(rows, width)) {
    let [pivot, at, column] = [0, -1, -1];
    for (let r = rank; r < rows; r++) {
      for (let c = 0; c < width; c++) {
        const size = Math.abs(m[r]?.[c] ?? 0);
        if (size > pivot) [pivot, at, column] = [size, r, c];
      }
    }
    if (!(pivot > 1e-4 * largest)) return rank;
    const chosen = m[at] as number[];
    m[at] = m[rank] as number[];
    m[rank] = chosen;
    for (let r = rank + 1; r < rows; r++) {
      const row = m[r] as number[];
      const factor = (row[column] as number) / (chosen[column] as number);
      for (let c = 0; c < width; c++) row[c] = (row[c] as number) - factor * (chosen[c] as number);
      row[column] = 0;
    }
    rank += 1;
  }
  return rank;
}

/** As after training: every parameter anew. */
function shaken<A extends LowRankAdapter>(adapter: A, seed = 1): A {
  const random = new Random(seed);
  for (const { data } of Object.values(adapter.params)) {
    for (let i = 0; i < data.length; i++) data[i] = random.normal(0, 0.5);
  }
  return adapter;
}

const valid = fc
  .record({
    layers: fc.integer({ min: 1, max: 5 }),
    shardsPerVector: fc.constantFrom(1, 2, 4),
    equivalentRank: fc.integer({ min: 1, max: 4 }),
    spare: fc.nat(3),
    more: fc.nat(6),
    dissociate: fc.boolean(),
    seed: fc.nat(1000),
  })
  .map(({ spare, more, equivalentRank, ...rest }): MosOptions => {
    const privateRank = Math.max(0, equivalentRank - spare);
    const rank = privateRank === equivalentRank ? equivalentRank : equivalentRank + more;
    return { ...rest, inDim: 8, outDim: 12, equivalentRank, privateRank, rank };
  });

describe("a mixture of shards", () => {
  it("trains exactly Le(h + o) numbers whatever r, l and p", () => {
    fc.assert(
      fc.property(valid, (options) => {
        const adapter = new MosAdapter(mosConfig(options));
        expect(adapter.trainableCount).toBe(options.layers * options.equivalentRank * (8 + 12));
      }),
    );
  });

  it("concatenates the shards that the tables list", () => {
    const { layers, inDim, outDim } = small;
    const adapter = shaken(new MosAdapter(mosConfig(small)));
    for (let k = 0; k < layers; k++) {
      const { A, B } = adapter.materialize(k);
      for (let i = 0; i < 5; i++) {
        const row = Array.from({ length: 4 }, (_, j) => {
          const shard = adapter.indexA[k]?.[i * 4 + j] as number;
          return [...adapter.poolA.subarray(shard * 2, shard * 2 + 2)];
        }).flat();
        expect([...A.subarray(i * inDim, (i + 1) * inDim)]).toEqual(row);
        const column = Array.from({ length: 4 }, (_, j) => {
          const shard = adapter.indexB[k]?.[i * 4 + j] as number;
          return [...adapter.poolB.subarray(shard * 3, shard * 3 + 3)];
        }).flat();
        expect(Array.from({ length: outDim }, (_, o) => B[o * 5 + i])).toEqual(column);
      }
    }
  });

  it("uses private shards once each and keeps them apart; public ones without repetition while they last", () => {
    fc.assert(
      fc.property(valid, (options) => {
        const config = mosConfig(options);
        const { publicShards, privateShards } = shardCounts(config);
        const { indexA, indexB } = new MosAdapter(config);
        for (const tables of [indexA, indexB]) {
          const own = tables.map((table) => [...table].filter((shard) => shard >= publicShards));
          expect(own.flat().sort((a, b) => a - b)).toEqual(
            Array.from({ length: config.layers * privateShards }, (_, i) => publicShards + i),
          );
          for (const table of tables) {
            const common = [...table].filter((shard) => shard < publicShards);
            expect(common).toHaveLength((config.rank - config.privateRank) * config.shardsPerVector);
            if (common.length <= publicShards) expect(new Set(common).size).toBe(common.length);
          }
        }
        if (!config.dissociate) expect(indexB).toEqual(indexA);
      }),
    );
    const shared = new MosAdapter(mosConfig(small)).indexA.map((table) => new Set(table));
    expect([...(shared[0] ?? [])].some((shard) => shared[1]?.has(shard))).toBe(true);
  });

  it("draws the same tables for the same seed, other ones for another, and independent ones for A and B", () => {
    const draw = (seed: number) => new MosAdapter(mosConfig({ ...small, seed }));
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3).indexA).not.toEqual(draw(4).indexA);
    expect(draw(3).indexA).not.toEqual(draw(3).indexB);
  });

  it("starts without an effect, A within 1/√h for the whole width", () => {
    const adapter = new MosAdapter(mosConfig({ ...small, inDim: 400 }));
    for (let k = 0; k < 4; k++) expect(adapter.delta(k).every((value) => value === 0)).toBe(true);
    const top = adapter.poolA.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(top).toBeLessThanOrEqual(0.05);
    expect(top).toBeGreaterThan(0.049);
  });

  it("gives every block an update of rank r, and all the same one without subsets", () => {
    const adapter = shaken(new MosAdapter(mosConfig(small)));
    for (let k = 0; k < 4; k++) expect(matrixRank(adapter.delta(k), 12, 8)).toBe(5);
    for (const dissociate of [true, false]) {
      const { rank: _, ...rest } = small;
      const same = shaken(new MosAdapter(mosConfig({ ...rest, privateRank: 0, subset: false, dissociate })));
      expect(same.rank).toBe(12);
      for (let k = 1; k < 4; k++) expect(same.delta(k)).toEqual(same.delta(0));
    }
    const pure = shaken(pureSharing({ layers: 4, inDim: 8, outDim: 12, equivalentRank: 1, seed: 1 }));
    expect(matrixRank(pure.delta(2), 12, 8)).toBe(4);
    expect(pure.delta(3)).toEqual(pure.delta(0));
    const scaled = shaken(
      pureSharing({
        layers: 4,
        inDim: 8,
        outDim: 12,
        equivalentRank: 1,
        seed: 1,
        randomScaling: { mean: 1, sd: 0.5 },
      }),
    );
    expect(scaled.delta(3)).not.toEqual(scaled.delta(0));
    expect(scaled.trainableCount).toBe(pure.trainableCount);
  });

  it("counts a block's choices", () => {
    // N = 4·2·1 = 8 public shards, of which m = 2 are used.
    const config = mosConfig({ ...small, shardsPerVector: 1, rank: 3 });
    expect(Math.exp(logRoutingChoices(config))).toBeCloseTo(28 ** 2, 6);
    expect(Math.exp(logRoutingChoices({ ...config, dissociate: false }))).toBeCloseTo(28, 6);
  });

  it.each<[string, Partial<MosOptions>, RegExp]>([
    ["a width that l does not divide", { inDim: 10 }, /inDim 10 cannot be cut into 4 shards.*1, 2, 5/],
    ["p above e", { privateRank: 4 }, /privateRank is 4 and the budget equivalentRank is only 3/],
    ["p above r", { privateRank: 3, rank: 2 }, /privateRank is 3 and the rank only 2/],
    ["e of 0", { equivalentRank: 0 }, /equivalentRank is 0/],
    ["no public shards for public rows", { privateRank: 3 }, /all shards are private/],
    ["more rows than shards", { rank: 20, repeats: "never" }, /rank is 20; without repetition.*9 rows/],
    ["a rank beside no subsets", { subset: false }, /rank is 5; without subsets every block uses all 9 rows/],
    ["half a layer", { layers: 1.5 }, /layers is 1\.5/],
  ])("refuses %s", (_, change, message) => {
    expect(() => mosConfig({ ...small, ...change })).toThrow(message);
  });

  it("refuses a layer that is not there", () => {
    expect(() => new MosAdapter(mosConfig(small)).delta(4)).toThrow("there is no layer 4; the layers are 0 to 3");
    expect(() => new MosAdapter(mosConfig(small)).mergeInto([])).toThrow(/0 weight matrices.*4 layers/);
  });
});

const type = { layers: 3, inDim: 8, outDim: 6 };
const everyKind: Record<string, (seed: number) => LowRankAdapter> = {
  MoS: (seed) => new MosAdapter(mosConfig({ ...type, rank: 4, equivalentRank: 2, shardsPerVector: 2, alpha: 6, seed })),
  "MoS with repetition": (seed) =>
    new MosAdapter(mosConfig({ ...type, rank: 9, equivalentRank: 2, shardsPerVector: 2, dissociate: false, seed })),
  LoRA: (seed) => lora({ ...type, equivalentRank: 2, alpha: 3, seed }),
  "pure sharing": (seed) => pureSharing({ ...type, equivalentRank: 2, seed }),
  "pure sharing, scaled": (seed) =>
    pureSharing({ ...type, equivalentRank: 2, seed, randomScaling: { mean: 1, sd: 1 } }),
  "Tied-LoRA": (seed) => tiedLora({ ...type, equivalentRank: 2, seed }),
  VeRA: (seed) => vera({ ...type, equivalentRank: 2, seed }),
  PRoLoRA: (seed) => proLora({ ...type, equivalentRank: 2, seed }),
};

describe.each(Object.entries(everyKind))("%s as a low-rank adapter", (_, make) => {
  const random = new Random(5);
  const adapter = shaken(make(3));
  const budget = 3 * 2 * (8 + 6);

  it("stays within the budget and starts at 0", () => {
    expect(adapter.trainableCount).toBeLessThanOrEqual(budget);
    expect(adapter.trainableCount).toBeGreaterThan(0.8 * budget);
    expect(make(3).delta(1)).toEqual(new Float32Array(48));
  });

  it("merges into the weights: (W + sBA)x is what the adapter adds", () => {
    const base = Float32Array.from({ length: 48 }, () => random.normal());
    const x = Float32Array.from({ length: 8 }, () => random.normal());
    for (const layout of ["out-in", "in-out"] as const) {
      const merged = adapter.mergeInto([base, base, base], layout);
      for (let k = 0; k < 3; k++) {
        const added = adapter.forward(k, x);
        const { A, B } = adapter.materialize(k);
        for (let o = 0; o < 6; o++) {
          const at = (i: number): number => (layout === "out-in" ? o * 8 + i : i * 6 + o);
          const times = (w: Float32Array | undefined): number =>
            x.reduce((sum, value, i) => sum + value * (w?.[at(i)] as number), 0);
          expect(times(merged[k]) - times(base)).toBeCloseTo(added[o] as number, 4);
          let plain = 0;
          for (let r = 0; r < adapter.rank; r++) {
            for (let i = 0; i < 8; i++) {
              plain += (B[o * adapter.rank + r] as number) * (A[r * 8 + i] as number) * (x[i] as number);
            }
          }
          expect(added[o]).toBeCloseTo(adapter.scale * plain, 4);
        }
      }
    }
  });

  it("sends gradients back as finite differences say", () => {
    const slope = Float32Array.from({ length: 48 }, () => random.normal());
    for (const layout of ["out-in", "in-out"] as const) {
      // The loss is the inner product of every block's update with one fixed matrix.
      const lossOf = (): number => {
        let total = 0;
        for (let k = 0; k < 3; k++) {
          const update = adapter.delta(k, layout);
          for (let i = 0; i < 48; i++) total += (k + 1) * (update[i] as number) * (slope[i] as number);
        }
        return total;
      };
      const gradient: ParamTree = filledTree(adapter.params);
      for (let k = 0; k < 3; k++) {
        adapter.addGradient(
          k,
          slope.map((value) => (k + 1) * value),
          gradient,
          layout,
        );
      }
      for (const [name, { data }] of Object.entries(adapter.params)) {
        for (let i = 0; i < data.length; i += 3) {
          const kept = data[i] as number;
          const step = 0.25; // an update is linear in every single parameter, so a wide step is exact
          data[i] = kept + step;
          const above = lossOf();
          data[i] = kept - step;
          const below = lossOf();
          data[i] = kept;
          const expected = (above - below) / (2 * step);
          const found = tensorOf(gradient, name).data[i] as number;
          expect(Math.abs(found - expected)).toBeLessThan(2e-3 * (1 + Math.abs(expected)));
        }
      }
    }
  });
});

describe("the gradient of a pool", () => {
  it("is the sum over all uses of a shard, and exactly 0 for a shard that nobody uses", () => {
    const config = mosConfig({ ...small, rank: 2, layers: 2, equivalentRank: 3 });
    const adapter = shaken(new MosAdapter(config));
    const gradient = filledTree(adapter.params);
    const ones = { down: new Float32Array(2 * 8).fill(1), up: new Float32Array(2 * 12).fill(1) };
    for (let k = 0; k < 2; k++) adapter.scatter(k, { down: ones.down.slice(), up: ones.up.slice() }, gradient);
    const uses = new Array<number>(24).fill(0);
    for (const table of adapter.indexA) for (const shard of table) uses[shard] = (uses[shard] as number) + 1;
    expect([...tensorOf(gradient, "poolA").data]).toEqual(uses.flatMap((count) => [count, count]));
    expect(uses).toContain(0);
  });
});
