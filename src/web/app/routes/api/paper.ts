import { jsonSchema } from "../../../../kit/params.ts";
import { servicesOf } from "../../../services.ts";
import { answer, json } from "../../server/problem.server.ts";
import { knownPaper, type PageArgs } from "../../server/request.server.ts";

/** GET /api/papers/SLUG: the card, and the JSON Schemas of the claim's parameters and of each tool's options. */
export function loader(args: PageArgs): Promise<Response> {
  return answer(args, async () => {
    const paper = knownPaper(servicesOf(args).papers, args.params.slug ?? "");
    const claim = (await paper.claim?.())?.claim;
    const tools = (await paper.tool?.())?.tools ?? [];
    return json({
      ...paper.card,
      runnable: claim !== undefined,
      parameters: claim ? { schema: jsonSchema(claim.params), scales: claim.scales } : null,
      tools: tools.map(({ name, summary, inputs, options, example }) => ({
        name,
        summary,
        inputs,
        example,
        options: jsonSchema(options),
      })),
    });
  });
}
