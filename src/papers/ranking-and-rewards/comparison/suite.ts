import type { Random } from "../../../kit/random.ts";
import { paymentDraw, poolingDraw, verificationDraw } from "./evidence.ts";
import {
  type Ablation,
  choiceIsGood,
  choiceRules,
  committeeQuality,
  contradicted,
  orderError,
  orderRules,
  rankBy,
} from "./rules.ts";
import { drawCandidates, drawPanel, drawTable, type TableKind, tableKinds } from "./tables.ts";

export const situations = [...tableKinds, "all at once", "marked down", "answers", "team", "pooled labels"] as const;
export type Situation = (typeof situations)[number];

/** Numbers of one draw, by method. For tables also the votes an order contradicts, as "Borda, votes". */
export type Draw = Record<string, number>;

async function tableDraw(kind: TableKind, random: Random, ablate: Ablation): Promise<Draw> {
  const world = drawTable(kind, random);
  const numbers: Draw = {};
  for (const rule of orderRules) {
    const rank = await rankBy(rule, world.scores, ablate);
    numbers[rule] = orderError(rank, world);
    numbers[`${rule}, votes`] = contradicted(rank, world);
  }
  return numbers;
}

function isTable(situation: Situation): situation is TableKind {
  return tableKinds.some((kind) => kind === situation);
}

/** One draw of a situation, decided by every method that fits it. */
export async function drawOf(situation: Situation, random: Random, ablate: Ablation): Promise<Draw> {
  if (isTable(situation)) return tableDraw(situation, random, ablate);
  if (situation === "all at once") {
    const candidates = drawCandidates(random);
    return Object.fromEntries(choiceRules.map((rule) => [rule, Number(choiceIsGood(rule, candidates, ablate))]));
  }
  if (situation === "marked down") {
    const panel = drawPanel(random);
    return { "with a floor": committeeQuality(panel, ablate !== "floor"), without: committeeQuality(panel, false) };
  }
  if (situation === "answers") {
    const { method, rival } = verificationDraw(random, ablate);
    return { "from scored outcomes": method, "from good traces": rival };
  }
  if (situation === "team") {
    const { method, rival } = await paymentDraw(random, ablate);
    return { "by all reports": method, "by one's own report": rival };
  }
  const { method, rival } = poolingDraw(random, ablate);
  return { "coupled estimation": method, "unjudged as irrelevant": rival };
}
