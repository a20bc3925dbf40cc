import { a100With8B, type Hardware, iterationSeconds } from "../roofline.ts";
import { BlockCache, blockIds } from "./block-cache.ts";
import type { PrefixGroup } from "./collapse.ts";
import { planBatch } from "./plan.ts";
import type { Request } from "./prefix-tree.ts";

export interface Policy {
  /** `longest-match`: whoever has most of its prompt cached goes next (needs the LRU cache). */
  order: "arrival" | "sorted" | "longest-match" | "plan" | "plan-arrival" | "plan-reverse";
  /** `explicit`: a group's prefix is computed once, pinned while members are unfinished, freed right after. */
  cache: "none" | "lru" | "explicit";
  /** Most requests running at once; ignored when `memoryCentric`. */
  maxSeqs: number;
  /** Most new tokens an iteration; decoding tokens are always taken. */
  tokenBudget: number;
  /** Admit while the predicted key–value use fits, whatever the number of requests. */
  memoryCentric: boolean;
  /** Read the prefix of a group once an iteration instead of once a member. */
  sharedKernel: boolean;
}

export interface Simulation {
  seconds: number;
  iterations: number;
  /** New tokens of every iteration. */
  tokensPerIter: number[];
  /** Share of prompt tokens that were not computed. */
  savingRatio: number;
  prefillComputed: number;
  prefillSaved: number;
  emitted: number;
  /** Largest reservation, in tokens. */
  peakKv: number;
  /** Reservation after the last request; 0 unless something leaks. */
  finalKv: number;
}

interface GroupState {
  prefixLength: number;
  /** Prefix tokens not computed yet. */
  left: number;
  pinned: boolean;
  unfinished: number;
  /** Iteration in which the shared kernel read the prefix last. */
  readAt: number;
}

interface Entry {
  request: Request;
  blocks: Int32Array;
  group: GroupState | undefined;
}

interface Running extends Entry {
  /** Tokens in the cache that this request attends to, its group's prefix included. */
  context: number;
  prefillLeft: number;
  outLeft: number;
  privateBlocks: number;
}

export interface EngineOptions {
  hardware?: Hardware;
  blockSize?: number;
  /** The planner sees these output lengths instead of the true ones. */
  plannedLengths?: readonly number[];
}

/**
 * Simulates one engine with chunked prefill over a batch known in advance; times come from the roofline of
 * {@link iterationSeconds}. Policies differ in order, cache rule, caps and prefix reading only. Key–value memory for prompt
 * and answer is reserved at admission. A prompt that is cached entirely still has its last token recomputed, because its
 * logits are needed.
 */
export function simulateEngine(requests: readonly Request[], policy: Policy, options: EngineOptions = {}): Simulation {
  const { hardware = a100With8B, blockSize = 16 } = options;
  if (!(policy.tokenBudget >= 1) || !(policy.maxSeqs >= 1))
    throw new RangeError("token budget and request cap must be at least 1");
  for (const { id, tokens, outLen } of requests) {
    if (tokens.length + outLen + blockSize > hardware.kvCapacity) {
      throw new RangeError(
        `request "${id}" needs ${tokens.length + outLen} tokens of cache and there are ${hardware.kvCapacity}`,
      );
    }
  }
  return new Engine(requests, policy, hardware, blockSize, options.plannedLengths).run();
}

class Engine {
  readonly policy: Policy;
  readonly hardware: Hardware;
  readonly blockSize: number;
  readonly cache: BlockCache;
  waiting: Entry[];
  running: Running[] = [];
  reserved = 0;
  peak = 0;
  computed = 0;
  saved = 0;
  emitted = 0;
  /** The next request did not fit, and nothing has finished since. */
  blocked = false;
  readonly tokensPerIter: number[] = [];

  constructor(
    requests: readonly Request[],
    policy: Policy,
    hardware: Hardware,
    blockSize: number,
    plannedLengths: readonly number[] | undefined,
  ) {
    this.policy = policy;
    this.hardware = hardware;
    this.blockSize = blockSize;
    this.cache = new BlockCache(Math.floor(hardware.kvCapacity / blockSize));
    this.waiting = queueOf(requests, policy, blockSize, plannedLengths).reverse(); // the next one is last
  }

  run(): Simulation {
    let seconds = 0;
    while (this.waiting.length > 0 || this.running.length > 0) {
      const { tokens, kvRead } = this.#iterate();
      if (tokens === 0) throw new Error("the simulated engine is stuck"); // a bug here, not in the input
      this.tokensPerIter.push(tokens);
      seconds += iterationSeconds(this.hardware, tokens, kvRead);
    }
    return {
      seconds,
      iterations: this.tokensPerIter.length,
      tokensPerIter: this.tokensPerIter,
      savingRatio: this.saved / (this.saved + this.computed),
      prefillComputed: this.computed,
      prefillSaved: this.saved,
      emitted: this.emitted,
      peakKv: this.peak,
      finalKv: this.reserved,
    };
  }

  /** One iteration: every finished prefill decodes a token, then prefill chunks fill the budget, admitting on the way. */
  #iterate(): { tokens: number; kvRead: number } {
    let tokens = 0;
    let kvRead = 0;
    const now = this.tokensPerIter.length;
    const decoding = this.running.filter((r) => r.prefillLeft === 0 && (r.group?.left ?? 0) === 0);
    for (const r of decoding) {
      tokens++;
      kvRead += this.#read(r, now);
      this.#emit(r);
    }
    let budget = Math.max(0, this.policy.tokenBudget - tokens);
    const chunk = (r: Running): void => {
      const before = budget;
      if (r.group && r.group.left > 0) {
        const step = Math.min(budget, r.group.left);
        r.group.left -= step;
        budget -= step;
        this.computed += step;
      }
      if (budget > 0 && r.prefillLeft > 0) {
        const step = Math.min(budget, r.prefillLeft);
        r.prefillLeft -= step;
        r.context += step;
        budget -= step;
        this.computed += step;
      }
      if (budget === before) return;
      tokens += before - budget;
      kvRead += this.#read(r, now);
      if (r.prefillLeft === 0 && (r.group?.left ?? 0) === 0) this.#emit(r); // the last chunk yields the first token
    };
    const prefilling = this.running.filter((r) => r.prefillLeft > 0);
    for (const r of prefilling) if (budget > 0) chunk(r);
    if (budget > 0 && !this.blocked) this.#chooseNext();
    while (budget > 0 && !this.blocked) {
      const admitted = this.#admit();
      if (admitted) chunk(admitted);
      else this.blocked = true;
    }
    this.running = this.running.filter((r) => r.outLeft > 0 || !this.#finish(r));
    return { tokens, kvRead };
  }

  #read(r: Running, now: number): number {
    const { group } = r;
    if (!(this.policy.sharedKernel && group)) return r.context;
    if (group.readAt === now) return r.context - group.prefixLength;
    group.readAt = now;
    return r.context;
  }

  #emit(r: Running): void {
    r.outLeft--;
    r.context++;
    this.emitted++;
  }

  /** Longest cached prefix first: moves those requests to the end of the waiting list, where the next one is taken. */
  #chooseNext(): void {
    if (this.policy.order !== "longest-match" || this.waiting.length < 2) return;
    if (!this.policy.memoryCentric && this.running.length >= this.policy.maxSeqs) return;
    const matched = new Map(this.waiting.map((entry) => [entry, this.cache.matched(entry.blocks)]));
    this.waiting.sort((a, b) => (matched.get(a) ?? 0) - (matched.get(b) ?? 0)); // stable: arrival decides among equals
  }

  #admit(): Running | undefined {
    const entry = this.waiting.at(-1);
    if (!entry) return undefined;
    if (!this.policy.memoryCentric && this.running.length >= this.policy.maxSeqs) return undefined;
    const r = this.policy.cache === "lru" ? this.#admitCached(entry) : this.#admitReserved(entry);
    if (!r) return undefined;
    this.waiting.pop();
    this.running.push(r);
    this.peak = Math.max(this.peak, this.reserved);
    return r;
  }

  #admitCached(entry: Entry): Running | undefined {
    const { request, blocks } = entry;
    const length = request.tokens.length;
    const privateBlocks = Math.ceil((length + request.outLen) / this.blockSize) - blocks.length;
    const hit = Math.min(length - 1, this.cache.matched(blocks) * this.blockSize);
    if (!this.cache.acquire(blocks, privateBlocks)) return undefined;
    this.reserved = this.cache.used * this.blockSize;
    this.saved += hit;
    return { ...entry, context: hit, prefillLeft: length - hit, outLeft: request.outLen, privateBlocks };
  }

  #admitReserved(entry: Entry): Running | undefined {
    const { request, group } = entry;
    const length = request.tokens.length;
    const shared = group ? Math.min(group.prefixLength, length) : 0;
    const needed = length - shared + request.outLen + (group && !group.pinned ? group.prefixLength : 0);
    if (this.reserved + needed > this.hardware.kvCapacity) return undefined;
    this.reserved += needed;
    // A prompt that is its group's whole prefix recomputes its last token.
    const prefillLeft = Math.max(1, length - shared);
    const first = group ? !group.pinned : false;
    if (group) group.pinned = true;
    this.saved += first ? 0 : length - prefillLeft;
    if (first) this.computed -= shared + prefillLeft - length; // the first member computes its last token once
    return { ...entry, context: length - prefillLeft, prefillLeft, outLeft: request.outLen, privateBlocks: 0 };
  }

  #finish(r: Running): true {
    const { request, group } = r;
    this.blocked = false;
    if (this.policy.cache === "lru") {
      this.cache.release(r.blocks, r.privateBlocks);
      this.reserved = this.cache.used * this.blockSize;
      return true;
    }
    this.reserved -= request.tokens.length - (group ? group.prefixLength : 0) + request.outLen;
    if (group && --group.unfinished === 0) this.reserved -= group.prefixLength;
    return true;
  }
}

/** The requests in the order of the policy, with their groups where the cache is explicit. */
function queueOf(
  requests: readonly Request[],
  policy: Policy,
  blockSize: number,
  plannedLengths: readonly number[] | undefined,
): Entry[] {
  const blocks = policy.cache === "lru" ? blockIds(requests, blockSize) : [];
  const entry = (index: number, group?: GroupState): Entry => ({
    request: requests[index] as Request, // index comes from the requests
    blocks: blocks[index] ?? new Int32Array(0),
    group,
  });
  const planned = policy.order.startsWith("plan");
  if (planned || policy.cache === "explicit") {
    const seen = plannedLengths ? requests.map((r, i) => ({ ...r, outLen: plannedLengths[i] ?? r.outLen })) : requests;
    const rule = policy.order === "plan-reverse" ? "reverse" : policy.order === "plan" ? "decode-ratio" : "arrival";
    const { groups } = planBatch(seen, { blockSize, order: rule });
    return groups.flatMap((group) => {
      const state = policy.cache === "explicit" && group.members.length > 1 ? groupState(group) : undefined;
      return group.members.map((index) => entry(index, state));
    });
  }
  const order = requests.map((_, i) => i);
  if (policy.order === "sorted") {
    order.sort((a, b) => compareTokens((requests[a] as Request).tokens, (requests[b] as Request).tokens) || a - b); // in range
  }
  return order.map((index) => entry(index));
}

function groupState({ prefixLength, members }: PrefixGroup): GroupState {
  return { prefixLength, left: prefixLength, pinned: false, unfinished: members.length, readAt: -1 };
}

/** Lexicographic order of token strings. */
export function compareTokens(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
