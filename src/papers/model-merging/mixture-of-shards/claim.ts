import { z } from "zod";
import { defineClaim, type Run, type Verdict } from "../../../kit/paper.ts";
import { mean, pairedInterval } from "../../../kit/stats.ts";
import { exceeds, measured, type PartResult, verdict } from "../../../kit/verdict.ts";
import { type Ablation, type ArmSpec, ablations, type MosSpec, mosCandidates, without } from "./arms.ts";
import paper from "./card.ts";
import { adapterTrial, type Effort, type Setting } from "./experiment.ts";
import { curveChart, errorChart, errorTable, memoryTable, settingsTable } from "./figures.ts";
import { savingFactor } from "./saving.ts";
import { type Contest, compare, type Method, type Outcome, type Tuned, tune, tuningCost } from "./tuning.ts";

const params = z.object({
  seeds: z.number().int().min(3).max(30).default(5).describe("Tasks of the comparison: base, teacher and rows anew"),
  tuningSeeds: z.number().int().min(1).max(10).default(2).describe("Other tasks, on which all settings are chosen"),
  steps: z.number().int().min(1).max(5000).default(500).describe("Training steps of an adapter"),
  batch: z.number().int().min(1).max(1000).default(32).describe("Examples a step"),
  trainRows: z.number().int().min(10).max(20_000).default(1500).describe("Training examples of a task"),
  testRows: z.number().int().min(10).max(20_000).default(500).describe("Test examples of a task"),
  baseSteps: z.number().int().min(1).max(5000).default(600).describe("Pretraining steps of the network for digits"),
  budget: z.number().int().min(2).max(8).default(2).describe("Equivalent rank e: parameters of LoRA-e for all"),
  ranks: z
    .array(z.number().int().min(1).max(8))
    .min(1)
    .default([2, 4])
    .describe("Ranks r that MoS may choose, in units of e"),
  pieces: z.array(z.number().int().min(1).max(32)).min(1).default([1, 2]).describe("Pieces l that MoS may choose"),
  otherSeeds: z.number().int().min(2).max(30).default(5).describe("Tasks of the other teachers"),
  ablate: z
    .enum(ablations)
    .default("none")
    .describe("Take one of the four measures of differentiation away from MoS, or all of them: pure sharing"),
});
type Params = z.output<typeof params>;

const rates = [0.03, 0.06, 0.12];
const digitRates = [0.01, 0.02, 0.04];
const otherSettings: readonly Setting[] = ["independent", "half shared", "digits"];
const savingRanks = [1, 2, 3, 4, 8];

const lora = (budget: number): Method => ({ name: `LoRA-${budget}`, candidates: [{ kind: "lora", budget }] });
const mosName = "MoS";
const pureName = "pure sharing";
const unsharedName = "MoS without private shards";

/** The method itself, or what an ablation leaves of it: the same settings to choose from. */
function mosMethod({ budget, ranks, pieces, ablate }: Params): Method {
  const whole = mosCandidates(budget, ranks, pieces);
  const seen = new Map(whole.map((spec) => without(ablate, spec)).map((arm) => [JSON.stringify(arm), arm]));
  return { name: mosName, candidates: [...seen.values()] };
}

/** The chosen MoS without each of its measures. One that it does not use (l = 1) is added instead. */
function ablatedMethods(chosen: ArmSpec, measures: readonly Exclude<Ablation, "none" | "all">[]): Method[] {
  if (chosen.kind !== "mos") return [];
  const names: Record<(typeof measures)[number], string> = {
    privatization: unsharedName,
    dissociation: "MoS with tied pairs",
    sharding: "MoS without vector sharding",
    subset: "MoS without subsets",
  };
  return measures.map((measure): Method => {
    const whole: MosSpec = chosen;
    if (measure === "sharding" && whole.shards === 1) {
      return { name: "MoS with vectors cut in 2", candidates: [{ ...whole, shards: 2 }] };
    }
    return { name: names[measure], candidates: [without(measure, whole)] };
  });
}

/** Tunes and compares the methods, then the chosen MoS without its measures, on the same tasks. */
async function contestOf(
  run: Run,
  contest: Contest,
  methods: readonly Method[],
  measures: readonly Exclude<Ablation, "none" | "all">[],
  onDone: (trained: number) => void,
): Promise<Outcome[]> {
  const total = tuningCost(contest, methods) + (methods.length + measures.length) * contest.taskSeeds.length;
  const whole = total + measures.length * contest.rates.length * contest.tuningSeeds.length;
  let trained = 0;
  const onTrained = (): void => onDone(++trained / whole);
  const tuned = await tune(run, contest, methods, onTrained);
  const chosen = (tuned.find(({ name }) => name === mosName) as Tuned).arm; // every contest has MoS
  const ablated = await tune(run, contest, ablatedMethods(chosen, measures), onTrained);
  return compare(run, contest, [...tuned, ...ablated], onTrained);
}

const errorsOf = (outcomes: readonly Outcome[], name: string): number[] =>
  outcomes.find((outcome) => outcome.name === name)?.errors ?? [];

function requiredParts(outcomes: readonly Outcome[], budget: number): Record<string, PartResult> {
  const [ours, plain, pure] = [mosName, `LoRA-${budget}`, pureName].map((name) => errorsOf(outcomes, name)) as [
    number[],
    number[],
    number[],
  ];
  const chosen = outcomes.find(({ name }) => name === mosName)?.arm;
  const gain = pairedInterval(plain, ours);
  const undone = pairedInterval(pure, ours);
  const parts: Record<string, PartResult> = {
    "beats LoRA": {
      outcome: exceeds(gain, 0),
      measured: [
        measured(`err(LoRA-${budget}) − err(MoS)`, gain),
        measured("err(MoS)", mean(ours)),
        measured(`err(LoRA-${budget})`, mean(plain)),
        measured("err(MoS) / err(LoRA), mean over mean", mean(ours) / mean(plain)),
      ],
    },
    differentiation: {
      outcome: exceeds(undone, 0),
      measured: [measured("err(pure sharing) − err(MoS)", undone), measured("err(pure sharing)", mean(pure))],
    },
  };
  const unshared = errorsOf(outcomes, unsharedName);
  if (chosen?.kind !== "mos" || chosen.privateRank === 0 || unshared.length === 0) {
    parts["private shards"] = {
      outcome: false,
      measured: [],
      reason: "No block has shards of its own in this run, so there are none to take away.",
    };
    return parts;
  }
  const harm = pairedInterval(
    unshared,
    ours.map((error) => 0.98 * error),
  );
  parts["private shards"] = {
    outcome: exceeds(harm, 0),
    measured: [
      measured("err(without private shards) − 0.98 · err(MoS)", harm),
      measured("err(without private shards)", mean(unshared)),
      measured("err(without private shards) / err(MoS), mean over mean", mean(unshared) / mean(ours)),
    ],
    ...(mean(unshared) < mean(ours)
      ? {
          reason:
            "In this teacher nothing belongs to one layer alone, so what is reserved for one layer is lost to the rest.",
        }
      : {}),
  };
  return parts;
}

export const claim = defineClaim({
  params,
  scales: {
    quick: {},
    full: { seeds: 8, tuningSeeds: 2, steps: 800, pieces: [1, 2, 4] },
  },
  trials: { adapterTrial },
  async reproduce(given, run): Promise<Verdict> {
    const { seeds, tuningSeeds, otherSeeds, budget, ablate } = given;
    const full = run.scale === "full";
    const effort: Effort = given;
    const seedsFrom = (label: string, count: number): number[] =>
      Array.from({ length: count }, (_, i) => run.random.fork(label).fork(i).seed);
    const contestFor = (setting: Setting, tasks: number): Contest => ({
      setting,
      rates: setting === "digits" ? digitRates : rates,
      effort: setting === "digits" ? { ...effort, testRows: 4 * effort.testRows } : effort,
      tuningSeeds: seedsFrom(`tuning ${setting}`, tuningSeeds),
      taskSeeds: seedsFrom(`task ${setting}`, tasks),
    });
    run.table("memory", memoryTable());

    const share = full ? 0.5 : 1;
    const rivals: Method[] = (["scaled", "tied", "vera", "proLora"] as const).map((kind) => ({
      name: {
        scaled: "pure sharing, randomly scaled",
        tied: "Tied-LoRA",
        vera: "VeRA",
        proLora: "PRoLoRA",
      }[kind],
      candidates: [{ kind, budget }],
    }));
    const ladder = [...new Set([...savingRanks, 8 * budget])].filter((rank) => rank !== budget);
    const methods: Method[] = [
      lora(budget),
      { name: pureName, candidates: [{ kind: "pure", budget }] },
      mosMethod(given),
      ...(full ? [...rivals, ...ladder.map(lora), smallMos(given)] : []),
    ];
    const measures = full
      ? (["privatization", "dissociation", "sharding", "subset"] as const)
      : (["privatization"] as const);
    const outcomes = await contestOf(run, contestFor("shared atoms", seeds), methods, measures, (done) =>
      run.progress(share * done, "shared atoms: training adapters"),
    );
    run.table("errors", errorTable("shared atoms", outcomes, budget));
    run.chart("errors", errorChart("shared atoms", outcomes));
    const parts = requiredParts(outcomes, budget);
    if (full) {
      const saving = savingFactor(
        savingRanks.map((rank) => ({ rank, errors: errorsOf(outcomes, `LoRA-${rank}`) })),
        errorsOf(outcomes, mosName),
        budget,
      );
      run.chart("ranks", curveChart(outcomes, budget));
      parts["saving factor"] = {
        outcome: "shown",
        measured: [measured("rank of LoRA that matches MoS, divided by e", saving)],
        reason: "The eightfold saving of the paper is not reproduced at this scale.",
      };
      const all: { setting: Setting; outcomes: Outcome[] }[] = [];
      for (const [i, setting] of otherSettings.entries()) {
        const step = (1 - share) / otherSettings.length;
        const own = await contestOf(
          run,
          contestFor(setting, otherSeeds),
          [
            lora(budget),
            { name: pureName, candidates: [{ kind: "pure", budget }] },
            mosMethod(given),
            { name: "Tied-LoRA", candidates: [{ kind: "tied", budget }] },
            { name: "frozen network", candidates: [{ kind: "none" }] },
          ],
          ["privatization", "dissociation", "sharding", "subset"],
          (done) => run.progress(share + step * (i + done), `${setting}: training adapters`),
        );
        all.push({ setting, outcomes: own });
        run.table("settings", settingsTable(all, budget));
        run.chart(setting, errorChart(setting, own));
      }
      parts["other teachers"] = {
        outcome: "shown",
        measured: all.flatMap(({ setting, outcomes: own }) => [
          measured(
            `${setting}: err(LoRA-${budget}) − err(MoS)`,
            pairedInterval(errorsOf(own, `LoRA-${budget}`), errorsOf(own, mosName)),
          ),
          measured(
            `${setting}: err(pure sharing) − err(MoS)`,
            pairedInterval(errorsOf(own, pureName), errorsOf(own, mosName)),
          ),
          measured(
            `${setting}: err(without private shards) / err(MoS), mean over mean`,
            mean(errorsOf(own, unsharedName)) / mean(errorsOf(own, mosName)),
          ),
        ]),
      };
    }
    run.note(noteOf(ablate));
    return verdict(paper.card, run.scale, parts);
  },
});

/** The smallest budget, where every row is either private or shared: MoS shares all of them. */
function smallMos({ ranks, pieces }: Params): Method {
  return { name: "MoS at e = 1", candidates: mosCandidates(1, ranks, pieces) };
}

function noteOf(ablate: Ablation): string {
  const removed = ablate === "none" ? "" : ` This run takes away: ${ablate}.`;
  return `LLaMA2 is out of reach here: eight residual blocks of width 32 stand in, and adapters learn a teacher whose updates are known. Every method chose its settings and its learning rate on tasks of its own; MoS without one of its measures keeps what was chosen and tunes the learning rate anew. α = r throughout, since Adam's rate already sets the size of an update. MoS keeps at least one private rank, so that taking it away changes something. At so small a budget that one rank is half of the pool for e = 2, and every atom of this teacher is common to all layers: private shards are tried here where they have the least to give. The full scale tries them where half of every update is the layer's own.${removed}`;
}
