export interface BudgetSettings {
  /** Share of the records that may be labelled in the long run, in (0, 1]. */
  rate: number;
  /**
   * `cap`: a label may be bought while labels / records < rate, so that after t records no more than rate · t + 1 are bought.
   * `window`: while an exponential average of the last `window` decisions is below the rate; it may overspend a little.
   */
  mode?: "cap" | "window";
  window?: number;
}

/** A budget and what was spent of it, as JSON. */
export interface BudgetState extends Required<BudgetSettings> {
  records: number;
  labels: number;
  /** Labels of the last `window` records by the exponential estimate $\hat u_t = (1 - 1/W)\hat u_{t-1} + q_t$. */
  recent: number;
}

/** Counts records and labels, and says whether one more label may be bought. */
export class LabelBudget {
  readonly rate: number;
  readonly mode: "cap" | "window";
  readonly window: number;
  #records = 0;
  #labels = 0;
  #recent = 0;

  constructor({ rate, mode = "cap", window = 100 }: BudgetSettings) {
    if (!(rate > 0 && rate <= 1)) throw new RangeError(`the budget ${rate} is not in (0, 1]`);
    if (!(window >= 1)) throw new RangeError(`the window ${window} is not 1 or more`);
    this.rate = rate;
    this.mode = mode;
    this.window = window;
  }

  static from(state: BudgetState): LabelBudget {
    const budget = new LabelBudget(state);
    budget.#records = state.records;
    budget.#labels = state.labels;
    budget.#recent = state.recent;
    return budget;
  }

  /** Whether the record that comes next may be labelled. */
  available(): boolean {
    if (this.mode === "window") return this.#recent / this.window < this.rate;
    return this.#labels < this.rate * (this.#records + 1);
  }

  /** One more record went by, and was labelled or not. */
  record(queried: boolean): void {
    this.#records += 1;
    if (queried) this.#labels += 1;
    this.#recent = this.#recent * (1 - 1 / this.window) + (queried ? 1 : 0);
  }

  /** Share of the records labelled so far; 0 before the first. */
  spent(): number {
    return this.#records > 0 ? this.#labels / this.#records : 0;
  }

  get labels(): number {
    return this.#labels;
  }

  get records(): number {
    return this.#records;
  }

  toJSON(): BudgetState {
    const { rate, mode, window } = this;
    return { rate, mode, window, records: this.#records, labels: this.#labels, recent: this.#recent };
  }
}
