import { BadInput } from "../../../kit/errors.ts";
import type { LabelAnswer, LabelQuestion, LabelSession } from "../../../kit/label-session.ts";
import { Random } from "../../../kit/random.ts";
import { ActiveStream } from "../active-stream.ts";
import { LabelBudget } from "../label-budget.ts";
import { FeatureEncoder } from "./feature-encoder.ts";
import { identityOf } from "./kept-labels.ts";
import { makeDetector, makeLearner, type SavableLearner } from "./learners.ts";
import { type Options, settle } from "./options.ts";
import { makeStrategy } from "./strategies.ts";
import { classesOf, type StreamTable } from "./stream-table.ts";

interface Open {
  row: number;
  guess: number;
  confidence: number;
}

/**
 * Reads a stream and stops at every record whose label the strategy wants: rows with a label teach the model, of the others the
 * strategy decides within the budget, an answer teaches the model at once, and a record nobody knows passes unspent.
 */
export class LabellingSession implements LabelSession {
  readonly identity: Record<string, unknown>;
  readonly #stream: StreamTable;
  readonly #active: ActiveStream<SavableLearner>;
  readonly #encoder: FeatureEncoder;
  readonly #positions: number[];
  readonly #classes: string[];
  readonly #answers: LabelAnswer[] = [];
  #met: number;
  #row = 0;
  #blanks = 0;
  #right = 0;
  #guessed = 0;
  #open: Open | undefined;

  constructor(stream: StreamTable, given: Options, seed: number) {
    const options = settle(given);
    const { table } = stream;
    const strategy = options.strategy[0] ?? "split";
    const detector = makeDetector(options.drift);
    this.#stream = stream;
    this.#encoder = FeatureEncoder.for(table, stream.features);
    this.#positions = this.#encoder.positions(table);
    this.#classes = classesOf(stream, options.classes);
    this.#met = this.#classes.length;
    this.#active = new ActiveStream({
      learner: makeLearner(options.learner, this.#encoder.dimension, this.#classes.length),
      strategy: makeStrategy(strategy, { probability: Math.min(1, 4 * options.budget) }),
      budget: new LabelBudget({ rate: options.budget, mode: options.budgetMode }),
      random: new Random(seed).fork("session"),
      ...(detector ? { detector } : {}),
    });
    this.identity = {
      ...identityOf(stream),
      strategy,
      learner: options.learner,
      budget: options.budget,
      budgetMode: options.budgetMode,
      drift: options.drift,
      classes: options.classes,
      seed,
    };
    this.#read();
  }

  get answers(): readonly LabelAnswer[] {
    return this.#answers;
  }

  /** Passes over the rows that need no answer. */
  #read(): void {
    const { labels, table } = this.#stream;
    for (; this.#row < table.rows.length; this.#row++) {
      const x = this.#encoder.encode(table, this.#row, this.#positions);
      const label = labels[this.#row];
      if (label !== undefined) {
        this.#active.learn(x, this.#classes.indexOf(label));
        continue;
      }
      this.#blanks += 1;
      const { query, guess, proba } = this.#active.ask(x);
      if (query) {
        this.#open = { row: this.#row, guess, confidence: proba[guess] as number };
        this.#row += 1;
        return;
      }
      this.#active.answer();
    }
  }

  question(): LabelQuestion | undefined {
    if (!this.#open) return undefined;
    const { row, guess, confidence } = this.#open;
    const { table, target } = this.#stream;
    const label = this.#classes[guess];
    return {
      row,
      place: `${table.file}, line ${table.lines[row]}`,
      fields: table.columns
        .map((name, c) => ({ name, value: table.rows[row]?.[c] ?? "" }))
        .filter((_, c) => c !== target),
      classes: [...this.#classes],
      ...(label === undefined ? {} : { guess: { label, confidence } }),
    };
  }

  answer(label: string | null): void {
    if (!this.#open) throw new RangeError("no question is open");
    const { row, guess } = this.#open;
    const name = label?.trim();
    if (name === "") throw new BadInput("an empty label names no class");
    this.#open = undefined;
    this.#answers.push({ row, label: name ?? null });
    if (name === undefined) this.#active.skip();
    else {
      let y = this.#classes.indexOf(name);
      if (this.#classes.length > 0) {
        this.#guessed += 1;
        if (y === guess) this.#right += 1;
      }
      if (y < 0) y = this.#classes.push(name) - 1;
      this.#active.answer(y);
    }
    this.#read();
  }

  /** Replays answers given earlier; one for another row than the one asked about is refused. */
  replay(answers: readonly LabelAnswer[]): void {
    for (const [i, { row, label }] of answers.entries()) {
      if (this.#open?.row !== row) {
        throw new BadInput(`answer ${i + 1} is about row ${row + 1}, which this session does not ask about there`, {
          remedy: "Give the same stream and options as before, or begin anew under another name.",
        });
      }
      this.answer(label);
    }
  }

  summary(): string {
    const given = this.#answers.filter(({ label }) => label !== null).length;
    const skipped = this.#answers.length - given;
    const newClasses = this.#classes.length - this.#met;
    const guessed = this.#guessed > 0 ? `; the model had guessed ${this.#right} of ${this.#guessed}` : "";
    const fresh = newClasses > 0 ? `, ${newClasses} new ${newClasses === 1 ? "class" : "classes"}` : "";
    const left = this.#stream.table.rows.length - this.#row;
    const state = this.#open || left > 0 ? `${left} rows are left` : "the stream is at its end";
    return `${given} labels given and ${skipped} skipped of ${this.#blanks} rows without one${fresh}${guessed}; ${state}.`;
  }
}
