import { describe, expect, it } from "vitest";
import { memoryFile } from "../../../kit/files.ts";
import { Random } from "../../../kit/random.ts";
import { openSafetensors, readTree, treeToSafetensors } from "../../../kit/safetensors.ts";
import { openCheckpoint } from "../checkpoints/checkpoint.ts";
import { adaptersToSafetensors, type NamedAdapter, readAdapters } from "./adapter-file.ts";
import { mergeAdapter } from "./merge-adapter.ts";
import { MosAdapter } from "./mos-adapter.ts";
import { type MosOptions, mosConfig } from "./mos-config.ts";

const random = new Random(3);

function trained(options: Partial<MosOptions> = {}): MosAdapter {
  const adapter = new MosAdapter(
    mosConfig({ layers: 2, inDim: 6, outDim: 4, rank: 3, equivalentRank: 2, shardsPerVector: 2, seed: 4, ...options }),
  );
  for (const { data } of Object.values(adapter.params)) for (let i = 0; i < data.length; i++) data[i] = random.normal();
  return adapter;
}

const named = (adapter: MosAdapter, layout: NamedAdapter["layout"] = "out-in"): NamedAdapter => ({
  adapter,
  tensors: ["a.weight", "b.weight"],
  layout,
});
const open = async (bytes: Uint8Array) => openSafetensors(memoryFile("adapter.safetensors", bytes));

describe("adapter files", () => {
  it.each([
    ["with tables", {}, {}],
    ["without tables: they are drawn again", {}, { tables: false }],
    ["with one table for both factors", { dissociate: false }, {}],
  ])("come back as they were, %s", async (_, change, how) => {
    const adapter = trained(change);
    const [back] = await readAdapters(await open(await adaptersToSafetensors([named(adapter)], how)));
    expect(back).toEqual(named(adapter));
    for (let k = 0; k < 2; k++) expect(back?.adapter.delta(k)).toEqual(adapter.delta(k));
  });

  it("keep half precision as near as it allows", async () => {
    const adapter = trained();
    const bytes = await adaptersToSafetensors([named(adapter), named(adapter, "in-out")], { dtype: "F16" });
    const [first, second] = await readAdapters(await open(bytes));
    expect(second?.layout).toBe("in-out");
    for (const [i, value] of adapter.poolA.entries()) expect(first?.adapter.poolA[i]).toBeCloseTo(value, 2);
  });

  const damaged = async (change: (adapters: { config: Record<string, unknown>; tensors: string[] }[]) => void) => {
    const good = await open(await adaptersToSafetensors([named(trained())]));
    const adapters = JSON.parse(good.metadata.adapters ?? "");
    change(adapters);
    return { ...good, metadata: { ...good.metadata, adapters: JSON.stringify(adapters) } };
  };
  it("are refused when their parts do not fit", async () => {
    const stranger = await open(treeToSafetensors({ w: { data: Float32Array.of(1), shape: [1] } }));
    await expect(readAdapters(stranger)).rejects.toThrow(/not an adapter of shards/);
    const good = await open(await adaptersToSafetensors([named(trained())]));
    await expect(readAdapters({ ...good, metadata: { ...good.metadata, adapters: "{" } })).rejects.toThrow(/not JSON/);
    await expect(readAdapters(await damaged((a) => void (a[0] as (typeof a)[0]).tensors.pop()))).rejects.toThrow(
      /names 1 tensors for 2 layers/,
    );
    const set = (key: string, value: unknown) =>
      damaged((a) => void Object.assign(a[0]?.config ?? {}, { [key]: value }));
    await expect(readAdapters(await set("privateRank", 5))).rejects.toThrow(/adapter 0: privateRank is 5/);
    await expect(readAdapters(await set("layers", "two"))).rejects.toThrow(/adapters\.0\.config\.layers/);
    await expect(readAdapters(await set("equivalentRank", 3))).rejects.toThrow(/"0\.poolA".*\[8,3\].*\[12,3\]/);
    await expect(readAdapters(await set("rank", 2))).rejects.toThrow(/"0\.indexA".*I32 \[2,3,2\] and I32 \[2,2,2\]/);
  });

  it("are refused when an index points past the pool", async () => {
    const adapter = trained();
    (adapter.indexA[1] as Int32Array)[2] = 99;
    const bytes = await adaptersToSafetensors([named(adapter)]);
    await expect(readAdapters(await open(bytes))).rejects.toThrow(
      /"0\.indexA": element 8 is 99 and there are 8 shards/,
    );
  });
});

describe("merging an adapter into a checkpoint", () => {
  const tensor = (...shape: number[]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return { data: Float32Array.from({ length: size }, () => random.normal()), shape };
  };
  it.each(["out-in", "in-out"] as const)("adds the updates (%s) and leaves the rest", async (layout) => {
    const adapter = trained({ alpha: 5 });
    const shape = layout === "out-in" ? [4, 6] : [6, 4];
    const tree = { bias: tensor(4), "b.weight": tensor(...shape), "a.weight": tensor(...shape) };
    const base = await openCheckpoint([memoryFile("base.safetensors", treeToSafetensors(tree))], "base");
    const chunks: Uint8Array[] = [];
    const output = {
      write: async (data: string | Uint8Array) => void chunks.push((data as Uint8Array).slice()),
      close: async () => {},
    };
    expect(await mergeAdapter(base, [named(adapter, layout)], async () => output)).toBe(48);
    const bytes = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
    const merged = await readTree(await open(bytes));
    expect(merged.bias).toEqual(tree.bias);
    const expected = adapter.mergeInto([tree["a.weight"].data, tree["b.weight"].data], layout);
    for (const [k, name] of ["a.weight", "b.weight"].entries()) {
      for (const [i, value] of (expected[k] ?? []).entries()) expect(merged[name]?.data[i]).toBeCloseTo(value, 6);
    }
  });

  it("refuses a base without the tensors, or of another shape", async () => {
    const adapter = named(trained());
    const checkpoint = async (tree: Parameters<typeof treeToSafetensors>[0]) =>
      openCheckpoint([memoryFile("base.safetensors", treeToSafetensors(tree))], "base");
    const never = async () => {
      throw new Error("nothing is written");
    };
    await expect(mergeAdapter(await checkpoint({ x: tensor(1) }), [adapter], never)).rejects.toThrow(
      /base\.safetensors: there is no tensor "a\.weight"/,
    );
    const other = await checkpoint({ "a.weight": tensor(6, 4), "b.weight": tensor(4, 6) });
    await expect(mergeAdapter(other, [adapter], never)).rejects.toThrow(/"a\.weight": it is F32 \[6,4\].*\[4,6\]/);
  });
});
