import { Link, redirect, useLoaderData } from "react-router";
import { parseArxivId } from "../../../feed/arxiv-id.ts";
import { fields, isField } from "../../../kit/fields.ts";
import { servicesOf } from "../../services.ts";
import { Html } from "../components/html.tsx";
import { PaperMarks } from "../components/marks.tsx";
import { useRead } from "../components/use-read.ts";
import { PaperMark } from "../components/verdict-mark.tsx";
import { formatDay } from "../lib/format.ts";
import { entryLine, sourceTitles } from "../server/feed.server.ts";
import { marksOf } from "../server/marks.server.ts";
import { notFound, type PageArgs } from "../server/request.server.ts";
import { richText } from "../server/rich-text.server.ts";

/** A paper that was imported and is not in the catalogue, by its arXiv id. */
export async function loader(args: PageArgs) {
  const services = servicesOf(args);
  const asked = args.params["*"] ?? "";
  const id = parseArxivId(asked)?.id;
  const row = id === undefined ? undefined : await services.feed.find(id);
  if (!row) return notFound({ message: `There is no paper with the arXiv id “${asked.slice(0, 60)}” here.` });
  if (row.catalogued) throw redirect(`/papers/${row.slug}`);
  if (id !== asked) throw redirect(`/arxiv/${row.arxiv}`);
  const field = row.field !== null && isField(row.field) ? row.field : null;
  const [related, known] = await Promise.all([services.feed.related(row), services.verdicts()]);
  return {
    arxiv: row.arxiv,
    slug: row.slug,
    marks: (await marksOf(args, [row.slug]))[row.slug],
    title: row.title,
    titleHtml: richText(row.title),
    authors: row.authors,
    abstractHtml: richText(row.abstract),
    source: sourceTitles[row.abstractSource ?? "arxiv"] ?? "",
    categories: row.categories,
    field,
    year: row.year,
    published: row.published ? formatDay(row.published.toISOString()) : null,
    listed: formatDay(row.listed),
    upvotes: row.upvotes,
    submitter: row.submitter,
    related: related.map((other) => entryLine(other, services.papers, known)),
  };
}

export default function Imported() {
  const paper = useLoaderData<typeof loader>();
  useRead(paper.slug);
  return (
    <article className="page">
      <title>{`${paper.title} · livepapers`}</title>
      <header className="paper-head">
        {paper.field && (
          <p className="kicker">
            <Link to={`/fields/${paper.field}`}>{fields[paper.field].title}</Link>
          </p>
        )}
        <Html as="h1" html={paper.titleHtml} />
        <p className="authors">{paper.authors.join(", ")}</p>
        <p className="paper-meta">
          <span>{paper.published ?? paper.year}</span>
          <a href={`https://arxiv.org/abs/${paper.arxiv}`} rel="external">
            arXiv {paper.arxiv}
          </a>
          <PaperMark mark={null} runnable={false} />
        </p>
        <p className="paper-actions no-print">
          <PaperMarks slug={paper.slug} marks={paper.marks} large />
        </p>
      </header>
      <div className="reading">
        <div className="text">
          <section aria-labelledby="abstract">
            <h2 id="abstract">Abstract</h2>
            <Html as="p" className="summary-text" html={paper.abstractHtml} />
            <p className="attribution">The authors’ abstract, from {paper.source}.</p>
          </section>
          <section aria-labelledby="run">
            <h2 id="run">Run</h2>
            <p>
              Nobody has written this paper’s claim down as an experiment yet.{" "}
              <Link to="/about#write">Make it run in an afternoon</Link>: the contributing guide has the four files it
              takes.
            </p>
          </section>
          {paper.related.length > 0 && (
            <section aria-labelledby="related">
              <h2 id="related">Related papers</h2>
              <ul className="related">
                {paper.related.map((other) => (
                  <li key={other.slug}>
                    <h3>
                      <Link to={other.path}>
                        <Html html={other.titleHtml} />
                      </Link>
                    </h3>
                    <Html as="p" html={other.summaryHtml} />
                  </li>
                ))}
              </ul>
            </section>
          )}
        </div>
        <aside className="margin" aria-label="About this paper">
          <dl>
            {paper.categories.length > 0 && (
              <div>
                <dt>Categories</dt>
                <dd>{paper.categories.join(", ")}</dd>
              </div>
            )}
            <div>
              <dt>Listed</dt>
              <dd>{paper.listed}</dd>
            </div>
            {paper.upvotes !== null && (
              <div>
                <dt>Votes elsewhere</dt>
                <dd>
                  {paper.upvotes.toLocaleString("en-GB")}
                  {paper.submitter && `, put forward by ${paper.submitter}`}
                </dd>
              </div>
            )}
          </dl>
        </aside>
      </div>
    </article>
  );
}
