import { readerOf } from "../../../reader.ts";
import { servicesOf } from "../../../services.ts";
import { listedSlug } from "../../server/papers.server.ts";
import { answer, problem } from "../../server/problem.server.ts";
import type { PageArgs } from "../../server/request.server.ts";

/** POST /api/papers/SLUG/read: a reader has had the paper's page in sight. Counts once a person, or address, and paper. */
export function action(args: PageArgs): Promise<Response> {
  return answer(args, async () => {
    const slug = await listedSlug(args, args.params.slug ?? "");
    if (slug === undefined) return problem(404, "There is no such paper here.");
    await servicesOf(args).library.read(readerOf(args), slug);
    return new Response(null, { status: 204 });
  });
}

export function loader(): Response {
  return problem(405, "Reading is noted with POST.");
}
