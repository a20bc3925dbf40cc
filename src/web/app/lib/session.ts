import type { JobRequest, RunMessage } from "../../../runs/service.ts";
import type { Outcome, StampedEvent } from "../../../runs/types.ts";
import { cancelRun, type FilesByRole, Refused, startOf, startRun, storeRun } from "./api.ts";
import type { LocalOutput } from "./browser-run.ts";
import { addMessage, emptyView, type RunView } from "./run-view.ts";

export type Where = "browser" | "server";

/** A run as its page sees it, from the press of the button to the outcome. */
export interface SessionState {
  phase: "idle" | "starting" | "running" | "ended";
  where: Where;
  view: RunView;
  /** The run's id: at once on the server, after it was stored for one made in this browser. */
  id: string | null;
  /** `Date.now()` at the start. */
  started: number;
  /** How long it took, once it has ended. */
  durationMs: number | null;
  /** Why it could not be started. */
  refusal: { message: string; where: string | undefined } | null;
  /** Outputs of a tool that ran here. */
  outputs: readonly LocalOutput[];
  /** The connection to the server is lost and being sought. */
  adrift: boolean;
}

export const idle: SessionState = {
  phase: "idle",
  where: "browser",
  view: emptyView,
  id: null,
  started: 0,
  durationMs: null,
  refusal: null,
  outputs: [],
  adrift: false,
};

/** One place on the site where runs are started. Lives outside of React, so that a run goes on when its reader turns to another page. */
export class RunSession {
  #state: SessionState = idle;
  #listeners = new Set<() => void>();
  #stream: EventSource | undefined;
  #abort: AbortController | undefined;
  #waiting: RunMessage[] = [];
  #frame = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): SessionState => this.#state;

  #set(change: Partial<SessionState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** Events come faster than the screen: they are taken in together, about ten times a second. */
  #receive(message: RunMessage): void {
    this.#waiting.push(message);
    if (message.type === "outcome") this.#flush();
    else if (this.#frame === 0) this.#frame = window.setTimeout(() => this.#flush(), 100);
  }

  #flush(): void {
    window.clearTimeout(this.#frame);
    this.#frame = 0;
    let { view } = this.#state;
    for (const message of this.#waiting) view = addMessage(view, message);
    this.#waiting = [];
    this.#set({ view });
  }

  #begin(where: Where): void {
    this.#stream?.close();
    this.#abort?.abort();
    this.#waiting = [];
    this.#set({ ...idle, phase: "starting", where, started: Date.now() });
  }

  #refuse(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#set({ phase: "idle", refusal: { message, where: error instanceof Refused ? error.where : undefined } });
  }

  /** Starts a run. Resolves when it is under way, with its id where it has one already. */
  async start(where: Where, job: JobRequest, files?: FilesByRole): Promise<string | null> {
    this.#begin(where);
    try {
      if (where === "server") {
        const id = await startRun(job, files);
        this.#watch(id);
        return id;
      }
      await this.#runHere(job, files);
    } catch (error) {
      this.#refuse(error);
    }
    return null;
  }

  /** Watches a run on the server, from its first event. */
  attach(id: string): void {
    if (this.#state.id === id) return;
    this.#begin("server");
    this.#watch(id);
    void startOf(id).then((started) => {
      if (started !== null && this.#state.id === id) this.#set({ started });
    });
  }

  #watch(id: string): void {
    this.#set({ phase: "running", id });
    const stream = new EventSource(`/api/runs/${id}/events`);
    this.#stream = stream;
    stream.onmessage = (event) => {
      const message = JSON.parse(event.data as string) as RunMessage; // our own server's
      if (this.#state.adrift) this.#set({ adrift: false });
      this.#receive(message);
      if (message.type !== "outcome") return;
      stream.close();
      this.#end();
    };
    stream.onopen = () => this.#set({ adrift: false });
    // The browser connects again by itself and says where it was; only a refusal closes the stream.
    stream.onerror = () => {
      if (this.#stream !== stream) return;
      if (stream.readyState !== EventSource.CLOSED) this.#set({ adrift: true });
      else this.#refuse(new Refused("The run cannot be watched: the server does not know it."));
    };
  }

  #end(): void {
    const { view, started } = this.#state;
    this.#set({ phase: "ended", durationMs: this.#state.where === "server" ? view.at : Date.now() - started });
  }

  async #runHere(job: JobRequest, files: FilesByRole | undefined): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    const events: StampedEvent[] = [];
    const { runHere } = await import("./browser-run.ts");
    if (this.#abort !== abort) return;
    this.#set({ phase: "running", started: Date.now() });
    const seed = Number(job.seed ?? 1);
    const params = job.params ?? {};
    const complete =
      job.kind === "claim"
        ? ({ kind: "claim", slug: job.slug, scale: job.scale === "full" ? "full" : "quick", seed, params } as const)
        : ({ kind: "tool", slug: job.slug, tool: job.tool ?? "", seed, params } as const);
    const blobs = Object.entries(files ?? {}).map(([role, own]) => [
      role,
      own.map((file) => ({ name: file.name, blob: file })),
    ]);
    const { outcome, outputs } = await runHere(complete, {
      files: Object.fromEntries(blobs),
      signal: abort.signal,
      onEvent: (event) => {
        if (this.#abort !== abort) return;
        events.push(event);
        this.#receive({ type: "event", cursor: "", event });
      },
    });
    if (this.#abort !== abort) return;
    this.#receive({ type: "outcome", cursor: "", outcome });
    this.#set({ outputs });
    this.#end();
    if (job.kind === "claim") await this.#store(job, events, outcome);
  }

  /** A claim's record goes to the server, for its permalink; a tool's stays here, as its files do. */
  async #store(job: JobRequest, events: readonly StampedEvent[], outcome: Outcome): Promise<void> {
    if (outcome.status !== "done") return;
    try {
      this.#set({ id: await storeRun(job, events, outcome, this.#state.durationMs ?? 0) });
    } catch (error) {
      console.error(error);
    }
  }

  async cancel(): Promise<void> {
    this.#abort?.abort();
    const { where, id } = this.#state;
    if (where === "server" && id) await cancelRun(id).catch((error: unknown) => this.#refuse(error));
  }
}

const sessions = new Map<string, RunSession>();

/** The session of a place, e.g. of a paper's claim. Browser only. */
export function sessionOf(place: string): RunSession {
  const session = sessions.get(place) ?? new RunSession();
  sessions.set(place, session);
  return session;
}
