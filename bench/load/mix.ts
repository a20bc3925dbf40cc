import autocannon from "autocannon";
import { fieldIds } from "../../src/kit/fields.ts";
import { Random } from "../../src/kit/random.ts";
import { quantile } from "../../src/kit/stats.ts";
import type { Visitor } from "../../test/browser/visitor.ts";

/** What readers do, and in how many of a hundred requests. */
const shares = { feed: 50, paper: 25, search: 20, vote: 5 } as const;
export type Deed = keyof typeof shares;
const deeds = Object.keys(shares) as Deed[];

export interface MixOptions {
  url: string;
  /** Signed in; each vote is one's of them. */
  readers: readonly Visitor[];
  /** Papers that are opened and voted for, as they stand in addresses: `/papers/SLUG` or `/arxiv/ID`. */
  papers: readonly string[];
  /** What is searched for. */
  questions: readonly string[];
  seconds: number;
  connections: number;
  seed?: number;
}

export interface DeedTimes {
  requests: number;
  p50: number;
  p95: number;
  p99: number;
}

export interface MixResult {
  requests: number;
  perSecond: number;
  /** Milliseconds. */
  all: DeedTimes;
  byDeed: Record<Deed, DeedTimes>;
  /** Answers of another status than the deed's own, by deed and status, and connections that broke or timed out. */
  errors: Record<string, number>;
}

interface Sent {
  deed?: Deed;
  began?: number;
}

const views = [
  ...["/", "/", "/", "/?view=newest", "/?view=day", "/?view=week", "/?view=month", "/?page=2", "/?only=runnable"],
  ...fieldIds.map((field) => `/?field=${field}`),
];

function timesOf(times: readonly number[]): DeedTimes {
  if (times.length === 0) return { requests: 0, p50: Number.NaN, p95: Number.NaN, p99: Number.NaN };
  const at = (p: number): number => quantile(times, p);
  return { requests: times.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Sends the mix of requests for a while, each connection the next one when the last is answered. */
export async function driveMix(options: MixOptions): Promise<MixResult> {
  const { url, readers, papers, questions, seconds, connections, seed = 1 } = options;
  const random = new Random(seed);
  const pick = <T>(list: readonly T[]): T => list[random.int(0, list.length - 1)] as T;
  const times: Record<Deed, number[]> = { feed: [], paper: [], search: [], vote: [] };
  const errors: Record<string, number> = {};
  const count = (what: string): void => {
    errors[what] = (errors[what] ?? 0) + 1;
  };
  const hundred = deeds.flatMap((deed) => new Array<Deed>(shares[deed]).fill(deed));
  const requestFor = (deed: Deed): autocannon.Request => {
    const headers = { accept: "text/html" };
    if (deed === "feed") return { method: "GET", path: pick(views), headers };
    if (deed === "paper") return { method: "GET", path: pick(papers), headers };
    if (deed === "search") {
      return { method: "GET", path: `/search?q=${encodeURIComponent(pick(questions))}`, headers };
    }
    const reader = pick(readers);
    const slug = pick(papers).replace(/^\/(?:papers|arxiv)\//, "");
    const form = { "form-token": reader.token, do: `${random.bool(0.7) ? "vote" : "unvote"} ${slug}`, back: "/" };
    return {
      method: "POST",
      path: "/marks",
      headers: { ...headers, cookie: reader.cookie, origin: url, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(form).toString(),
    };
  };
  const request: autocannon.Request = {
    setupRequest(given, context: Sent) {
      context.deed = pick(hundred);
      context.began = performance.now();
      const { method, path, headers, body } = requestFor(context.deed);
      return { ...given, method, path, headers, body };
    },
    onResponse(status, _body, { deed, began }: Sent) {
      if (deed === undefined || began === undefined) return;
      times[deed].push(performance.now() - began);
      if (status !== (deed === "vote" ? 303 : 200)) count(`${deed} ${status}`);
    },
  };
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    timeout: 30,
    requests: [request],
  });
  if (result.errors > 0) errors["broken or timed out"] = result.errors;
  const all = deeds.flatMap((deed) => times[deed]);
  return {
    requests: all.length,
    perSecond: all.length / result.duration,
    all: timesOf(all),
    byDeed: Object.fromEntries(deeds.map((deed) => [deed, timesOf(times[deed])])) as Record<Deed, DeedTimes>,
    errors,
  };
}
