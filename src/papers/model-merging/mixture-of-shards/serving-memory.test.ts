import { describe, expect, it } from "vitest";
import { MosAdapter } from "./mos-adapter.ts";
import { mosConfig } from "./mos-config.ts";
import { vera } from "./rival-adapters.ts";
import { adapterParameters, indexEntries, llama2Layers, servingMemory } from "./serving-memory.ts";

describe("memory of adapters", () => {
  it("gives the budgets that the paper prints for LLaMA2-7B", () => {
    expect(adapterParameters(llama2Layers, 1)).toBe(2_498_560);
    expect((adapterParameters(llama2Layers, 2) / 1e6).toFixed(2)).toBe("5.00");
    expect((adapterParameters(llama2Layers, 8) / 1e6).toFixed(2)).toBe("19.99");
    expect((adapterParameters(llama2Layers, 64) / 1e6).toFixed(2)).toBe("159.91");
  });

  it("counts pools, and tables unless they are drawn again from the seed", () => {
    const config = mosConfig({
      layers: 4,
      inDim: 8,
      outDim: 8,
      rank: 6,
      equivalentRank: 2,
      shardsPerVector: 2,
      seed: 1,
    });
    const adapter = new MosAdapter(config);
    expect(adapter.storageBytes("F16", { countIndices: false })).toBe(2 * 4 * 2 * 16);
    expect(adapter.storageBytes("F16")).toBe(2 * 4 * 2 * 16 + 2 * indexEntries(config));
    expect(indexEntries(config)).toBe(2 * 4 * 6 * 2);
    const tied = new MosAdapter({ ...config, dissociate: false });
    expect(tied.storageBytes("F32")).toBe(4 * 4 * 2 * 16 + 2 * 4 * 6 * 2);
    const frozen = vera({ layers: 4, inDim: 8, outDim: 8, equivalentRank: 2, seed: 1 });
    expect(frozen.storageBytes("F32")).toBe(4 * (frozen.trainableCount + frozen.rank * 16));
  });

  it("adds one adapter a user to the base", () => {
    const memory = servingMemory({ users: 1000, base: 7e9, adapter: { parameters: 20e6 }, dtype: "BF16" });
    expect(memory).toEqual({ baseBytes: 14e9, bytesPerUser: 40e6, totalBytes: 54e9, adapterShare: 40 / 54 });
    expect(servingMemory({ users: 3, base: 0, adapter: { bytes: 5 }, dtype: "F32" }).totalBytes).toBe(15);
    expect(() => servingMemory({ users: -1, base: 1, adapter: { bytes: 5 }, dtype: "F32" })).toThrow(/users is -1/);
  });
});
