import { crossEntropy } from "../../../kit/nets/class-scores.ts";
import { gatherRows } from "../../../kit/nets/train.ts";
import { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import { CatRepresentation, representationOverlap } from "./cat-representation.ts";
import { distill } from "./distill.ts";
import { jointParallel, type LabelledInputs, snapshots, type Training, trainEpisodes } from "./episodes.ts";
import { jointFinetune, twoStageFinetune } from "./fine-tuning.ts";
import { linearProbe, splitByClass } from "./linear-probe.ts";
import { initNet, inputWidth, logitEnsemble, type Net, type NetSpec } from "./networks.ts";

/** A training distribution and the tasks that come after it. */
export interface World {
  source: LabelledInputs;
  sourceTest: LabelledInputs;
  targets: { train: LabelledInputs; test: LabelledInputs; classes: number }[];
}

/** How the compared representations are built; every family of networks has settings of its own. */
export interface Plan {
  /** One copy. */
  spec: NetSpec;
  /** Numbers of copies to concatenate, ascending. */
  copies: number[];
  /** The number that is compared with single episodes of equal total width. */
  compared: number;
  episode: Training;
  wide: Training;
  joint: Training;
  /** All copies get the same seed: the idea taken away. */
  sameSeed: boolean;
  /** Beside the comparison: a student, or also a wide one, snapshots and averaged logits. */
  variants: "none" | "student" | "all";
}

/** A representation under comparison: one way, or several equal ones whose accuracy is averaged. */
interface Candidate {
  name: string;
  members: { dim: number; transform(inputs: Float32Array): Float32Array }[];
}

export const catName = (n: number): string => (n === 1 ? "single network" : `CAT of ${n}`);
export const wideName = "wide network";
export const jointName = "copies trained as one";
export const studentName = "student of the copies";

/** Trains everything once; all that follows is frozen. */
export function candidates(plan: Plan, source: LabelledInputs, random: Random): { list: Candidate[]; nets: Net[] } {
  const { spec, copies, compared, sameSeed } = plan;
  const most = copies.at(-1) ?? compared;
  const seeds = Array.from({ length: most }, (_, k) => random.fork(`episode ${sameSeed ? 0 : k}`).seed);
  const nets = trainEpisodes(spec, source, { n: most, seeds, ...plan.episode });
  const wideSpec = { ...spec, hidden: spec.hidden.map((width) => compared * width) };
  const seed = (name: string): number => random.fork(name).seed;
  const one = (name: string, representation: readonly Net[]): Candidate => ({
    name,
    members: [new CatRepresentation(representation)],
  });
  const list: Candidate[] = [
    ...copies.map((n) => ({
      name: catName(n),
      // As many disjoint groups of n as there are copies for: fewer copies, more repetitions.
      members: Array.from(
        { length: Math.floor(most / n) },
        (_, g) => new CatRepresentation(nets.slice(g * n, g * n + n)),
      ),
    })),
    one(wideName, trainEpisodes(wideSpec, source, { n: 1, seeds: [seed("wide")], ...plan.wide })),
    one(jointName, jointParallel(spec, compared, source, { seed: seed("joint"), ...plan.joint })),
    one("random features", [initNet(wideSpec, random.fork("random features"))]),
  ];
  if (plan.variants !== "none") list.push(...variants(plan, source, nets.slice(0, compared), wideSpec, seed));
  return { list, nets: nets.slice(0, compared) };
}

function variants(
  { spec, compared, episode, variants: wanted }: Plan,
  source: LabelledInputs,
  nets: readonly Net[],
  wideSpec: NetSpec,
  seed: (name: string) => number,
): Candidate[] {
  const student = (hidden: readonly number[], name: string): Net =>
    distill(nets, source.inputs, { ...episode, hidden, weightDecay: 0, seed: seed(name) });
  const narrow: Candidate = {
    name: studentName,
    members: [new CatRepresentation([student(spec.hidden, "student")])],
  };
  if (wanted === "student") return [narrow];
  const ensemble = logitEnsemble(nets);
  const logits = {
    dim: spec.classes,
    transform: (inputs: Float32Array) => ensemble(inputs, inputs.length / spec.inputs),
  };
  const cycle = Math.ceil(episode.steps / compared);
  const taken = snapshots(spec, source, {
    ...episode,
    n: compared,
    cycleSteps: cycle,
    learningRate: 1e-2,
    seed: seed("run"),
  });
  return [
    narrow,
    {
      name: "wide student of the copies",
      members: [new CatRepresentation([student(wideSpec.hidden, "wide student")])],
    },
    { name: `CAT of ${compared} snapshots of one run`, members: [new CatRepresentation(taken)] },
    { name: "averaged logits of the copies", members: [logits] },
  ];
}

/** Mean probe accuracy of every candidate over the targets, and on the source itself. */
export interface Scores {
  source: Record<string, number>;
  target: Record<string, number>;
}

/** Probes every candidate on every target, and on the source, where one λ serves all: there is plenty of data. */
export function probeAll(list: readonly Candidate[], { source, sourceTest, targets }: World): Scores {
  const scores: Scores = { source: {}, target: {} };
  const score = (
    member: Candidate["members"][number],
    train: LabelledInputs,
    test: LabelledInputs,
    options: { classes?: number; l2Grid?: readonly number[] },
  ): number =>
    linearProbe(member.transform(train.inputs), train.labels, options).accuracy(
      member.transform(test.inputs),
      test.labels,
    );
  for (const { name, members } of list) {
    const first = members[0] as Candidate["members"][number]; // a candidate has a member
    scores.source[name] = score(first, source, sourceTest, { l2Grid: [0.01] });
    scores.target[name] = mean(
      members.flatMap((member) => targets.map(({ train, test, classes }) => score(member, train, test, { classes }))),
    );
  }
  return scores;
}

/** Mean linear CKA between copies, on test rows: 1 when all chose the same features. */
export function meanOverlap(nets: readonly Net[], { inputs, labels }: LabelledInputs): number {
  const count = Math.min(500, labels.length);
  const rows = inputs.subarray(0, count * inputWidth(nets[0] as Net)); // there are copies
  const features = nets.map((net) => new CatRepresentation([net]).transform(rows));
  const values = features.flatMap((a, i) => features.slice(i + 1).map((b) => representationOverlap(a, b, count)));
  return values.length > 0 ? mean(values) : 1;
}

export interface TuningScores {
  twoStage: number;
  joint: number;
}

/**
 * Two-stage against joint fine-tuning on one target. Both train on three quarters of the target's rows and choose their
 * learning rate, and the two-stage classifier its λ, on the rest, from the same candidates.
 */
export function compareTuning(
  nets: readonly Net[],
  { train, test, classes }: World["targets"][number],
  { rates, steps }: { rates: readonly number[]; steps: number },
  seed: number,
): TuningScores {
  const split = splitByClass(train.labels, 0.25, new Random(seed));
  const part = (rows: readonly number[]): LabelledInputs => ({
    inputs: gatherRows(train.inputs, inputWidth(nets[0] as Net), rows), // there are copies
    labels: rows.map((n) => train.labels[n] as number),
  });
  const [fit, validation] = [part(split.train), part(split.held)];
  const best = (tune: (learningRate: number) => ReturnType<typeof jointFinetune>): number => {
    const tried = rates.map((rate) => {
      const tuned = tune(rate);
      return { check: tuned.accuracy(validation.inputs, validation.labels), tuned };
    });
    const top = tried.reduce((a, b) => (b.check > a.check ? b : a));
    return top.tuned.accuracy(test.inputs, test.labels);
  };
  const common = { classes, steps, seed, weightDecay: 0.01 };
  return {
    twoStage: best((learningRate) => twoStageFinetune(nets, fit, { ...common, learningRate, validation })),
    joint: best((learningRate) => jointFinetune(nets, fit, { ...common, learningRate })),
  };
}

/** Mean cross-entropy of networks trained as one, whose logits add up; of one network, its own. */
export function sourceLoss(nets: readonly Net[], { inputs, labels }: LabelledInputs, classes: number): number {
  const summed = logitEnsemble(nets)(inputs, labels.length).map((value) => nets.length * value);
  return crossEntropy(summed, labels, classes).loss;
}
