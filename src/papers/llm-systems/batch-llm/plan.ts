import { type CollapseMethod, collapsePrefixes, type PrefixGroup } from "./collapse.ts";
import { PrefixTree, type Request } from "./prefix-tree.ts";

export type GroupOrder = "decode-ratio" | "arrival" | "reverse";

/**
 * $R = \sum_i d_i / (\ell + \sum_i (|x_i| - \ell))$: output tokens over the prefill tokens that are really computed, for a
 * group with prefix ℓ.
 */
export function decodeRatio(group: PrefixGroup, requests: readonly Request[]): number {
  let decode = 0;
  let prefill = group.prefixLength;
  for (const index of group.members) {
    const request = requests[index] as Request; // members index the requests
    decode += request.outLen;
    prefill += request.tokens.length - group.prefixLength;
  }
  return decode / Math.max(1, prefill);
}

/**
 * Orders the groups: those with much to decode first (`decode-ratio`), so that their decoding rides along with the prefill
 * of later groups; inside a group long answers first (our choice). `arrival` keeps the order of first members.
 */
export function orderGroups(
  groups: readonly PrefixGroup[],
  requests: readonly Request[],
  rule: GroupOrder = "decode-ratio",
) {
  const arrival = (group: PrefixGroup): number =>
    group.members.reduce((least, index) => Math.min(least, index), Infinity);
  if (rule === "arrival") return [...groups].sort((a, b) => arrival(a) - arrival(b));
  const sign = rule === "decode-ratio" ? -1 : 1;
  const keyed = groups.map((group) => ({ group, ratio: decodeRatio(group, requests), first: arrival(group) }));
  keyed.sort((a, b) => sign * (a.ratio - b.ratio) || a.first - b.first);
  const length = (index: number): number => requests[index]?.outLen ?? 0;
  return keyed.map(({ group }) => ({
    ...group,
    members: [...group.members].sort((a, b) => length(b) - length(a) || a - b),
  }));
}

export interface Plan {
  /** Request ids in the order in which to run them; every group is contiguous. */
  order: string[];
  groups: PrefixGroup[];
  savedTokens: number;
  savingRatio: number;
  /** What sharing at all levels would save. */
  multiLevelSaved: number;
  totalTokens: number;
}

export interface PlanOptions {
  /** Tokens an engine reuses at a time; 16 in most. */
  blockSize?: number;
  collapse?: CollapseMethod;
  order?: GroupOrder;
}

/** The whole planner: trie, one shared prefix a request, order. Planning needs no engine and is exact in its token counts. */
export function planBatch(
  requests: readonly Request[],
  { blockSize = 16, collapse = "exact", order = "decode-ratio" }: PlanOptions = {},
): Plan {
  const tree = new PrefixTree(requests, { blockSize });
  const { groups, savedTokens, savingRatio } = collapsePrefixes(tree, collapse);
  const ordered = orderGroups(groups, requests, order);
  return {
    order: ordered.flatMap((group) => group.members.map((index) => (requests[index] as Request).id)),
    groups: ordered,
    savedTokens,
    savingRatio,
    multiLevelSaved: tree.multiLevelSaved(),
    totalTokens: tree.totalTokens,
  };
}
