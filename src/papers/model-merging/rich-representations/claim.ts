import { z } from "zod";
import { defineClaim, type Run, type Verdict } from "../../../kit/paper.ts";
import { mean, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import { exceeds, measured, type PartResult, verdict } from "../../../kit/verdict.ts";
import paper from "./card.ts";
import { catName, jointName, type Scores, studentName, wideName } from "./experiment.ts";
import { accuracyChart, accuracyTable, copiesChart, tuningTable, valuesOf } from "./figures.ts";
import {
  digitsTrial,
  hindsightTrial,
  type Rates,
  type Settings,
  type TuningResult,
  tuningTrial,
  type ViewsResult,
  viewsTrial,
} from "./trials.ts";

const compared = 5;
const decisive = [1, 2, compared];

const params = z.object({
  seeds: z
    .number()
    .int()
    .min(2)
    .max(40)
    .default(4)
    .describe("Independent repetitions: data, networks and targets anew"),
  targets: z.number().int().min(1).max(20).default(4).describe("Target tasks a seed"),
  tunedTargets: z.number().int().min(1).max(20).default(1).describe("Of these, how many are also fine-tuned on"),
  views: z.number().int().min(2).max(40).default(12).describe("Redundant views of the label, two values each"),
  flip: z.number().min(0).max(0.4).default(0.05).describe("Probability that a view is wrong"),
  sourceRows: z.number().int().min(100).max(20_000).default(2000).describe("Training rows of the source"),
  targetRows: z.number().int().min(40).max(5000).default(400).describe("Training rows of a target"),
  testRows: z.number().int().min(100).max(20_000).default(2000).describe("Test rows of the source and of each target"),
  width: z.number().int().min(2).max(128).default(24).describe("Features of one network"),
  copies: z
    .array(z.number().int().min(1).max(20))
    .max(8)
    .default([])
    .describe("Further numbers of copies to concatenate, beside 1, 2 and 5"),
  steps: z.number().int().min(10).max(10_000).default(1200).describe("Training steps of every network"),
  tuneSteps: z.number().int().min(1).max(5000).default(150).describe("Steps of fine-tuning on a target"),
  tune: z
    .boolean()
    .default(false)
    .describe("Choose learning rate and weight decay of every family anew, on worlds of their own"),
  tuningWorlds: z.number().int().min(1).max(10).default(2).describe("Worlds on which settings are tried"),
  ablate: z
    .enum(["none", "seeds"])
    .default("none")
    .describe("Take the idea away: all copies get the same seed, and so learn the same features"),
});

/**
 * What `tune` finds, give or take a world: wide networks learn the source best with little decay and large steps. Of the two
 * steps that do about equally well this is the one with which they carry over better.
 */
const settled: Settings["rates"] = {
  episode: { learningRate: 0.03, weightDecay: 0.01 },
  wide: { learningRate: 0.03, weightDecay: 0.01 },
  joint: { learningRate: 0.03, weightDecay: 0.01 },
};

/** What it finds in hindsight. */
const afterwards: Settings["rates"] = {
  episode: { learningRate: 0.01, weightDecay: 1 },
  wide: { learningRate: 0.01, weightDecay: 1 },
  joint: { learningRate: 0.01, weightDecay: 1 },
};

const rateGrid: Rates[] = [0.003, 0.01, 0.03].flatMap((learningRate) =>
  [0.01, 0.1, 0.3, 1].map((weightDecay) => ({ learningRate, weightDecay })),
);

/** In hindsight too a setting counts only where the source is learnt. */
const learntSource = 0.99;

interface Tuned {
  /**
   * Least log loss on held-out source rows: all that can be known before there are targets. The copies take the wide
   * network's settings, not their own: small networks like more decay, which by itself makes features richer, and the
   * comparison is about the number of episodes.
   */
  chosen: Settings["rates"];
  /** Best target accuracy on the tuning worlds: more than anybody can know. */
  hindsight: Settings["rates"];
}

async function tuneFamilies(settings: Settings, worlds: number, run: Run, share: number): Promise<Tuned> {
  const inputs = rateGrid.flatMap((rates) =>
    Array.from({ length: worlds }, (_, world) => ({ settings, rates, world: 1_000_003 + 7919 * run.seed + world })),
  );
  const results = await run.map(tuningTrial, inputs, (_result, _index, done) => {
    run.progress((share * done) / inputs.length, `choosing settings on other worlds: ${done} of ${inputs.length}`);
  });
  const tried = rateGrid.map((rates, i) => ({ rates, result: averaged(results.slice(i * worlds, (i + 1) * worlds)) }));
  const families = ["episode", "wide", "joint"] as const;
  const best = (score: (result: TuningResult[(typeof families)[number]]) => number): Settings["rates"] => {
    const of = (family: (typeof families)[number]): Rates =>
      tried.reduce((a, b) => (score(b.result[family]) > score(a.result[family]) ? b : a)).rates;
    return { episode: of("episode"), wide: of("wide"), joint: of("joint") };
  };
  const chosen = best(({ loss }) => -loss);
  const tuned = {
    chosen: { ...chosen, episode: chosen.wide },
    hindsight: best(({ source, target }) => (source >= learntSource ? target : target - 1)),
  };
  run.table("tuning", tuningTable(tried, tuned.chosen, tuned.hindsight));
  return tuned;
}

function averaged(results: readonly TuningResult[]): TuningResult {
  const of = (family: keyof TuningResult) => ({
    loss: mean(results.map((result) => result[family].loss)),
    source: mean(results.map((result) => result[family].source)),
    target: mean(results.map((result) => result[family].target)),
  });
  return { episode: of("episode"), wide: of("wide"), joint: of("joint") };
}

/** The better of the two single episodes of equal size, seed by seed: the harder rival. */
function rivals(results: readonly Scores[]): number[] {
  const [wide, joint] = [wideName, jointName].map((name) => valuesOf(results, "target", name));
  return results.map((_, i) => Math.max(wide?.[i] ?? 0, joint?.[i] ?? 0));
}

function transferPart(results: readonly Scores[]): PartResult {
  const cat = valuesOf(results, "target", catName(compared));
  const rival = rivals(results);
  const gain = pairedInterval(cat, rival);
  const wins = cat.filter((value, i) => value > (rival[i] ?? 0)).length / cat.length;
  return {
    outcome: gain.value >= 0.02 && wins >= 0.8,
    measured: [
      measured("target acc(CAT₅) − acc(the better single episode)", gain),
      measured("seeds in which CAT₅ is ahead", wins),
      measured("target acc(CAT₅)", meanInterval(cat)),
      measured("target acc(wide)", meanInterval(valuesOf(results, "target", wideName))),
      measured("target acc(joint-parallel)", meanInterval(valuesOf(results, "target", jointName))),
      measured("target acc(random features)", meanInterval(valuesOf(results, "target", "random features"))),
    ],
  };
}

function sourcePart(results: readonly Scores[]): PartResult {
  const [cat, wide] = [catName(compared), wideName].map((name) => meanInterval(valuesOf(results, "source", name)));
  const gap = pairedInterval(valuesOf(results, "source", catName(compared)), valuesOf(results, "source", wideName));
  return {
    outcome: Math.abs(gap.value) <= 0.01,
    measured: [
      measured("source acc(CAT₅) − acc(wide)", gap),
      measured("source acc(CAT₅)", cat ?? Number.NaN),
      measured("source acc(wide)", wide ?? Number.NaN),
    ],
  };
}

function copiesPart(results: readonly ViewsResult[]): PartResult {
  const values = decisive.map((n) => meanInterval(valuesOf(results, "target", catName(n))));
  const falls = values.slice(1).some(({ value }, i) => value < (values[i]?.value ?? 0) - 0.01);
  return {
    outcome: !falls,
    measured: [
      ...values.map((value, i) => measured(`target acc(CAT${["₁", "₂", "₅"][i]})`, value)),
      measured("mean linear CKA between copies", meanInterval(results.map(({ overlap }) => overlap))),
    ],
  };
}

function tuningPart(results: readonly ViewsResult[]): PartResult {
  const [twoStage, joint] = (["twoStage", "joint"] as const).map((key) => results.map(({ tuning }) => tuning[key])) as [
    number[],
    number[],
  ];
  const gain = pairedInterval(twoStage, joint);
  return {
    outcome: exceeds(gain, 0),
    measured: [
      measured("target acc(two-stage) − acc(joint fine-tuning)", gain),
      measured("target acc(two-stage)", meanInterval(twoStage)),
      measured("target acc(joint fine-tuning)", meanInterval(joint)),
    ],
  };
}

function distillPart(results: readonly Scores[]): PartResult {
  const [single = [], student = [], cat = []] = [catName(1), studentName, catName(compared)].map((name) =>
    valuesOf(results, "target", name),
  );
  const gain = pairedInterval(student, single);
  return {
    outcome: gain.value >= 0 && mean(student) <= mean(cat),
    ...(gain.low > 0 || gain.high < 0
      ? {}
      : {
          reason:
            "The student's lead over a single network is within the noise: at the original size it has little room for what the copies found.",
        }),
    measured: [
      measured("target acc(DISTILL₅) − acc(single)", gain),
      measured("target acc(single)", meanInterval(single)),
      measured("target acc(DISTILL₅)", meanInterval(student)),
      measured("target acc(CAT₅)", meanInterval(cat)),
    ],
  };
}

function digitsPart(results: readonly Scores[]): PartResult {
  const cat = valuesOf(results, "target", catName(compared));
  const gain = pairedInterval(cat, rivals(results));
  const sameShape = pairedInterval(cat, valuesOf(results, "target", jointName));
  return {
    outcome: exceeds(gain, 0),
    ...(exceeds(sameShape, 0) === "holds" && exceeds(gain, 0) !== "holds"
      ? {
          reason:
            "The concatenation beats the same networks trained as one, but not the wide network, which in two hidden layers has many more weights.",
        }
      : {}),
    measured: [
      measured("ten-digit acc(CAT₅) − acc(the better single episode)", gain),
      measured("ten-digit acc(CAT₅) − acc(the same networks trained as one)", sameShape),
      ...[catName(1), catName(compared), wideName, jointName, "random features"].map((name) =>
        measured(`ten-digit acc, ${name}`, meanInterval(valuesOf(results, "target", name))),
      ),
    ],
  };
}

export const claim = defineClaim({
  params,
  scales: {
    quick: { seeds: 5, targets: 4 },
    full: { seeds: 8, targets: 8, tunedTargets: 4, copies: [3, 10], tune: true },
  },
  trials: { viewsTrial, hindsightTrial, digitsTrial, tuningTrial },
  async reproduce({ seeds, copies, ablate, tune, tuningWorlds, ...rest }, run): Promise<Verdict> {
    const wanted = [...new Set([...decisive, ...copies])].sort((a, b) => a - b);
    const settings: Settings = {
      ...rest,
      copies: wanted,
      compared,
      rates: settled,
      variants: run.scale === "full" ? "all" : "student",
      sameSeed: ablate === "seeds",
    };
    const full = run.scale === "full";
    const tuneShare = tune ? 0.35 : 0;
    const viewsShare = full ? 0.75 : 1;
    let hindsight = afterwards;
    if (tune) {
      // Settings are for the method as it is, whatever is taken away afterwards.
      const tuned = await tuneFamilies({ ...settings, sameSeed: false }, tuningWorlds, run, tuneShare);
      settings.rates = tuned.chosen;
      hindsight = tuned.hindsight;
    }
    const inputs = Array.from({ length: seeds }, () => settings);
    const views: ViewsResult[] = [];
    await run.map(viewsTrial, inputs, (result, index, done) => {
      views[index] = result;
      const sofar = views.filter(Boolean);
      run.progress(tuneShare + ((viewsShare - tuneShare) * done) / seeds, `redundant views: seed ${done} of ${seeds}`);
      run.table("views", accuracyTable("Redundant views: accuracy of a linear probe on frozen features", sofar));
      run.chart("accuracy", accuracyChart(sofar));
      run.chart("copies", copiesChart(sofar, wanted));
    });
    const parts: Record<string, PartResult> = {
      transfer: transferPart(views),
      "same source accuracy": sourcePart(views),
      "more copies": copiesPart(views),
      "two-stage fine-tuning": tuningPart(views),
      distillation: distillPart(views),
    };
    if (full) {
      const later: Scores[] = [];
      const rerun = inputs.map((input) => ({ ...input, rates: hindsight, copies: [compared] }));
      await run.map(hindsightTrial, rerun, (result, index, done) => {
        later[index] = result;
        run.progress(0.75 + (0.1 * done) / seeds, `settings chosen in hindsight: seed ${done} of ${seeds}`);
        run.table("hindsight", accuracyTable("Settings chosen by target accuracy", later.filter(Boolean)));
      });
      parts.hindsight = transferPart(later);
      const digits: Scores[] = [];
      const plain = inputs.map((input) => ({ ...input, copies: decisive, variants: "none" as const }));
      await run.map(digitsTrial, plain, (result, index, done) => {
        digits[index] = result;
        run.progress(0.85 + (0.15 * done) / seeds, `digits: seed ${done} of ${seeds}`);
        run.table("digits", accuracyTable("Digits: trained on five pairs, probed for all ten", digits.filter(Boolean)));
      });
      parts.digits = digitsPart(digits);
    }
    run.note(
      "ImageNet is out of reach here: small networks on a world of redundant views stand in for the mechanism, and digits for real data. Settings (learning rate, weight decay) are those with which single wide networks have the least log loss on held-out rows of the source, on other seeds; before the tasks are known nothing else can guide the choice. The copies are not tuned and take the same, so that only the number of episodes differs; the copies trained as one have settings of their own. The settings matter. Networks that are decayed harder spread over more views, and with settings chosen by the accuracy on the targets themselves a single episode of equal width comes about as far as the concatenation, close to the best possible accuracy (the part hindsight, at full scale): rich features can also be had by strong decay, if one knew. A student of the copies' original size keeps little of what they found.",
    );
    return verdict(paper.card, run.scale, parts);
  },
});
