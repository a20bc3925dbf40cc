import type { Random } from "../../kit/random.ts";
import type { LabelBudget } from "./label-budget.ts";
import type { Decision, QueryStrategy } from "./query-strategy.ts";
import { checkRecord, type OnlineClassifier } from "./stream-learner.ts";
import { likeliest } from "./uncertainty.ts";

export type DriftSignal = "stable" | "warning" | "drift";

/** Watches whether a model errs more than it used to. */
export interface DriftDetector {
  /** One more labelled record, and whether the model was wrong about it. */
  add(wrong: boolean): DriftSignal;
  /** Forgets everything: a new model starts. */
  reset(): void;
  save?(): unknown;
  restore?(state: unknown): void;
}

export interface ActiveStreamSettings<L extends OnlineClassifier> {
  /** A fresh learner: it is cloned, and cloned again after a drift. */
  learner: L;
  strategy: QueryStrategy;
  budget: LabelBudget;
  random: Random;
  detector?: DriftDetector;
  /** Most labelled records kept between a warning and a drift. */
  buffer?: number;
}

/** What the stream says of a record before its label is known. Written again at the next record. */
export interface Asked extends Decision {
  /** The likeliest class. */
  guess: number;
  proba: Float64Array;
}

/** What must be known of a decision when the label that it bought comes. */
export type Bought = Pick<Decision, "probability" | "blind" | "arm">;

/** A label that was learnt, with its importance. */
export interface Labelled {
  x: Float64Array;
  y: number;
  weight: number;
}

/**
 * A learner that reads a stream, one record at a time: `ask` predicts and then decides whether the label is wanted; `answer`,
 * `skip` or `defer` says what became of it. Nothing of a label is known before `ask` has returned.
 */
export class ActiveStream<L extends OnlineClassifier> {
  readonly strategy: QueryStrategy;
  readonly budget: LabelBudget;
  readonly driftEvents: number[] = [];
  readonly #fresh: L;
  readonly #random: Random;
  readonly #detector: DriftDetector | undefined;
  readonly #limit: number;
  readonly #asked: Asked = { query: false, probability: 0, score: 0, guess: 0, proba: new Float64Array(0) };
  readonly #no: Decision = { query: false, probability: 0, score: 0 };
  readonly #context: { proba: Float64Array; committee?: Float64Array[]; t: number; labels: number; rng: Random };
  #learner: L;
  #members: L[];
  readonly #votes: Float64Array[] = [];
  #buffer: Labelled[] = [];
  #x: Float64Array | undefined;
  #dimension = 0;

  constructor({ learner, strategy, budget, random, detector, buffer = 1000 }: ActiveStreamSettings<L>) {
    this.strategy = strategy;
    this.budget = budget;
    this.#fresh = learner.clone();
    this.#learner = learner.clone();
    this.#members = this.#committee();
    this.#random = random;
    this.#detector = detector;
    this.#limit = buffer;
    this.#context = { proba: this.#asked.proba, t: 0, labels: 0, rng: random };
  }

  #committee(): L[] {
    return Array.from({ length: this.strategy.committee ?? 0 }, () => this.#fresh.clone());
  }

  /** The model as it stands; another object after a drift. */
  get learner(): L {
    return this.#learner;
  }

  get members(): readonly L[] {
    return this.#members;
  }

  /** Puts saved models, and the records kept since a warning, in the place of the fresh ones. */
  resume(learner: L, members: readonly L[], dimension: number, buffer: readonly Labelled[] = []): void {
    this.#learner = learner;
    this.#members = [...members];
    this.#dimension = dimension;
    this.#buffer = [...buffer];
  }

  /** The labelled records kept since the drift detector warned. */
  get buffer(): readonly Labelled[] {
    return this.#buffer;
  }

  get dimension(): number {
    return this.#dimension;
  }

  /** What the drift detector would save; undefined without one. */
  detectorState(): unknown {
    return this.#detector?.save?.();
  }

  /** Predicts, then decides. Throws on a record of another length than the first, and on values that are not finite. */
  ask(x: Float64Array): Asked {
    if (this.#x) throw new RangeError("the record before was not answered");
    const t = this.budget.records;
    if (this.#dimension === 0) this.#dimension = x.length;
    checkRecord(x, this.#dimension, `record ${t}`);
    const asked = this.#asked;
    asked.proba = this.#learner.predictProba(x);
    asked.guess = likeliest(asked.proba);
    let decision = this.#no;
    if (this.budget.available()) {
      const context = this.#context;
      context.proba = asked.proba;
      context.t = t;
      context.labels = this.budget.labels;
      if (this.#members.length > 0) {
        for (let i = 0; i < this.#members.length; i++) this.#votes[i] = (this.#members[i] as L).predictProba(x); // i is below the length
        context.committee = this.#votes;
      }
      decision = this.strategy.shouldQuery(x, context);
    }
    asked.query = decision.query;
    asked.probability = decision.probability;
    asked.score = decision.score;
    asked.blind = decision.blind ?? false;
    asked.arm = decision.arm;
    this.#x = x;
    return asked;
  }

  /** The record passes; `y` is its label if it was asked for. A label that was not asked for is not looked at. */
  answer(y?: number): void {
    if (this.#asked.query && y === undefined) throw new RangeError("the label was asked for: answer, skip or defer");
    this.#pass(this.#asked.query, this.#asked.query ? y : undefined);
  }

  /** Nobody knows the label: the record passes and nothing is spent. */
  skip(): void {
    this.#pass(false, undefined);
  }

  /** The label is bought and will come later, through `arrive`. */
  defer(): void {
    this.#pass(true, undefined);
  }

  #pass(queried: boolean, y: number | undefined): void {
    const x = this.#x;
    if (!x) throw new RangeError("no record is being asked about");
    this.#x = undefined;
    this.budget.record(queried);
    if (y === undefined) {
      this.strategy.observe({ queried, x });
      return;
    }
    const correct = this.#asked.guess === y;
    this.strategy.observe({ queried, x, y, correct });
    this.#learnBought(x, y, this.#asked, !correct);
  }

  /** A deferred label has come; `asked` is what `ask` had said of its record. */
  arrive(x: Float64Array, y: number, asked: Bought): void {
    checkRecord(x, this.#dimension, "the record");
    const wrong = likeliest(this.#learner.predictProba(x)) !== y;
    if (wrong && asked.arm) this.strategy.reward?.(asked.arm);
    this.#learnBought(x, y, asked, wrong);
  }

  #learnBought(x: Float64Array, y: number, { probability, blind }: Bought, wrong: boolean): void {
    const watched = !this.strategy.hasBlindBranch || blind === true;
    this.learn(x, y, this.strategy.importanceWeighted ? 1 / probability : 1, watched ? wrong : undefined);
  }

  /** Learns from a label, however it came; `wrong` is for the drift detector. */
  learn(x: Float64Array, y: number, weight = 1, wrong?: boolean): void {
    const signal = this.#detector && wrong !== undefined ? this.#detector.add(wrong) : undefined;
    if (this.#detector) this.#keep(signal, x, y, weight);
    if (signal === "drift") this.#startAgain();
    else this.#learnWith({ x, y, weight });
  }

  /** Between a warning and a drift labelled records are kept for the model that may come. */
  #keep(signal: DriftSignal | undefined, x: Float64Array, y: number, weight: number): void {
    if (signal === "stable") this.#buffer.length = 0;
    else if (signal !== undefined || this.#buffer.length > 0) {
      if (this.#buffer.length === this.#limit) this.#buffer.shift();
      this.#buffer.push({ x: x.slice(), y, weight });
    }
  }

  #startAgain(): void {
    this.driftEvents.push(this.budget.records - 1);
    this.#learner = this.#fresh.clone();
    this.#members = this.#committee();
    for (const kept of this.#buffer) this.#learnWith(kept);
    this.#buffer = [];
    this.#detector?.reset();
  }

  #learnWith({ x, y, weight }: Labelled): void {
    this.#learner.learnOne(x, y, weight);
    // Online bagging: every member sees the record a Poisson(1) number of times.
    for (const member of this.#members) {
      const times = this.#random.poisson(1);
      if (times > 0) member.learnOne(x, y, times * weight);
    }
  }
}
