import { type Digits, loadDigits } from "../../../kit/datasets/digits.ts";
import type { TrialContext } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import { disjointSets } from "../digit-tasks.ts";
import { CatRepresentation } from "./cat-representation.ts";
import type { LabelledInputs, Training } from "./episodes.ts";
import {
  candidates,
  catName,
  compareTuning,
  jointName,
  meanOverlap,
  type Plan,
  probeAll,
  type Scores,
  sourceLoss,
  type TuningScores,
  type World,
  wideName,
} from "./experiment.ts";
import { redundantViews } from "./redundant-views.ts";

/** Learning rate and weight decay of a family of networks. */
export type Rates = Required<Pick<Training, "learningRate" | "weightDecay">>;

/** What a trial is told; the claim's parameters without the number of seeds. */
export interface Settings {
  views: number;
  flip: number;
  targets: number;
  tunedTargets: number;
  sourceRows: number;
  targetRows: number;
  testRows: number;
  width: number;
  copies: number[];
  compared: number;
  steps: number;
  tuneSteps: number;
  rates: Record<"episode" | "wide" | "joint", Rates>;
  variants: Plan["variants"];
  sameSeed: boolean;
}

export interface ViewsResult extends Scores {
  overlap: number;
  tuning: TuningScores;
}

/** Rows of a world of redundant views: all carry the source label, a random pair each target's. */
export function viewsWorld(settings: Settings, random: Random): World {
  const { views, flip, targets, sourceRows, targetRows, testRows } = settings;
  const draw = (name: string, count: number, carriers?: readonly number[]): LabelledInputs =>
    redundantViews({ views, flip, count, random: random.fork(name), ...(carriers ? { carriers } : {}) });
  return {
    source: draw("source", sourceRows),
    sourceTest: draw("source test", testRows),
    targets: Array.from({ length: targets }, (_, t) => {
      const carriers = random.fork(`carriers ${t}`).sample([...Array(views).keys()], 2);
      return {
        train: draw(`target ${t}`, targetRows, carriers),
        test: draw(`target test ${t}`, testRows, carriers),
        classes: 2,
      };
    }),
  };
}

export function planOf(settings: Settings, inputs: number, classes: number, hidden: readonly number[]): Plan {
  const { copies, compared, steps, rates, sameSeed, variants } = settings;
  return {
    spec: { inputs, hidden, classes },
    copies,
    compared,
    sameSeed,
    variants,
    episode: { steps, ...rates.episode },
    wide: { steps, ...rates.wide },
    joint: { steps, ...rates.joint },
  };
}

/** One seed of the world of redundant views: new data, new networks, new targets. */
export function viewsTrial(settings: Settings, { random }: TrialContext): ViewsResult {
  const world = viewsWorld(settings, random.fork("world"));
  const plan = planOf(settings, 2 * settings.views, 2, [settings.width]);
  const { list, nets } = candidates(plan, world.source, random.fork("networks"));
  const options = { rates: [1e-3, 3e-3, 1e-2], steps: settings.tuneSteps };
  const tuning = world.targets
    .slice(0, settings.tunedTargets)
    .map((target, t) => compareTuning(nets, target, options, random.fork(`tuning ${t}`).seed));
  return {
    ...probeAll(list, world),
    overlap: meanOverlap(nets, world.sourceTest),
    tuning: { twoStage: mean(tuning.map((s) => s.twoStage)), joint: mean(tuning.map((s) => s.joint)) },
  };
}

const side = 14;

/** The comparison alone, without the variants, for settings chosen in hindsight. */
export function hindsightTrial(settings: Settings, { random }: TrialContext): Scores {
  const world = viewsWorld(settings, random.fork("world"));
  const plan = planOf({ ...settings, variants: "none" }, 2 * settings.views, 2, [settings.width]);
  return probeAll(candidates(plan, world.source, random.fork("networks")).list, world);
}

/** One seed of the digits: source labels are five random pairs of digits, the target is all ten. */
export async function digitsTrial(settings: Settings, { random }: TrialContext): Promise<Scores> {
  const pool = await loadDigits({ side });
  const [train, sourceTest, target, test] = disjointSets(
    pool,
    [settings.sourceRows, settings.testRows, 2 * settings.targetRows, settings.testRows],
    random.fork("images"),
  ) as [Digits, Digits, Digits, Digits];
  const group = random
    .fork("groups")
    .permutation(10)
    .map((place) => place >> 1);
  const coarse = ({ images, labels }: Digits): LabelledInputs => ({
    inputs: images,
    labels: labels.map((digit) => group[digit] ?? 0),
  });
  const fine = ({ images, labels }: Digits): LabelledInputs => ({ inputs: images, labels });
  const world: World = {
    source: coarse(train),
    sourceTest: coarse(sourceTest),
    targets: [{ train: fine(target), test: fine(test), classes: 10 }],
  };
  const plan = planOf(settings, side * side, 5, [16, 16]);
  const { list } = candidates(plan, world.source, random.fork("networks"));
  return probeAll(list, world);
}

export interface TuningInput {
  settings: Settings;
  rates: Rates;
  /** Number of the world: the settings are compared on the same ones. */
  world: number;
}

/** What a setting of all families comes to: log loss and accuracy on held-out source rows, and accuracy on targets. */
export type TuningResult = Record<keyof Settings["rates"], { loss: number; source: number; target: number }>;

/** Tries one setting on a world that no result comes from. The stream depends on the world only, not on the trial's place. */
export function tuningTrial({ settings, rates, world }: TuningInput): TuningResult {
  const random = new Random(world).fork("rich-representations tuning");
  const all = { ...settings, rates: { episode: rates, wide: rates, joint: rates }, copies: [settings.compared] };
  const data = viewsWorld(all, random.fork("world"));
  const plan = planOf({ ...all, variants: "none" }, 2 * all.views, 2, [all.width]);
  const { list, nets } = candidates(plan, data.source, random.fork("networks"));
  const { source, target } = probeAll(list, data);
  const of = (name: string, loss: number) => ({ loss, source: source[name] ?? 0, target: target[name] ?? 0 });
  const lossOf = (name: string): number => {
    const found = list.find((candidate) => candidate.name === name)?.members[0];
    return found instanceof CatRepresentation ? sourceLoss(found.nets, data.sourceTest, 2) : Number.NaN;
  };
  return {
    episode: of(catName(all.compared), mean(nets.map((net) => sourceLoss([net], data.sourceTest, 2)))),
    wide: of(wideName, lossOf(wideName)),
    joint: of(jointName, lossOf(jointName)),
  };
}
