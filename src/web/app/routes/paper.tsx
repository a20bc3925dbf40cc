import { Link, NavLink, Outlet, type ShouldRevalidateFunctionArgs, useLoaderData } from "react-router";
import { fields } from "../../../kit/fields.ts";
import { isRunnable } from "../../../kit/paper.ts";
import { Html } from "../components/html.tsx";
import { PaperMarks } from "../components/marks.tsx";
import { PaperMark } from "../components/verdict-mark.tsx";
import { marksOf } from "../server/marks.server.ts";
import { markOf } from "../server/papers.server.ts";
import { type PageArgs, paperOf } from "../server/request.server.ts";
import { richText } from "../server/rich-text.server.ts";

export async function loader(args: PageArgs) {
  const { paper, services } = paperOf(args);
  const { card } = paper;
  const verdict = (await services.verdicts()).get(card.slug);
  return {
    slug: card.slug,
    title: card.title,
    titleHtml: richText(card.title),
    authors: card.authors,
    year: card.year,
    venue: card.venue ?? null,
    arxiv: card.arxiv,
    code: card.code ?? null,
    field: card.field,
    fieldTitle: fields[card.field].title,
    runnable: isRunnable(paper),
    hasTool: paper.tool !== undefined,
    mark: markOf(verdict),
    marks: (await marksOf(args, [card.slug]))[card.slug],
  };
}

/** A run that is watched is named in the address; the head of the page does not depend on it. */
export function shouldRevalidate({ currentParams, nextParams, formAction }: ShouldRevalidateFunctionArgs): boolean {
  return currentParams.slug !== nextParams.slug || formAction === "/marks";
}

/** What the parts of a paper's page need of its head. */
export type PaperHead = Awaited<ReturnType<typeof loader>>;

export default function PaperPage() {
  const paper = useLoaderData<typeof loader>();
  const base = `/papers/${paper.slug}`;
  return (
    <article className="page">
      <header className="paper-head">
        <p className="kicker">
          <Link to={`/fields/${paper.field}`}>{paper.fieldTitle}</Link>
        </p>
        <Html as="h1" html={paper.titleHtml} />
        <p className="authors">{paper.authors.join(", ")}</p>
        <p className="paper-meta">
          <span>{paper.venue ?? paper.year}</span>
          <a href={`https://arxiv.org/abs/${paper.arxiv}`} rel="external">
            arXiv {paper.arxiv}
          </a>
          {paper.code && (
            <a href={paper.code} rel="external">
              Authors’ code
            </a>
          )}
          {paper.mark ? (
            <Link to={`/runs/${paper.mark.runId}`} className="quiet">
              <PaperMark mark={paper.mark} runnable={paper.runnable} />
            </Link>
          ) : (
            <PaperMark mark={null} runnable={paper.runnable} />
          )}
        </p>
        <p className="paper-actions no-print">
          {paper.runnable && (
            <Link to={`${base}#run`} className="button primary">
              Run the claim
            </Link>
          )}
          {paper.runnable && paper.hasTool && (
            <Link to={`${base}/data`} className="button" prefetch="intent">
              Use your data
            </Link>
          )}
          <PaperMarks slug={paper.slug} marks={paper.marks} large />
        </p>
      </header>
      <nav className="tabs no-print" aria-label="This paper">
        <NavLink to={base} end prefetch="intent" preventScrollReset>
          {paper.runnable ? "Paper and run" : "Paper"}
        </NavLink>
        <NavLink to={`${base}/data`} prefetch="intent" preventScrollReset>
          Your data
        </NavLink>
        <NavLink to={`${base}/code`} prefetch="intent" preventScrollReset>
          Code
        </NavLink>
      </nav>
      <Outlet context={paper} />
    </article>
  );
}
