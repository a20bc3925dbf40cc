import { BadInput } from "../../../kit/errors.ts";
import type { InputFile } from "../../../kit/files.ts";
import type { OutputFile, Row, ToolResult, ToolRun } from "../../../kit/paper.ts";
import {
  comparePredictions,
  type MechanismName,
  makeMechanism,
  mechanismNames,
  predictedError,
} from "./error-bounds.ts";
import { type ContinualMechanism, monotone } from "./mechanism.ts";
import type { Options } from "./options.ts";
import { zcdpToDp } from "./privacy.ts";
import { optimalPeriod } from "./recompute.ts";
import { type ReadRecord, readRecords } from "./records.ts";

/** Points of the chart in memory. */
const chartPoints = 600;

/** A mechanism for T records of d columns, with all that is known before the first one. */
interface Plan {
  name: MechanismName;
  mechanism: ContinualMechanism<number>;
  period: number | undefined;
  predictions: Record<MechanismName, number>;
  epsilon: number;
}

function planFor(
  T: number,
  d: number,
  { query, rho, delta, mechanism, period, monotone: rising, seed }: Options,
): Plan {
  const r = Math.min(T, period ?? optimalPeriod(T, rho, { problem: query, d }));
  const { predictions, best } = comparePredictions({ T, d, rho, problem: query, r });
  const name = mechanism === "auto" ? best : mechanism;
  const made = makeMechanism(name, query, { T, d, rho, r, seed });
  return {
    name,
    mechanism: rising ? monotone(made) : made,
    period: name === "recompute" ? r : undefined,
    predictions,
    epsilon: name === "trivial" ? 0 : zcdpToDp(rho, delta),
  };
}

/** The answers for the chart: at most {@link chartPoints} of them, evenly spaced, however long the stream is. */
class AnswerPath {
  points: Row[] = [];
  #stride = 1;

  add(t: number, answer: number | string, truth: number | undefined): void {
    if (t % this.#stride !== 0) return;
    this.points.push({ t, answer, ...(truth === undefined ? {} : { truth }) });
    if (this.points.length <= chartPoints) return;
    this.#stride *= 2;
    this.points = this.points.filter((_, i) => i % 2 === 1);
  }
}

/** True errors along the way; kept only when they were asked for. */
class Audit {
  readonly #sums: Float64Array;
  readonly #value: boolean;
  #steps = 0;
  #total = 0;
  worst = 0;
  truth = 0;

  constructor(d: number, value: boolean) {
    this.#sums = new Float64Array(d);
    this.#value = value;
  }

  see(record: Float64Array, answer: number): void {
    for (let j = 0; j < record.length; j++) {
      const sum = (this.#sums[j] as number) + (record[j] as number);
      this.#sums[j] = sum;
      if (sum > this.truth) this.truth = sum;
    }
    const error = this.#value ? Math.abs(answer - this.truth) : this.truth - (this.#sums[answer] as number);
    this.worst = Math.max(this.worst, error);
    this.#total += error;
    this.#steps += 1;
  }

  get mean(): number {
    return this.#total / Math.max(1, this.#steps);
  }
}

function describePlan(run: ToolRun, plan: Plan, T: number, d: number, { query, rho, delta, seed }: Options): void {
  run.table("plan", {
    title: `Bound on the worst error that holds with probability 2/3, for ${T.toLocaleString("en")} records of ${d} columns at ρ = ${rho}`,
    columns: [
      { key: "mechanism", label: "mechanism" },
      { key: "bound", label: "error bound", digits: 1 },
      { key: "used", label: "used" },
    ],
    rows: [
      ...mechanismNames.map(
        (name): Row => ({ mechanism: name, bound: plan.predictions[name], used: name === plan.name }),
      ),
      {
        mechanism: "once, at the end",
        bound: predictedError({ T, d, rho, problem: query, mechanism: "batch" }),
        used: false,
      },
    ],
  });
  if (delta * T > 0.1) {
    run.note(`δ = ${delta} is not far below 1/${T}: an (ε, δ) guarantee says little then. Choose a smaller --delta.`);
  }
  if (plan.name === "trivial") {
    run.note("The budget buys nothing better than a constant answer at this length: raise ρ, or count fewer columns.");
  }
  run.note(
    seed === undefined
      ? "Noise comes from the cryptographic generator. Its sampling in floating point is not hardened against attacks on the low bits or on timing."
      : "Research mode: whoever knows the seed can take the noise away. Leave the seed out to publish answers.",
  );
}

const jsonLine = (value: Record<string, unknown>): string => `${JSON.stringify(value)}\n`;

/** Answers after every record, with the ledger as second output; both are closed however it ends. */
export async function answerStream(file: InputFile, T: number, chosen: Options, run: ToolRun): Promise<ToolResult> {
  const { query, rho, delta } = chosen;
  const records = readRecords(file, chosen.ignore);
  const first = await records.next();
  if (first.done) throw new BadInput("there are no records", { where: file.name });
  const columns = [...first.value.columns];
  const plan = planFor(T, columns.length, chosen);
  const { mechanism } = plan;
  describePlan(run, plan, T, columns.length, chosen);
  const audit = chosen.audit ? new Audit(columns.length, query === "max-sum") : undefined;
  const path = new AnswerPath();
  const opened: OutputFile[] = [];
  const open = async (name: string): Promise<OutputFile> => {
    const output = await run.output(name, "application/x-ndjson", { live: !file.seekable });
    opened.push(output);
    return output;
  };
  try {
    const answers = await open("private.jsonl");
    const ledger = await open("ledger.jsonl");
    let released = jsonLine({
      mechanism: plan.name,
      query,
      horizon: T,
      columns,
      rho,
      delta,
      epsilon: plan.epsilon,
      period: plan.period,
    });
    mechanism.ledger.onRelease = (t, release, cost, spent) => {
      released += jsonLine({ t, release, rho: cost, spent });
    };
    const step = async ({ record, line }: ReadRecord): Promise<void> => {
      if (mechanism.time >= T) throw pastHorizon(`${file.name}, line ${line}`, T);
      const given = mechanism.step(record);
      const t = mechanism.time;
      const answer = query === "max-sum" ? Math.round(given * 1000) / 1000 : (columns[given] ?? "");
      audit?.see(record, given);
      path.add(t, answer, audit?.truth);
      await answers.write(jsonLine({ t, answer, spent: Number(mechanism.ledger.spent.toPrecision(6)) }));
      if (released !== "") {
        const text = released;
        released = "";
        await ledger.write(text);
      }
      if ((t & 1023) === 0) {
        run.progress(t / T, `record ${t.toLocaleString("en")}`);
        await run.breathe();
      }
    };
    await step(first.value);
    for await (const record of records) await step(record);
    const { spent, count } = mechanism.ledger;
    await ledger.write(
      jsonLine({ records: mechanism.time, releases: count, spent, epsilon: zcdpToDp(spent, delta), delta }),
    );
  } finally {
    for (const output of opened) await output.close();
  }
  return { summary: finish(run, plan, chosen, path.points, audit) };
}

function pastHorizon(where: string, T: number): BadInput {
  return new BadInput(`record ${T + 1} is past the horizon of ${T}, and the privacy budget was set for that`, {
    where,
    remedy: "Answers stop here. Start a new run with a larger --horizon; its budget counts on top of this one's.",
  });
}

/** Chart, audit and the sentence at the end. */
function finish(
  run: ToolRun,
  plan: Plan,
  { query, rho, delta }: Options,
  points: Row[],
  audit: Audit | undefined,
): string {
  const { mechanism, name, period, predictions, epsilon } = plan;
  const value = query === "max-sum";
  const layer = (field: string, dashed: boolean) => ({
    mark: value ? { type: "line", interpolate: "step-after", strokeDash: dashed ? [4, 3] : [1, 0] } : { type: "tick" },
    encoding: {
      x: { field: "t", type: "quantitative", title: "records" },
      y: { field, type: value ? "quantitative" : "nominal", title: value ? "largest sum" : "largest column" },
    },
  });
  run.chart("answers", {
    alt: value
      ? `Private answers over ${mechanism.time} records, ending at ${points.at(-1)?.answer}${audit ? ", with the true maximum dashed" : ""}.`
      : `The column answered over ${mechanism.time} records, ending with ${points.at(-1)?.answer}.`,
    spec: {
      width: "container",
      height: 260,
      data: { values: points },
      layer: [layer("answer", false), ...(audit && value ? [layer("truth", true)] : [])],
    },
  });
  if (audit) {
    run.table("audit", {
      title: "True errors, not private: do not publish this table or the chart",
      columns: [
        { key: "worst", label: "worst error", digits: 2 },
        { key: "mean", label: "mean error", digits: 2 },
        { key: "bound", label: "bound (2/3)", digits: 1 },
      ],
      rows: [{ worst: audit.worst, mean: audit.mean, bound: predictions[name] }],
    });
  }
  const how = `${name}${period === undefined ? "" : ` every ${period} steps`}`;
  return `Answered ${query} after each of ${mechanism.time.toLocaleString("en")} records of ${mechanism.d} columns by ${how}: ρ = ${rho}, which is (ε = ${epsilon.toFixed(2)}, δ = ${delta}); with probability 2/3 no answer of the whole horizon is off by more than ${predictions[name].toFixed(1)}${audit ? `, and the worst here was off by ${audit.worst.toFixed(1)}` : ""}.`;
}
