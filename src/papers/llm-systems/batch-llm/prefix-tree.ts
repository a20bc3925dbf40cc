/** A prompt waiting for its answer. */
export interface Request {
  id: string;
  tokens: Int32Array | readonly number[];
  /** Tokens to be generated: known, a cap, or an estimate. */
  outLen: number;
}

/** A node of the compact trie: the token strings from the root to it are shared by all requests below. */
export interface PrefixNode {
  parent: PrefixNode | undefined;
  /** Tokens from the root. */
  depth: number;
  /** A request that passes through, whose tokens spell the path. */
  witness: number;
  children: Map<number, PrefixNode> | undefined;
  /** Requests that end exactly here. */
  ending: number[];
  /** Requests here and below. */
  leaves: number;
}

/** Refuses what no engine could run. */
function checkRequests(requests: readonly Request[]): void {
  const seen = new Set<string>();
  for (const { id, tokens, outLen } of requests) {
    if (seen.has(id)) throw new RangeError(`two requests have the id "${id}"`);
    seen.add(id);
    if (tokens.length === 0) throw new RangeError(`request "${id}" has an empty prompt`);
    if (!(outLen >= 1)) throw new RangeError(`request "${id}" asks for ${outLen} output tokens; at least 1 is needed`);
  }
}

/**
 * Compact (radix) trie of all prompts, built by insertion in time linear in the total number of tokens. With `blockSize` b,
 * usable depths are whole blocks, $\lfloor d/b \rfloor\, b$, as engines reuse them.
 */
export class PrefixTree {
  readonly requests: readonly Request[];
  readonly blockSize: number;
  readonly root: PrefixNode = { parent: undefined, depth: 0, witness: -1, children: undefined, ending: [], leaves: 0 };
  /** Tokens on the edges of the trie. */
  tokensInTree = 0;
  readonly totalTokens: number;
  readonly #endOf: PrefixNode[] = [];

  constructor(requests: readonly Request[], { blockSize = 1 }: { blockSize?: number } = {}) {
    if (!(Number.isInteger(blockSize) && blockSize >= 1)) throw new RangeError(`block size ${blockSize}`);
    checkRequests(requests);
    this.requests = requests;
    this.blockSize = blockSize;
    let total = 0;
    for (const [index, request] of requests.entries()) {
      total += request.tokens.length;
      this.#insert(index, request.tokens);
    }
    this.totalTokens = total;
  }

  #insert(index: number, tokens: ArrayLike<number>): void {
    let node = this.root;
    node.leaves++;
    let depth = 0;
    while (depth < tokens.length) {
      const first = tokens[depth] as number;
      const child = node.children?.get(first);
      if (!child) {
        this.tokensInTree += tokens.length - depth;
        node = this.#attach(node, first, tokens.length, index);
        break;
      }
      const label = (this.requests[child.witness] as Request).tokens;
      let at = depth + 1;
      const end = Math.min(child.depth, tokens.length);
      while (at < end && label[at] === tokens[at]) at++;
      node = at < child.depth ? this.#split(node, child, first, at) : child;
      node.leaves++;
      depth = at;
    }
    node.ending.push(index);
    this.#endOf[index] = node;
  }

  #attach(parent: PrefixNode, first: number, depth: number, witness: number): PrefixNode {
    const node: PrefixNode = { parent, depth, witness, children: undefined, ending: [], leaves: 1 };
    parent.children ??= new Map();
    parent.children.set(first, node);
    return node;
  }

  /** Puts a node of the given depth into the middle of the edge from `parent` to `child`. */
  #split(parent: PrefixNode, child: PrefixNode, first: number, depth: number): PrefixNode {
    const middle: PrefixNode = {
      parent,
      depth,
      witness: child.witness,
      children: new Map(),
      ending: [],
      leaves: child.leaves,
    };
    parent.children?.set(first, middle);
    const label = (this.requests[child.witness] as Request).tokens;
    middle.children?.set(label[depth] as number, child);
    child.parent = middle;
    return middle;
  }

  /** The node at which request `index` ends. */
  endOf(index: number): PrefixNode {
    const node = this.#endOf[index];
    if (!node) throw new RangeError(`there is no request ${index}`);
    return node;
  }

  /** Depth of a node in whole blocks. */
  usableDepth(node: PrefixNode): number {
    return node.depth - (node.depth % this.blockSize);
  }

  /** All nodes, every parent before its children. */
  nodes(): PrefixNode[] {
    const list = [this.root];
    for (let i = 0; i < list.length; i++) for (const child of list[i]?.children?.values() ?? []) list.push(child);
    return list;
  }

  /**
   * Prefill tokens saved when every shared prefix is computed once, at all levels: $\sum_i |x_i|$ minus the tokens of the
   * trie; with blocks, minus the distinct blocks and the rests.
   */
  multiLevelSaved(): number {
    if (this.blockSize === 1) return this.totalTokens - this.tokensInTree;
    let saved = 0;
    for (const node of this.nodes()) {
      const above = node.parent ? this.usableDepth(node.parent) : 0;
      saved += (node.leaves - 1) * Math.max(0, this.usableDepth(node) - above);
    }
    return saved;
  }
}
