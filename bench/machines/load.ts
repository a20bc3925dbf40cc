import { setTimeout } from "node:timers/promises";
import { ApiError, type Client } from "../../src/api/client.ts";
import { sampleGenome } from "../../src/papers/structure-and-simulation/hamming-distances/sample.ts";

/** A run to be posted; its seed is its own, so that the table tells which post a run came from. */
export interface Post {
  kind: "claim" | "tool";
  slug: string;
  seed: number;
  params: Record<string, unknown>;
}

/** Three runs of a tool for every claim. */
export function posts(count: number): Post[] {
  return Array.from({ length: count }, (_, i) =>
    i % 4 === 0
      ? { kind: "claim", slug: "system-ranking", seed: i + 1, params: { draws: 10 } }
      : { kind: "tool", slug: "hamming-distances", seed: i + 1, params: { "max-mismatches": 6 } },
  );
}

export interface Posted {
  post: Post;
  id: string;
  /** How often the answer to the post did not come. */
  failures: number;
}

const answerMs = 60_000;
const longestPauseMs = 4000;

/** Posts one run, again and again with the same key until the server has answered. */
export async function submit(site: Client, post: Post, late: AbortSignal): Promise<Posted> {
  const { genome, probe } = sampleGenome();
  const files = { text: [{ name: "genome.fa", content: genome }], pattern: [{ name: "probe.fa", content: probe }] };
  const { slug, seed, params } = post;
  const key = `many-machines-${crypto.randomUUID()}`;
  for (let failures = 0; ; failures++) {
    try {
      const signal = AbortSignal.any([late, AbortSignal.timeout(answerMs)]);
      const { id } = await (post.kind === "claim"
        ? site.start({ slug, seed, params }, { signal, key })
        : site.apply({ slug, seed, params }, files, { signal, key }));
      return { post, id, failures };
    } catch (error) {
      // A refusal would be one every time.
      if (error instanceof ApiError && error.status < 500) throw error;
      if (late.aborted) throw error;
      await setTimeout(Math.min(300 * 2 ** failures, longestPauseMs));
    }
  }
}

/** What somebody who looks on is told of a run. */
export interface Seen {
  id: string;
  restarts: number;
  outcomes: number;
  /** Places of the log since the last restart. */
  seqs: number[];
}

/** Follows a run to its outcome through the HTTP API, whatever happens to the server meanwhile. */
export async function watch(site: Client, id: string, signal: AbortSignal): Promise<Seen> {
  const seen: Seen = { id, restarts: 0, outcomes: 0, seqs: [] };
  for await (const message of site.events(id, { signal })) {
    if (message.type === "event") seen.seqs.push(message.event.seq);
    if (message.type === "outcome") seen.outcomes += 1;
    if (message.type !== "restart") continue;
    seen.restarts += 1;
    seen.seqs = [];
  }
  return seen;
}
