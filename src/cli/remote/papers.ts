import * as schemas from "../../api/schemas.ts";
import type { FieldId } from "../../kit/fields.ts";
import type { Listed } from "../list.ts";
import { faultOf } from "./faults.ts";
import type { Site } from "./site.ts";
import { understood } from "./understood.ts";

/** What a request to a server gives, or what is wrong as the reader of the command should know it. */
async function asked<T>(site: Site, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw faultOf(error, site.url);
  }
}

/** The papers that a server has in its catalogue, as `livepapers list` shows them. */
export function listedAt(site: Site, field: FieldId | undefined, signal: AbortSignal): Promise<Listed[]> {
  return asked(site, signal, async () => {
    const papers: Listed[] = [];
    for await (const given of site.client.papers(field === undefined ? {} : { field }, { signal })) {
      const { slug, title, field: own, year, arxiv, runnable, tool, where } = understood(schemas.paperSummary, given);
      papers.push({ slug, title, field: own ?? "", year, arxiv, runnable, tool, where: where ?? "anywhere" });
    }
    return papers;
  });
}

/** A paper as a server has it. */
export function paperAt(site: Site, slug: string, signal: AbortSignal): Promise<schemas.Paper> {
  return asked(site, signal, async () => understood(schemas.paper, await site.client.paper(slug, { signal })));
}
