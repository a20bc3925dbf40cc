import type { PrefixNode, PrefixTree } from "./prefix-tree.ts";

/** Requests that share one prefix, or a request alone (prefix 0). */
export interface PrefixGroup {
  /** Tokens computed once for the group. */
  prefixLength: number;
  /** Positions in the tree's requests. */
  members: number[];
  /** $(n - 1)\,\ell$ for n members and a prefix of ℓ tokens. */
  savedTokens: number;
}

export type CollapseMethod = "exact" | "greedy" | "first-level";

export interface Collapsed {
  groups: PrefixGroup[];
  savedTokens: number;
  /** Saved tokens over all prompt tokens. */
  savingRatio: number;
}

/** Entries the exact recursion may keep: one for every node and open ancestor. */
const tableLimit = 100_000_000;

/**
 * Collapses the trie to one shared prefix a request (the paper's prefix enlarging): chooses the nodes that become groups;
 * every request joins its deepest chosen ancestor, and a group of n at depth ℓ saves $(n-1)\,\ell$ tokens.
 *
 * - `exact`: the best choice, by dynamic programming (ours).
 * - `greedy`: the paper's bottom-up rule.
 * - `first-level`: the root's children, which loses deeper sharing.
 */
export function collapsePrefixes(tree: PrefixTree, method: CollapseMethod = "exact"): Collapsed {
  const chosen =
    method === "exact" ? chooseExactly(tree) : method === "greedy" ? chooseGreedily(tree) : firstLevel(tree);
  return groupsOf(tree, chosen);
}

function firstLevel(tree: PrefixTree): Set<PrefixNode> {
  return new Set(tree.root.children?.values());
}

/**
 * With $F(v, a)$ the best saving below v when the nearest chosen ancestor lies at depth a, and $t_v$ requests ending at v:
 * $F(v,a) = \max\big(t_v a + \sum_c F(c,a),\ (t_v - 1)\,d_v + \sum_c F(c, d_v)\big)$ over the children c of v. The ancestors
 * of a node are few, so the table has nodes × height entries.
 */
function chooseExactly(tree: PrefixTree): Set<PrefixNode> {
  const nodes = tree.nodes();
  const level = new Map<PrefixNode, number>();
  let entries = 0;
  for (const node of nodes) {
    const mine = node.parent ? (level.get(node.parent) ?? 0) + 1 : 0;
    level.set(node, mine);
    entries += mine + 1;
    if (entries > tableLimit)
      throw new RangeError("the prompts are nested too deeply for the exact choice; use greedy");
  }
  /** best[node][k]: F(node, depth of the ancestor at level k); the root, level 0, stands for no group at all. */
  const best = new Map<PrefixNode, Float64Array>();
  for (let i = nodes.length - 1; i > 0; i--) {
    const node = nodes[i] as PrefixNode; // i is in range
    const ancestors = ancestorDepths(tree, node);
    const children = [...(node.children?.values() ?? [])].map((child) => best.get(child) as Float64Array); // done before
    const opened = openValue(tree, node, children, ancestors.length);
    best.set(
      node,
      Float64Array.from(ancestors, (depth, k) =>
        Math.max(opened, node.ending.length * depth + children.reduce((sum, child) => sum + (child[k] as number), 0)),
      ),
    );
  }
  // Walk down again: a node is chosen where opening it is strictly better than staying with the ancestor.
  const chosen = new Set<PrefixNode>();
  const openLevel = new Map<PrefixNode, number>([[tree.root, 0]]);
  for (const node of nodes) {
    if (!node.parent) continue;
    const k = openLevel.get(node.parent) ?? 0;
    const ancestors = ancestorDepths(tree, node);
    const children = [...(node.children?.values() ?? [])].map((child) => best.get(child) as Float64Array); // done before
    const stay =
      node.ending.length * (ancestors[k] ?? 0) + children.reduce((sum, child) => sum + (child[k] as number), 0);
    const open = openValue(tree, node, children, ancestors.length) > stay;
    if (open) chosen.add(node);
    openLevel.set(node, open ? (level.get(node) ?? 0) : k);
  }
  return chosen;
}

function openValue(tree: PrefixTree, node: PrefixNode, children: Float64Array[], ownLevel: number): number {
  const below = children.reduce((sum, child) => sum + (child[ownLevel] as number), 0);
  return (node.ending.length - 1) * tree.usableDepth(node) + below;
}

/** Usable depths of the proper ancestors, root first. */
function ancestorDepths(tree: PrefixTree, node: PrefixNode): number[] {
  const depths: number[] = [];
  for (let at = node.parent; at; at = at.parent) depths.push(tree.usableDepth(at));
  return depths.reverse();
}

interface MutableNode {
  origin: PrefixNode;
  /** Tokens below the current parent. */
  length: number;
  leaves: number;
  children: MutableNode[];
}

/**
 * The paper's rule, bottom-up: at every node, a grandchild g under a child c is split off to become a child of the node,
 * carrying c's tokens too, when $(\text{leaves}(g) - 1)\,\text{len}(g)$ exceeds the tokens of c, which are then computed
 * once more. What hangs at the root in the end are the groups. (The paper's tie rule is not known to us; ties stay.)
 */
function chooseGreedily(tree: PrefixTree): Set<PrefixNode> {
  const nodes = tree.nodes();
  const mutable = new Map<PrefixNode, MutableNode>();
  for (let i = nodes.length - 1; i >= 0; i--) {
    const origin = nodes[i] as PrefixNode; // i is in range
    const above = origin.parent ? tree.usableDepth(origin.parent) : 0;
    const node: MutableNode = {
      origin,
      length: Math.max(0, tree.usableDepth(origin) - above),
      leaves: origin.leaves,
      children: [...(origin.children?.values() ?? [])].map((child) => mutable.get(child) as MutableNode), // made before
    };
    mutable.set(origin, node);
    for (let c = 0; c < node.children.length; c++) {
      const child = node.children[c] as MutableNode; // c is in range
      child.children = child.children.filter((grandchild) => {
        if ((grandchild.leaves - 1) * grandchild.length <= child.length) return true;
        grandchild.length += child.length;
        child.leaves -= grandchild.leaves;
        node.children.push(grandchild);
        return false;
      });
    }
  }
  return new Set(mutable.get(tree.root)?.children.map((child) => child.origin));
}

/** The groups that a choice of nodes makes; a group of one has nothing to share. */
function groupsOf(tree: PrefixTree, chosen: ReadonlySet<PrefixNode>): Collapsed {
  const byNode = new Map<PrefixNode, number[]>();
  const groups: PrefixGroup[] = [];
  const alone = (index: number) => groups.push({ prefixLength: 0, members: [index], savedTokens: 0 });
  for (let index = 0; index < tree.requests.length; index++) {
    let node: PrefixNode | undefined = tree.endOf(index);
    while (node && !chosen.has(node)) node = node.parent;
    if (!node || tree.usableDepth(node) === 0) alone(index);
    else {
      const members = byNode.get(node);
      if (members) members.push(index);
      else byNode.set(node, [index]);
    }
  }
  let savedTokens = 0;
  for (const [node, members] of byNode) {
    const [only] = members;
    if (members.length === 1 && only !== undefined) alone(only);
    else {
      const prefixLength = tree.usableDepth(node);
      const saved = (members.length - 1) * prefixLength;
      savedTokens += saved;
      groups.push({ prefixLength, members, savedTokens: saved });
    }
  }
  return { groups, savedTokens, savingRatio: savedTokens / tree.totalTokens };
}
