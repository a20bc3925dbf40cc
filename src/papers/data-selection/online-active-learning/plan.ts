import { stringify } from "csv-stringify/sync";
import { BadInput } from "../../../kit/errors.ts";
import type { Row, ToolRun } from "../../../kit/paper.ts";
import { ActiveStream } from "../active-stream.ts";
import { LabelBudget } from "../label-budget.ts";
import { confidence, likeliest } from "../uncertainty.ts";
import { FeatureEncoder } from "./feature-encoder.ts";
import { fingerprint } from "./fingerprint.ts";
import { learnerFrom, makeDetector, makeLearner, type SavableLearner } from "./learners.ts";
import { type Options, type Settled, settle } from "./options.ts";
import type { SavedState } from "./saved-state.ts";
import { makeStrategy } from "./strategies.ts";
import { classesOf, type StreamTable } from "./stream-table.ts";

type Pending = SavedState["pending"][number];

interface Plan {
  active: ActiveStream<SavableLearner>;
  encoder: FeatureEncoder;
  positions: number[];
  classes: string[];
  strategy: SavedState["strategy"];
  detector: SavedState["detector"];
  pending: Pending[];
  /** Rows that an earlier run has read. */
  seen: number;
}

function begin(stream: StreamTable, options: Settled, run: ToolRun): Plan {
  const encoder = FeatureEncoder.for(stream.table, stream.features);
  const classes = classesOf(stream, options.classes);
  const strategy = options.strategy[0] ?? "split";
  const watching = makeDetector(options.drift);
  return {
    active: new ActiveStream({
      learner: makeLearner(options.learner, encoder.dimension, classes.length),
      strategy: makeStrategy(strategy, { probability: Math.min(1, 4 * options.budget) }),
      budget: new LabelBudget({ rate: options.budget, mode: options.budgetMode }),
      random: run.random,
      ...(watching ? { detector: watching } : {}),
    }),
    encoder,
    positions: encoder.positions(stream.table),
    classes,
    strategy,
    detector: options.drift,
    pending: [],
    seen: 0,
  };
}

/** Refuses a choice that the state has made otherwise: models and memories cannot change their kind. */
function checkChoices(saved: SavedState, { strategy: [strategy], learner, drift }: Options): void {
  const choices = [
    ["strategy", strategy ?? saved.strategy, saved.strategy],
    ["learner", learner === "auto" ? saved.learner.kind : learner, saved.learner.kind],
    ["drift", drift === "auto" ? saved.detector : drift, saved.detector],
  ] as const;
  for (const [name, asked, kept] of choices) {
    if (asked === kept) continue;
    throw new BadInput(`${asked} is asked for, and the state was made with ${kept}`, {
      where: `--${name}`,
      remedy: `Leave --${name} out to go on, or start without --state.`,
    });
  }
}

function resume(stream: StreamTable, saved: SavedState, given: Options, run: ToolRun): Plan {
  const { table } = stream;
  checkChoices(saved, given);
  const { budget, budgetMode } = settle(given, {
    budget: saved.budget.rate,
    budgetMode: saved.budget.mode,
    learner: saved.learner.kind,
    drift: saved.detector,
  });
  if (table.columns[stream.target] !== saved.target) {
    throw new BadInput(`the state was made for the target "${saved.target}"`, { where: "--target" });
  }
  if (table.rows.length < saved.rows) {
    throw new BadInput(`the table has ${table.rows.length} rows and the state has seen ${saved.rows}`, {
      where: table.file,
      remedy: "Give the whole stream, its new rows at the end.",
    });
  }
  const encoder = FeatureEncoder.from(saved.encoder);
  const positions = encoder.positions(table);
  if (fingerprint(table, positions, saved.rows) !== saved.fingerprint) {
    throw new BadInput(`a feature of the first ${saved.rows} rows is not what it was when the state was written`, {
      where: table.file,
      remedy: "Give the same rows, or start without --state.",
    });
  }
  const watching = makeDetector(saved.detector);
  watching?.restore?.(saved.detectorState);
  const strategy = makeStrategy(saved.strategy, { probability: Math.min(1, 4 * budget) });
  strategy.restore?.(saved.strategyState);
  const active = new ActiveStream({
    learner: makeLearner(saved.learner.kind, encoder.dimension, saved.classes.length),
    strategy,
    budget: LabelBudget.from({ ...saved.budget, rate: budget, mode: budgetMode }),
    // Another stream of coins than that of the rows before.
    random: run.random.fork(saved.rows),
    ...(watching ? { detector: watching } : {}),
  });
  const buffer = saved.buffer.map(({ x, ...rest }) => ({ ...rest, x: Float64Array.from(x) }));
  active.resume(learnerFrom(saved.learner), saved.members.map(learnerFrom), encoder.dimension, buffer);
  const classes = [...saved.classes];
  for (const name of classesOf(stream, given.classes)) if (!classes.includes(name)) classes.push(name);
  return {
    ...{ active, encoder, positions, classes, strategy: saved.strategy, detector: saved.detector },
    pending: saved.pending,
    seen: saved.rows,
  };
}

/** Labels that have come for rows which asked for them are learnt first; gives those that are still open. */
function learnArrived({ active, classes, pending }: Plan, labels: StreamTable["labels"]): Pending[] {
  return pending.filter(({ row, x, ...asked }) => {
    const label = labels[row];
    if (label === undefined) return true;
    active.arrive(Float64Array.from(x), classes.indexOf(label), asked);
    return false;
  });
}

/**
 * Some labels are not there: rows with a label teach the model, and the strategy says of every other row, in order, whether to
 * have it labelled. Writes the rows to label and a state with which to go on when labels and new rows have come.
 */
export async function planQueries(
  stream: StreamTable,
  saved: SavedState | undefined,
  options: Options,
  run: ToolRun,
): Promise<string> {
  const { table, labels } = stream;
  const plan = saved ? resume(stream, saved, options, run) : begin(stream, settle(options), run);
  const { active, encoder, positions, classes } = plan;
  const pending = learnArrived(plan, labels);
  const arrived = plan.pending.length - pending.length;
  let asked = 0;
  let taught = 0;
  for (let r = plan.seen; r < table.rows.length; r++) {
    const x = encoder.encode(table, r, positions);
    const label = labels[r];
    if (label !== undefined) {
      active.learn(x, classes.indexOf(label));
      taught += 1;
    } else {
      const { query, score, probability, blind = false, arm } = active.ask(x);
      if (query) {
        active.defer();
        pending.push({
          ...{ row: r, x: Array.from(x), score: Number.isFinite(score) ? score : 1, probability, blind },
          ...(arm ? { arm: { ...arm } } : {}),
        });
        asked += 1;
      } else active.answer();
    }
    if ((r & 1023) === 0) {
      run.progress(r / table.rows.length, `row ${(r + 1).toLocaleString("en")}`);
      await run.breathe();
    }
  }
  await writeQueries(stream, plan, pending, run);
  const state: SavedState = {
    format: "livepapers online-active-learning",
    version: 1,
    target: table.columns[stream.target] ?? "",
    classes,
    rows: table.rows.length,
    fingerprint: fingerprint(table, positions, table.rows.length),
    strategy: plan.strategy,
    strategyState: active.strategy.save?.() ?? null,
    detector: plan.detector,
    detectorState: active.detectorState() ?? null,
    encoder: encoder.toJSON(),
    budget: active.budget.toJSON(),
    learner: active.learner.toJSON(),
    members: active.members.map((member) => member.toJSON()),
    pending,
    buffer: active.buffer.map(({ x, ...rest }) => ({ ...rest, x: Array.from(x) })),
  };
  const file = await run.output("state.json", "application/json");
  await file.write(`${JSON.stringify(state)}\n`);
  await file.close();
  const blanks = table.rows.length - plan.seen - taught;
  const learnt = taught + arrived > 0 ? ` after learning from ${taught + arrived} labels` : "";
  return `Of ${blanks.toLocaleString("en")} new rows without a label ${plan.strategy} wants ${asked} labelled${learnt}; ${pending.length} are open.`;
}

async function writeQueries(stream: StreamTable, plan: Plan, pending: readonly Pending[], run: ToolRun): Promise<void> {
  const { table } = stream;
  const rows = pending.map(({ row, x, score, probability }) => {
    const proba = plan.active.learner.predictProba(Float64Array.from(x));
    return {
      line: table.lines[row] ?? row + 2,
      score,
      probability,
      guess: plan.classes[likeliest(proba)] ?? "",
      confidence: confidence(proba),
      cells: table.rows[row] ?? [],
    };
  });
  const file = await run.output("query.csv", "text/csv");
  const header = ["line", "score", "probability", "guess", "confidence", ...table.columns];
  const digits = (value: number): number => Number(value.toPrecision(6));
  await file.write(
    stringify([
      header,
      ...rows.map(({ line, score, probability, guess, confidence: sure, cells }) => [
        ...[line, digits(score), digits(probability), guess, digits(sure)],
        ...cells,
      ]),
    ]),
  );
  await file.close();
  run.table("queries", {
    title: rows.length > 50 ? `Rows to label: the first 50 of ${rows.length}` : "Rows to label",
    columns: [
      { key: "line", label: "line" },
      { key: "score", label: "score", digits: 3 },
      { key: "guess", label: "guess" },
      { key: "confidence", label: "confidence", digits: 3 },
    ],
    rows: rows
      .slice(0, 50)
      .map(({ line, score, guess, confidence: sure }): Row => ({ line, score, guess, confidence: sure })),
  });
}
