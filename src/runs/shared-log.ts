import type { RunEvent } from "../kit/paper.ts";
import { type LogPage, readLog } from "../store/events.ts";
import type { Db } from "../store/store.ts";
import type { StampedEvent } from "./types.ts";

/** A run's state and its next events, the same objects for every viewer. */
export interface SharedPage extends Omit<LogPage, "events"> {
  events: readonly StampedEvent[];
  /** There may be more behind these events. */
  full: boolean;
}

interface Kept {
  at: number;
  page: Promise<SharedPage | undefined>;
}

interface Room {
  viewers: number;
  /** What was read lately, by place in the log. */
  reads: Map<string, Kept>;
}

const pageSize = 500;

/**
 * The logs of runs, read once for all viewers of this process: whoever is at the same place of the same run shares a query, until the run has news or the
 * answer is `freshMs` old. Nothing is kept of runs that nobody follows.
 */
export class SharedLog {
  readonly #db: Db;
  readonly #freshMs: number;
  readonly #rooms = new Map<string, Room>();

  constructor(db: Db, freshMs: number) {
    this.#db = db;
    this.#freshMs = freshMs;
  }

  /** How many runs are followed. */
  get size(): number {
    return this.#rooms.size;
  }

  /** A viewer comes; call what is returned when it goes. */
  enter(id: string): () => void {
    const room = this.#rooms.get(id) ?? { viewers: 0, reads: new Map() };
    room.viewers += 1;
    this.#rooms.set(id, room);
    return () => {
      room.viewers -= 1;
      if (room.viewers === 0) this.#rooms.delete(id);
    };
  }

  /** The run has news: what was read before is not to be given to those who ask from now on. */
  changed(id: string): void {
    this.#rooms.get(id)?.reads.clear();
  }

  /** The page of the run's log behind a place; undefined for an unknown run. It is no older than the viewer's last sign of news, and than `freshMs`. */
  read(id: string, attempt: number, seq: number): Promise<SharedPage | undefined> {
    const room = this.#rooms.get(id);
    if (!room) return this.#ask(id, attempt, seq);
    const place = `${attempt}-${seq}`;
    const now = performance.now();
    const known = room.reads.get(place);
    if (known && now - known.at < this.#freshMs) return known.page;
    for (const [other, { at }] of room.reads) if (now - at >= this.#freshMs) room.reads.delete(other);
    const kept: Kept = { at: now, page: this.#ask(id, attempt, seq) };
    room.reads.set(place, kept);
    kept.page.catch(() => {
      if (room.reads.get(place) === kept) room.reads.delete(place);
    });
    return kept.page;
  }

  async #ask(id: string, attempt: number, seq: number): Promise<SharedPage | undefined> {
    const page = await readLog(this.#db, id, { attempt, seq, limit: pageSize });
    if (!page) return undefined;
    const events = page.events.map(({ seq: place, at, event }) => ({ seq: place, at, event: event as RunEvent })); // as stored by the service
    return { ...page, events, full: events.length === pageSize };
  }
}
