import { BadInput } from "../../../kit/errors.ts";
import type { ToolRun } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";
import { batchCount, bestGroup } from "./allocation.ts";
import { chooseCurve } from "./choose-curve.ts";
import type { CurvePoint } from "./curves.ts";
import type { GroupTerms } from "./input-tables.ts";
import { choosePenalty, type LabelledTable, learnerFor } from "./labelled-table.ts";
import { planPurchase } from "./plan.ts";
import { pooledValueSteps } from "./pooled-values.ts";
import { type Learner, subsampleCurve } from "./subsample-curve.ts";
import type { Utility } from "./utility.ts";

/** A group with its terms and what was measured of it. */
export interface MeasuredGroup extends GroupTerms {
  name: string;
  /** Cross-validated, at four fifths of its rows. */
  score: number;
  /** By its learning curve, with all rows; there is none for a pooled model. */
  expected: number | null;
  /** Utility per unit of cost; null where no batch can be bought. */
  value: number | null;
  /** Samples to buy next. */
  buy: number;
}

export interface Measures {
  groups: MeasuredGroup[];
  penalties: string;
}

/** What both ways of measuring are told. */
export interface MeasureInput {
  file: string;
  table: LabelledTable;
  /** Terms by name, with the rows there are. */
  terms: ReadonlyMap<string, GroupTerms>;
  utility: Utility;
  batch: number;
  repeats: number;
  random: Random;
  run: ToolRun;
}

const fractions = [0.25, 0.5, 1];

const tooFew = (file: string, name: string, rows: number): BadInput =>
  new BadInput(`the group "${name}" has ${rows} rows, too few to measure a learning curve`, {
    where: file,
    remedy: "Collect ten or more, or leave the group out.",
  });

/** A model for every group, and the learning curve of each. */
export async function measureApart(input: MeasureInput): Promise<Measures> {
  const { file, table, terms, utility, batch, repeats, random, run } = input;
  const points = new Map<string, CurvePoint[]>();
  const penalties: string[] = [];
  const fitted = [];
  for (const [g, [name, data]] of [...table.groups].entries()) {
    run.progress((0.9 * g) / table.groups.size, `measuring ${name}`);
    const own = random.fork(name);
    const penalty = choosePenalty(table, data, own.fork("penalty"));
    penalties.push(`${name} ${penalty}`);
    const measured: CurvePoint[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      measured.push(...subsampleCurve(data, learnerFor(table, penalty), { fractions, random: own }));
      await run.breathe();
    }
    if (measured.length < 2) throw tooFew(file, name, data.targets.length);
    points.set(name, measured);
    const what = terms.get(name);
    if (what) fitted.push({ ...what, name, curve: chooseCurve(measured, "average") });
  }
  const plan = planPurchase(fitted, batch, batch, utility);
  const groups = plan.groups.map(({ curve, ...group }, g): MeasuredGroup => {
    const full = (points.get(group.name) ?? []).filter(({ n }) => n > 0.5 * group.have);
    return {
      ...group,
      score: full.reduce((sum, { score }) => sum + score / full.length, 0),
      expected: curve.value(group.have),
      value: Number.isFinite(plan.values[g]) ? (plan.values[g] as number) : null,
      buy: g === plan.next.group ? plan.next.count : 0,
    };
  });
  return { groups, penalties: penalties.join(", ") };
}

/** One model for all groups: what a group's rows teach the others counts. */
export async function measurePooled(input: MeasureInput): Promise<Measures> {
  const { file, table, terms, utility, batch, repeats, random, run } = input;
  const named = [...table.groups].flatMap(([name, data]) => {
    const what = terms.get(name);
    if (data.targets.length < 10) throw tooFew(file, name, data.targets.length);
    return what ? [{ ...what, name, data }] : [];
  });
  const penalty = choosePenalty(table, table.all, random.fork("penalty"));
  const learner: Learner = learnerFor(table, penalty);
  const steps = pooledValueSteps(named, { learner, utility, repeats, random: random.fork("pooled") });
  let found: { scores: number[]; values: number[] } | undefined;
  while (!found) {
    const { done, value } = refuseRange(() => steps.next());
    if (done) found = value;
    else {
      run.progress(0.1 + 0.8 * value, "training without some of each group's rows");
      await run.breathe();
    }
  }
  const { scores, values } = found;
  const counts = named.map(({ cost, max, have }) => {
    const left = Math.floor(max - have);
    const count = left >= 1 ? batchCount(batch, cost, left) : 0;
    return count * cost <= batch * (1 + 1e-12) ? count : 0;
  });
  const best = bestGroup(
    values.map((value, g) => ((counts[g] as number) > 0 ? value : Number.NaN)),
    scores,
  );
  const groups = named.map(
    ({ data: _, ...group }, g): MeasuredGroup => ({
      ...group,
      score: scores[g] as number,
      expected: null,
      value: (counts[g] as number) > 0 ? (values[g] as number) : null,
      buy: g === best ? (counts[g] as number) : 0,
    }),
  );
  return { groups, penalties: String(penalty) };
}

/** A utility without value at the scores measured is the reader's choice to mend. */
function refuseRange<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BadInput(error.message, { where: "--utility", remedy: "Choose identity or maximin." });
  }
}
