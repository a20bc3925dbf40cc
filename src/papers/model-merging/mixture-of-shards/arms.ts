import type { LayerType, LowRankAdapter } from "./low-rank-adapter.ts";
import { MosAdapter } from "./mos-adapter.ts";
import { mosConfig } from "./mos-config.ts";
import { lora, proLora, pureSharing, tiedLora, vera } from "./rival-adapters.ts";

/** What of a mixture of shards is chosen beside its rank. */
export interface MosSpec {
  kind: "mos";
  budget: number;
  /** Rank r; with all shards in every block it follows from the rest. */
  rank: number;
  shards: number;
  privateRank: number;
  subset: boolean;
  dissociate: boolean;
}

/** One adapter of the comparison as plain data, without the layers it is for. */
export type ArmSpec =
  | MosSpec
  | { kind: "lora" | "pure" | "scaled" | "tied" | "vera" | "proLora"; budget: number }
  | { kind: "none" };

/** Builds the adapter of a spec; `none` is the frozen network as it is. */
export function buildArm(spec: ArmSpec, type: LayerType, seed: number): LowRankAdapter | undefined {
  if (spec.kind === "none") return undefined;
  const options = { ...type, equivalentRank: spec.budget, seed };
  switch (spec.kind) {
    case "mos": {
      const { rank, shards: shardsPerVector, privateRank, subset, dissociate } = spec;
      const rest = { shardsPerVector, privateRank, subset, dissociate };
      return new MosAdapter(mosConfig({ ...options, ...rest, ...(subset ? { rank } : {}) }));
    }
    case "lora":
      return lora(options);
    case "pure":
      return pureSharing(options);
    case "scaled":
      return pureSharing({ ...options, randomScaling: { mean: 0, sd: 1 } });
    case "tied":
      return tiedLora(options);
    case "vera":
      return vera(options);
    case "proLora":
      return proLora(options);
  }
}

/** Which of the four measures is taken away from MoS: the claim has to fall without them. */
export const ablations = ["none", "privatization", "dissociation", "sharding", "subset", "all"] as const;
export type Ablation = (typeof ablations)[number];

/** MoS without one of its measures; without all of them it is pure sharing. */
export function without(measure: Ablation, spec: MosSpec): ArmSpec {
  switch (measure) {
    case "none":
      return spec;
    case "privatization":
      return { ...spec, privateRank: 0 };
    case "dissociation":
      return { ...spec, dissociate: false };
    case "sharding":
      return { ...spec, shards: 1 };
    case "subset":
      return { ...spec, subset: false };
    case "all":
      return { kind: "pure", budget: spec.budget };
  }
}

/** The settings that MoS is tuned over at a budget: rank, pieces a vector; one private rank where the budget allows it. */
export function mosCandidates(budget: number, ranks: readonly number[], pieces: readonly number[]): MosSpec[] {
  const privateRank = budget > 1 ? 1 : 0;
  return ranks.flatMap((factor) =>
    pieces.map(
      (shards): MosSpec => ({
        kind: "mos",
        budget,
        rank: factor * budget,
        shards,
        privateRank,
        subset: true,
        dissociate: true,
      }),
    ),
  );
}
