import type { Request } from "./prefix-tree.ts";

const numbered = new WeakMap<readonly Request[], { blockSize: number; ids: Int32Array[] }>();

/**
 * Gives every full block of every prompt a number, equal where the tokens up to the block's end are equal, as engines do by
 * hashing a block together with what stands before it. The numbers of a batch are kept, since many policies replay it.
 */
export function blockIds(requests: readonly Request[], blockSize: number): Int32Array[] {
  const known = numbered.get(requests);
  if (known?.blockSize === blockSize) return known.ids;
  const idOf = new Map<string, number>();
  const ids = requests.map(({ tokens }) => {
    let parent = 0;
    return Int32Array.from({ length: Math.floor(tokens.length / blockSize) }, (_, b) => {
      let key = String.fromCharCode(parent & 0xffff, parent >>> 16);
      for (let k = b * blockSize; k < (b + 1) * blockSize; k++) {
        const token = tokens[k] as number;
        key += String.fromCharCode(token & 0xffff, token >>> 16);
      }
      const id = idOf.get(key) ?? idOf.size + 1;
      idOf.set(key, id);
      parent = id;
      return id;
    });
  });
  numbered.set(requests, { blockSize, ids });
  return ids;
}

/**
 * The implicit prefix cache of a streaming engine: blocks stay after their last user has finished, and the least recently
 * used go when room is needed; of one request's blocks the later ones go first, so what is cached is closed under prefixes.
 */
export class BlockCache {
  readonly capacity: number;
  /** Blocks held by running requests, private ones included. */
  #pinned = 0;
  readonly #users = new Map<number, number>();
  /** Unused blocks, least recently used first. */
  readonly #idle = new Map<number, true>();
  evictions = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  has(id: number): boolean {
    return this.#users.has(id) || this.#idle.has(id);
  }

  /** Number of leading blocks of `ids` that are cached; binary search, since cached sets are closed under prefixes. */
  matched(ids: Int32Array): number {
    let low = 0;
    let high = ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.has(ids[middle] as number)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Takes the prompt's blocks and `privateBlocks` more; false, and nothing taken, when they do not fit. */
  acquire(ids: Int32Array, privateBlocks: number): boolean {
    let fresh = 0;
    for (const id of ids) if (!this.#users.has(id)) fresh++;
    if (this.#pinned + fresh + privateBlocks > this.capacity) return false;
    for (const id of ids) {
      const users = this.#users.get(id) ?? 0;
      this.#users.set(id, users + 1);
      if (users === 0) {
        this.#pinned++;
        this.#idle.delete(id);
      }
    }
    this.#pinned += privateBlocks;
    this.#trim();
    return true;
  }

  release(ids: Int32Array, privateBlocks: number): void {
    this.#pinned -= privateBlocks;
    for (let b = ids.length - 1; b >= 0; b--) {
      const id = ids[b] as number;
      const users = (this.#users.get(id) ?? 0) - 1;
      if (users > 0) this.#users.set(id, users);
      else {
        this.#users.delete(id);
        this.#pinned--;
        this.#idle.set(id, true);
      }
    }
  }

  #trim(): void {
    for (const id of this.#idle.keys()) {
      if (this.#pinned + this.#idle.size <= this.capacity) return;
      this.#idle.delete(id);
      this.evictions++;
    }
  }

  get used(): number {
    return this.#pinned;
  }
}
