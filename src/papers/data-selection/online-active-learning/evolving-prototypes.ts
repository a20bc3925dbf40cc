import { checkLabel, checkRecord, type OnlineClassifier, type UnseenClass } from "../stream-learner.ts";

export interface PrototypeSettings {
  dimension: number;
  classes?: number;
  /** A record farther than this from all prototypes becomes one. */
  radius?: number;
  /** Most prototypes; one more takes the place of the one that was of use longest ago. */
  most?: number;
  unseen?: UnseenClass;
}

interface Prototype {
  centre: number[];
  /** Labels near it, by class. */
  counts: number[];
  lastUse: number;
}

/** All a prototype learner knows, as JSON. */
export interface PrototypeState extends Required<PrototypeSettings> {
  kind: "prototypes";
  clock: number;
  prototypes: Prototype[];
}

/**
 * A small evolving classifier, standing in for the survey's family of evolving fuzzy models without being one of them: a labelled
 * record farther than the radius r from every prototype becomes a prototype; else the nearest one moves towards it and
 * counts its class. $p(k \mid x) \propto \epsilon + \sum_i e^{-\|x - c_i\|^2 / 2r^2} n_{ik} / n_i$.
 */
export class EvolvingPrototypes implements OnlineClassifier {
  readonly #settings: Required<PrototypeSettings>;
  #classes: number;
  #prototypes: Prototype[] = [];
  #proba: Float64Array;
  #clock = 0;

  constructor({ dimension, classes = 2, radius = 2, most = 100, unseen = "throw" }: PrototypeSettings) {
    if (!(radius > 0)) throw new RangeError(`the radius ${radius} is not positive`);
    if (!Number.isInteger(most) || most < 1) throw new RangeError(`${most} prototypes; one or more are wanted`);
    this.#settings = { dimension, classes, radius, most, unseen };
    this.#classes = classes;
    this.#proba = new Float64Array(classes);
  }

  static from(state: PrototypeState): EvolvingPrototypes {
    const learner = new EvolvingPrototypes(state);
    learner.#clock = state.clock;
    learner.#prototypes = structuredClone(state.prototypes);
    return learner;
  }

  get classes(): number {
    return this.#classes;
  }

  get size(): number {
    return this.#prototypes.length;
  }

  #squaredDistance({ centre }: Prototype, x: Float64Array): number {
    let sum = 0;
    for (let j = 0; j < centre.length; j++) sum += ((x[j] as number) - (centre[j] as number)) ** 2;
    return sum;
  }

  predictProba(x: Float64Array): Float64Array {
    checkRecord(x, this.#settings.dimension, "the record");
    const proba = this.#proba.fill(1e-6);
    const scale = 2 * this.#settings.radius ** 2;
    for (const prototype of this.#prototypes) {
      const near = Math.exp(-this.#squaredDistance(prototype, x) / scale);
      let n = 0;
      for (const count of prototype.counts) n += count;
      for (let k = 0; k < prototype.counts.length; k++)
        proba[k] = (proba[k] as number) + (near * (prototype.counts[k] as number)) / n;
    }
    let total = 0;
    for (const p of proba) total += p;
    for (let k = 0; k < proba.length; k++) proba[k] = (proba[k] as number) / total;
    return proba;
  }

  learnOne(x: Float64Array, y: number, weight = 1): void {
    checkRecord(x, this.#settings.dimension, "the record");
    if (checkLabel(y, this.#classes, this.#settings.unseen)) {
      this.#classes = y + 1;
      this.#proba = new Float64Array(this.#classes);
    }
    if (weight === 0) return;
    this.#clock += 1;
    let nearest: Prototype | undefined;
    let least = this.#settings.radius ** 2;
    for (const prototype of this.#prototypes) {
      const distance = this.#squaredDistance(prototype, x);
      if (distance > least) continue;
      least = distance;
      nearest = prototype;
    }
    if (!nearest) {
      nearest = { centre: Array.from(x), counts: [], lastUse: 0 };
      if (this.#prototypes.length === this.#settings.most) this.#dropOldest();
      this.#prototypes.push(nearest);
    }
    while (nearest.counts.length <= y) nearest.counts.push(0);
    nearest.counts[y] = (nearest.counts[y] as number) + weight;
    nearest.lastUse = this.#clock;
    const n = nearest.counts.reduce((sum, count) => sum + count, 0);
    for (let j = 0; j < x.length; j++) {
      const centre = nearest.centre[j] as number;
      nearest.centre[j] = centre + (weight * ((x[j] as number) - centre)) / n;
    }
  }

  #dropOldest(): void {
    let oldest = 0;
    for (const [i, { lastUse }] of this.#prototypes.entries())
      if (lastUse < (this.#prototypes[oldest]?.lastUse ?? 0)) oldest = i;
    this.#prototypes.splice(oldest, 1);
  }

  clone(): this {
    return EvolvingPrototypes.from(this.toJSON()) as this;
  }

  toJSON(): PrototypeState {
    return {
      kind: "prototypes",
      ...this.#settings,
      classes: this.#classes,
      clock: this.#clock,
      prototypes: structuredClone(this.#prototypes),
    };
  }
}
