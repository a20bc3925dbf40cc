import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { collapsePrefixes } from "./collapse.ts";
import { decodeRatio, orderGroups, planBatch } from "./plan.ts";
import { PrefixTree, type Request } from "./prefix-tree.ts";
import { wordTokens } from "./word-tokens.ts";

const batch = (...prompts: number[][]): Request[] =>
  prompts.map((tokens, i) => ({ id: `r${i}`, tokens, outLen: 1 + (i % 3) }));

/** Few letters, so that prefixes are shared at several levels. */
const prompts = (most: number) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: most });

function commonPrefix(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}

/** Best saving over every partition of the requests into groups, each sharing its longest common prefix. */
function bruteForce(requests: Request[]): number {
  let best = 0;
  const assign = (index: number, groups: Request[][]): void => {
    if (index === requests.length) {
      let saved = 0;
      for (const group of groups) {
        const shared = group.reduce(
          (least, r) => Math.min(least, commonPrefix(r.tokens, group[0]?.tokens ?? [])),
          Infinity,
        );
        saved += (group.length - 1) * shared;
      }
      best = Math.max(best, saved);
      return;
    }
    const request = requests[index] as Request;
    for (const [g, group] of groups.entries()) {
      assign(
        index + 1,
        groups.map((other, k) => (k === g ? [...group, request] : other)),
      );
    }
    assign(index + 1, [...groups, [request]]);
  };
  assign(0, []);
  return best;
}

describe("PrefixTree", () => {
  it("counts the tokens of the trie: all minus distinct prefixes", () => {
    fc.assert(
      fc.property(prompts(8), (list) => {
        const distinct = new Set(list.flatMap((tokens) => tokens.map((_, i) => tokens.slice(0, i + 1).join())));
        const tree = new PrefixTree(batch(...list));
        expect(tree.tokensInTree).toBe(distinct.size);
        expect(tree.multiLevelSaved()).toBe(list.flat().length - distinct.size);
        expect(tree.root.leaves).toBe(list.length);
      }),
    );
  });

  it("counts leaves at every node", () => {
    fc.assert(
      fc.property(prompts(8), (list) => {
        for (const node of new PrefixTree(batch(...list)).nodes()) {
          const below = [...(node.children?.values() ?? [])].reduce((sum, child) => sum + child.leaves, 0);
          expect(node.leaves).toBe(node.ending.length + below);
          if (node.parent) expect(node.depth).toBeGreaterThan(node.parent.depth);
        }
      }),
    );
  });

  it("uses whole blocks only", () => {
    const shared = Array.from({ length: 20 }, (_, i) => i);
    const tree = new PrefixTree(batch([...shared, 100], [...shared, 101]), { blockSize: 16 });
    expect(tree.multiLevelSaved()).toBe(16);
    expect(collapsePrefixes(tree).savedTokens).toBe(16);
  });

  it.each([
    [
      [
        { id: "a", tokens: [1], outLen: 1 },
        { id: "a", tokens: [2], outLen: 1 },
      ],
      /two requests have the id "a"/,
    ],
    [[{ id: "a", tokens: [], outLen: 1 }], /"a" has an empty prompt/],
    [[{ id: "a", tokens: [1], outLen: 0 }], /asks for 0 output tokens/],
  ])("refuses %j", (requests, message) => {
    expect(() => new PrefixTree(requests)).toThrow(message);
  });
});

describe("collapsePrefixes", () => {
  it("is exact: no partition of up to seven requests saves more", () => {
    fc.assert(
      fc.property(prompts(7), (list) => {
        const requests = batch(...list);
        expect(collapsePrefixes(new PrefixTree(requests)).savedTokens).toBe(bruteForce(requests));
      }),
      { numRuns: 60 },
    );
  });

  it("orders the methods: first level and greedy ≤ exact ≤ every level", () => {
    fc.assert(
      fc.property(prompts(30), fc.integer({ min: 1, max: 3 }), (list, blockSize) => {
        const tree = new PrefixTree(batch(...list), { blockSize });
        const exact = collapsePrefixes(tree, "exact").savedTokens;
        expect(collapsePrefixes(tree, "greedy").savedTokens).toBeLessThanOrEqual(exact);
        expect(collapsePrefixes(tree, "first-level").savedTokens).toBeLessThanOrEqual(exact);
        expect(exact).toBeLessThanOrEqual(tree.multiLevelSaved());
      }),
    );
  });

  it("saves (n − 1)|x| on identical prompts and nothing on disjoint ones", () => {
    const same = new PrefixTree(batch([1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]));
    expect(collapsePrefixes(same).savedTokens).toBe(9);
    const apart = collapsePrefixes(new PrefixTree(batch([1, 9], [2, 9], [3, 9])));
    expect(apart).toMatchObject({ savedTokens: 0, savingRatio: 0 });
    expect(apart.groups.map((g) => g.members.length)).toEqual([1, 1, 1]);
  });

  it("splits a deep group off when that beats the shallow one, by both rules", () => {
    // Two requests share 10 tokens, four share the first 2 of them: 1·10 + 1·2 beats 3·2.
    const long = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const tree = new PrefixTree(batch([...long, 20], [...long, 21], [1, 2, 30], [1, 2, 31]));
    expect(collapsePrefixes(tree, "exact").savedTokens).toBe(12);
    expect(collapsePrefixes(tree, "greedy").savedTokens).toBe(12);
    expect(collapsePrefixes(tree, "first-level").savedTokens).toBe(6);
  });

  it("gives every request to one group, whose prefix its tokens begin with", () => {
    fc.assert(
      fc.property(prompts(20), (list) => {
        const requests = batch(...list);
        const { groups } = collapsePrefixes(new PrefixTree(requests));
        const members = groups.flatMap((group) => group.members);
        expect([...members].sort((a, b) => a - b)).toEqual(list.map((_, i) => i));
        for (const { prefixLength, members: ids } of groups) {
          const [first = []] = ids.map((i) => list[i]);
          for (const i of ids) expect(commonPrefix(list[i] ?? [], first)).toBeGreaterThanOrEqual(prefixLength);
        }
      }),
    );
  });
});

describe("planBatch", () => {
  it("puts decode-heavy groups first and long answers first inside; reverse turns it round", () => {
    const requests: Request[] = [
      { id: "a", tokens: [1, 1, 5], outLen: 1 },
      { id: "b", tokens: [2, 2, 6], outLen: 50 },
      { id: "c", tokens: [1, 1, 7], outLen: 3 },
      { id: "d", tokens: [2, 2, 8], outLen: 70 },
    ];
    const plan = planBatch(requests, { blockSize: 1 });
    expect(plan.order).toEqual(["d", "b", "c", "a"]);
    expect(planBatch(requests, { blockSize: 1, order: "reverse" }).order).toEqual(["c", "a", "d", "b"]);
    expect(decodeRatio(plan.groups[0] ?? { prefixLength: 0, members: [], savedTokens: 0 }, requests)).toBe(120 / 4);
  });

  it("orders by decode ratio alone when nothing is shared", () => {
    const requests = batch([1], [2], [3]);
    const { groups } = collapsePrefixes(new PrefixTree(requests));
    expect(orderGroups(groups, requests).map((group) => group.members[0])).toEqual([2, 1, 0]);
    expect(orderGroups(groups, requests, "arrival").map((group) => group.members[0])).toEqual([0, 1, 2]);
  });

  it("is a permutation with contiguous groups on a random batch", () => {
    const random = new Random(9);
    const requests = Array.from({ length: 300 }, (_, i) => ({
      id: `${i}`,
      tokens: Array.from({ length: 40 }, (_, k) => (k < 20 ? i % 7 : random.int(0, 99))),
      outLen: random.int(1, 50),
    }));
    const plan = planBatch(requests);
    expect([...plan.order].sort()).toEqual(requests.map((r) => r.id).sort());
    expect(plan.groups.flatMap((g) => g.members).map(String)).toEqual(plan.order);
    expect(plan.savedTokens).toBe((300 - 7) * 16);
  });
});

describe("wordTokens", () => {
  it("gives equal tokens to equal beginnings and about a token for four letters", () => {
    const a = wordTokens("The quick brown fox jumps over it");
    const b = wordTokens("The quick brown fox sleeps");
    expect(a.slice(0, 6)).toEqual(b.slice(0, 6));
    expect(a.length).toBeGreaterThan(6);
    expect(wordTokens("")).toEqual([]);
    expect(wordTokens("naïve 東京 🙂").length).toBeGreaterThan(2);
  });
});
