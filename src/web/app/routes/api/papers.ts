import { isRunnable } from "../../../../kit/paper.ts";
import { servicesOf } from "../../../services.ts";
import { json } from "../../server/problem.server.ts";
import type { PageArgs } from "../../server/request.server.ts";

/** GET /api/papers: the catalogue, one line a paper. */
export function loader(args: PageArgs): Response {
  const { papers } = servicesOf(args);
  return json(
    papers.map((paper) => ({
      slug: paper.card.slug,
      title: paper.card.title,
      field: paper.card.field,
      year: paper.card.year,
      arxiv: paper.card.arxiv,
      runnable: isRunnable(paper),
      tool: paper.tool !== undefined,
      where: paper.card.where,
    })),
  );
}
