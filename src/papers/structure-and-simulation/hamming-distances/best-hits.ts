/** A place in the text: record, position from 0 and distance of the pattern there. */
export interface Hit {
  record: number;
  position: number;
  distance: number;
}

/** Keeps the hits of least distance, earliest first among equals. */
export class BestHits {
  readonly #count: number;
  readonly #hits: Hit[] = [];
  /** Distance of the last hit kept, once there are enough. */
  #worst = Number.POSITIVE_INFINITY;

  constructor(count: number) {
    this.#count = count;
  }

  /** Hits have to come in order of position: one as far as the worst kept is then later and not wanted. */
  add(hit: Hit): void {
    if (hit.distance >= this.#worst) return;
    if (this.#hits.push(hit) >= 2 * this.#count) this.sorted();
  }

  sorted(): readonly Hit[] {
    const hits = this.#hits;
    hits.sort((a, b) => a.distance - b.distance || a.record - b.record || a.position - b.position);
    if (hits.length > this.#count) hits.length = this.#count;
    if (hits.length === this.#count) this.#worst = hits.at(-1)?.distance ?? this.#worst;
    return hits;
  }
}
