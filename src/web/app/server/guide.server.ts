import type { Guide } from "../../../kit/guide.ts";
import type { Services } from "../../services.ts";
import { viewOf } from "../lib/run-view.ts";
import { claimFormOf } from "./forms.server.ts";
import { verdictOf } from "./headline.server.ts";
import { richText } from "./rich-text.server.ts";
import { noteHtml, outcomeOfRun, partTexts } from "./run-page.server.ts";

/** The guide of a field as its page shows it: advice with what was measured last, the form, and the last comparison. */
export async function guidePage(guide: Guide, services: Services) {
  const { card, advice } = guide;
  const last = (await services.verdicts()).get(card.slug);
  const events = last ? await services.events(last.run.id) : [];
  const parts = last ? (verdictOf(last.run)?.parts ?? []) : [];
  return {
    slug: card.slug,
    titleHtml: richText(card.title),
    wordsHtml: richText(card.claim.words),
    anywhere: card.where === "anywhere",
    advice: advice.map(({ method, slug, when, needs, cost, part }) => ({
      methodHtml: richText(method),
      slug: slug ?? null,
      whenHtml: richText(when),
      needsHtml: richText(needs),
      costHtml: richText(cost),
      part,
      outcome: parts.find(({ name }) => name === part)?.outcome ?? null,
    })),
    form: await claimFormOf(guide),
    texts: partTexts(card),
    last: last
      ? {
          id: last.run.id,
          runs: last.runs,
          finished: last.run.finished?.toISOString() ?? null,
          view: viewOf(events, outcomeOfRun(last.run)),
          notes: noteHtml(events),
        }
      : null,
  };
}

export type GuidePage = Awaited<ReturnType<typeof guidePage>>;
