import { messagesOf } from "./event-stream.ts";
import type * as schemas from "./schemas.ts";

export type {
  Cancelled,
  ClaimJob,
  ClaimQuery,
  ClaimRow,
  Outcome,
  Paper,
  PaperQuery,
  PaperSummary,
  Problem,
  Run,
  RunMessage,
  SearchPage,
  SearchQuery,
  Started,
  ToolJob,
  Verdict,
} from "./schemas.ts";

export interface ClientOptions {
  /** Instead of the global one. */
  fetch?: typeof fetch;
  /** How long to wait before a connection that was lost is made again, in milliseconds; 1000 without. */
  retryMs?: number;
  /** How often in a row that may fail, or bring nothing, before `events` gives up; 10 without. */
  retries?: number;
}

/** A file for a tool. */
export interface UploadFile {
  name: string;
  content: Blob | Uint8Array | string;
}

/** A refusal of the server, as its problem document says it, or with a status below 400 an answer that is none of the API's. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  /** The parameter or file it is about. */
  readonly where: string | undefined;
  /** Seconds after which to try again, where the server says so. */
  readonly retryAfter: number | undefined;

  constructor(status: number, message: string, more: { where?: string | undefined; retryAfter?: number } = {}) {
    super(message);
    this.status = status;
    this.where = more.where;
    this.retryAfter = more.retryAfter;
  }
}

const eventStream = "text/event-stream";
/** However long a server asks to be left alone. */
const longestWaitMs = 10 * 60_000;

interface Listing<T> {
  items: T[];
  next: string | null;
}

type Query = Record<string, string | undefined>;
type Signal = { signal?: AbortSignal | undefined };

export interface PostOptions {
  signal?: AbortSignal | undefined;
  /** A name for this run, 16 characters or more such as a UUID: a post that is made again with it, since its answer was lost, starts no second run. */
  key?: string | undefined;
}

/** A site's API. In Node it keeps the site's cookie, as a browser does, so that it may read the tool runs that it has started. */
export class Client {
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #retryMs: number;
  readonly #retries: number;
  #cookies = new Map<string, string>();
  /** The first run to be started. The answer brings the cookie, without which every other one would come from a visitor of its own. */
  #first: Promise<unknown> | undefined;

  constructor(url: string | URL, { fetch: own, retryMs = 1000, retries = 10 }: ClientOptions = {}) {
    this.#base = new URL("/api/v1", url).href;
    this.#fetch = own ?? ((...given) => fetch(...given));
    this.#retryMs = retryMs;
    this.#retries = retries;
  }

  /** Papers, page after page. */
  papers(query: schemas.PaperQuery = {}, options: Signal = {}): AsyncGenerator<schemas.PaperSummary> {
    return this.#all<schemas.PaperSummary>("/papers", query, options);
  }

  /** One paper, by slug or arXiv id. */
  paper(slug: string, options: Signal = {}): Promise<schemas.Paper> {
    return this.#json(`/papers/${encodeURIComponent(slug)}`, options);
  }

  /** A page of what a search finds; `cursor` in the query goes on. */
  search(query: schemas.SearchQuery, options: Signal = {}): Promise<schemas.SearchPage> {
    return this.#json(`/search${searchOf(query)}`, options);
  }

  /** The scoreboard, page after page. */
  claims(query: schemas.ClaimQuery = {}, options: Signal = {}): AsyncGenerator<schemas.ClaimRow> {
    return this.#all<schemas.ClaimRow>("/claims", query, options);
  }

  /** Starts the run of a claim. */
  start(job: schemas.ClaimJob, { key, signal }: PostOptions = {}): Promise<schemas.Started> {
    const headers = { "Content-Type": "application/json", ...named(key) };
    return this.#begin("/runs", { signal, method: "POST", headers, body: JSON.stringify(job) });
  }

  /** Starts a tool on files by role. */
  apply(
    job: schemas.ToolJob,
    files: Record<string, readonly UploadFile[]> = {},
    { key, signal }: PostOptions = {},
  ): Promise<schemas.Started> {
    const form = new FormData();
    form.set("job", JSON.stringify(job));
    for (const [role, own] of Object.entries(files)) {
      for (const { name, content } of own) {
        const blob = content instanceof Blob ? content : new Blob([content as BlobPart]);
        form.append(`file:${role}`, blob, name);
      }
    }
    return this.#begin("/apply", { signal, method: "POST", headers: named(key), body: form });
  }

  /** The record of a run. */
  run(id: string, options: Signal = {}): Promise<schemas.Run> {
    return this.#json(`/runs/${encodeURIComponent(id)}`, options);
  }

  /** Stops a run that this client started. */
  cancel(id: string, options: Signal = {}): Promise<schemas.Cancelled> {
    return this.#json(`/runs/${encodeURIComponent(id)}/cancel`, { ...options, method: "POST" });
  }

  /** A file that a tool made, as its bytes come. */
  async output(id: string, name: string, options: Signal = {}): Promise<ReadableStream<Uint8Array>> {
    const path = `/runs/${encodeURIComponent(id)}/outputs/${encodeURIComponent(name)}`;
    return (await this.#ask(path, options)).body ?? new Blob([]).stream();
  }

  /**
   * A run's messages, live until its outcome, each once and in order: a connection that is lost is made again behind the last
   * message, after as long a wait as the server asks for. Throws `ApiError` for a refusal and for something else that answers in the server's place, the last
   * fault when the server stays away, and the signal's reason.
   */
  async *events(id: string, { signal, after }: Signal & { after?: string } = {}): AsyncGenerator<schemas.RunMessage> {
    let last = after;
    let failures = 0;
    for (;;) {
      let wait = this.#retryMs;
      try {
        const headers: Record<string, string> = { Accept: eventStream };
        if (last !== undefined) headers["Last-Event-ID"] = last;
        const response = await this.#ask(`/runs/${encodeURIComponent(id)}/events`, { headers, signal });
        if (response.status === 204) return;
        let silent = true;
        for await (const { id: cursor, data } of messagesOf(await streamOf(response))) {
          const message = data === undefined ? undefined : (JSON.parse(data) as schemas.RunMessage); // as the document says
          failures = 0;
          silent = false;
          if (!message) continue;
          last = cursor ?? message.cursor;
          yield message;
          if (message.type === "outcome") return;
        }
        if (silent) throw new ApiError(response.status, "The run’s messages ended before there was one.");
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        if (error instanceof ApiError) {
          if (error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
          wait = Math.max(wait, Math.min((error.retryAfter ?? 0) * 1000, longestWaitMs));
        }
        failures += 1;
        if (failures > this.#retries) throw error;
      }
      await pause(wait, signal);
    }
  }

  async *#all<T>(path: string, query: Query, options: Signal): AsyncGenerator<T> {
    let cursor = query.cursor;
    do {
      const page: Listing<T> = await this.#json(`${path}${searchOf({ ...query, cursor })}`, options);
      yield* page.items;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }

  async #json<T>(path: string, init: RequestInit & Signal): Promise<T> {
    return (await (await this.#ask(path, init)).json()) as T; // as the document says
  }

  /** Starts a run; others that are started meanwhile wait for the first answer. */
  async #begin(path: string, init: RequestInit & Signal): Promise<schemas.Started> {
    for (let first = this.#first; first; first = this.#first) {
      if (await isKept(first, init.signal)) return this.#json(path, init);
      if (this.#first === first) this.#first = undefined; // the next one is the first
    }
    const begun = this.#json<schemas.Started>(path, init);
    this.#first = begun;
    return begun;
  }

  async #ask(path: string, init: Omit<RequestInit, "signal"> & Signal): Promise<Response> {
    const headers = new Headers(init.headers);
    // A browser keeps cookies itself, and ignores this header.
    if (this.#cookies.size > 0) headers.set("Cookie", [...this.#cookies].map((pair) => pair.join("=")).join("; "));
    const response = await this.#fetch(this.#base + path, { ...init, headers, signal: init.signal ?? null });
    for (const set of response.headers.getSetCookie?.() ?? []) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(set) ?? [];
      if (name !== undefined && value !== undefined) this.#cookies.set(name, value);
    }
    if (!response.ok) throw await refusalOf(response);
    return response;
  }
}

/** The API of the site at `url`. */
export function client(url: string | URL, options?: ClientOptions): Client {
  return new Client(url, options);
}

function named(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { "Idempotency-Key": key };
}

function searchOf(query: Query): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length > 0 ? `?${new URLSearchParams(given)}` : "";
}

/** The body of an answer that has to be a run's messages. */
async function streamOf(response: Response): Promise<ReadableStream<Uint8Array>> {
  const type = response.headers.get("content-type") ?? "";
  if (response.body && type.toLowerCase().startsWith(eventStream)) return response.body;
  await response.body?.cancel();
  throw new ApiError(
    response.status,
    `What came is ${type || "of no type"} and not a run’s messages (${eventStream}).`,
  );
}

/** Whether a promise is kept; rejects with the signal's reason when that comes first. */
async function isKept(promise: Promise<unknown>, signal?: AbortSignal): Promise<boolean> {
  const kept = promise.then(
    () => true,
    () => false,
  );
  if (!signal) return kept;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    void kept.then((is) => {
      signal.removeEventListener("abort", stop);
      resolve(is);
    });
  });
}

async function refusalOf(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as Partial<schemas.Problem>;
  const message = problem.detail ?? problem.title ?? `The server answered with status ${response.status}.`;
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new ApiError(response.status, message, {
    where: problem.where,
    ...(Number.isFinite(retryAfter) ? { retryAfter } : {}),
  });
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
