import { bibtex } from "../lib/cite.ts";
import { type PageArgs, paperOf } from "../server/request.server.ts";

export function loader(args: PageArgs): Response {
  const { card } = paperOf(args).paper;
  return new Response(bibtex(card), {
    headers: {
      "Content-Type": "application/x-bibtex; charset=utf-8",
      "Content-Disposition": `attachment; filename="${card.slug}.bib"`,
    },
  });
}
