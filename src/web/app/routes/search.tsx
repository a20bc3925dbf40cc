import { Link, redirect, useLoaderData } from "react-router";
import { parseArxivId } from "../../../feed/arxiv-id.ts";
import { fields } from "../../../kit/fields.ts";
import { servicesOf } from "../../services.ts";
import { FeedLinks } from "../components/feed-links.tsx";
import { PaperList } from "../components/paper-list.tsx";
import { count } from "../lib/format.ts";
import { hitLine } from "../server/feed.server.ts";
import { marksOf } from "../server/marks.server.ts";
import { pathOf } from "../server/papers.server.ts";
import type { PageArgs } from "../server/request.server.ts";

export async function loader(args: PageArgs) {
  const { papers, verdicts, feed } = servicesOf(args);
  const search = new URL(args.request.url).searchParams;
  const q = search.get("q") ?? "";
  const asked = Number(search.get("page") ?? 1);
  const order = search.get("order") === "newest" ? "newest" : "best";
  const id = parseArxivId(q)?.id;
  if (id !== undefined) {
    const paper = await feed.find(id);
    if (paper) throw redirect(pathOf(paper));
  }
  const known = await verdicts();
  const outcomes = new Map(
    [...known].flatMap(([slug, { run }]) => (run.verdict ? [[slug, run.verdict] as const] : [])),
  );
  const found = await feed.search(q, { page: Number.isInteger(asked) ? asked : 1, order, verdicts: outcomes });
  return {
    q,
    order,
    total: found.total,
    more: found.more,
    page: found.page,
    pages: found.pages,
    counts: found.counts,
    meant: found.meant ?? null,
    notes: [
      ...(id === undefined ? [] : [`No paper here has the arXiv id ${id}.`]),
      ...found.query.notes,
      ...found.mended.map(
        ({ word, taken }) => `No paper has “${word}”. Searched for was ${taken.map((one) => `“${one}”`).join(" or ")}.`,
      ),
    ],
    papers: found.hits.map((hit) => hitLine(hit, found.isHit, papers, known)),
    marks: await marksOf(
      args,
      found.hits.map(({ paper }) => paper.slug),
    ),
  };
}

function addressOf(q: string, more: Record<string, string> = {}): string {
  return `/search?${new URLSearchParams({ q, ...more })}`;
}

function Help() {
  return (
    <dl>
      <dt>
        <code>linear attention</code>
      </dt>
      <dd>both words, in any form; typing errors in titles and names are mended</dd>
      <dt>
        <code>2202.03799</code>
      </dt>
      <dd>the paper with this arXiv id, or address</dd>
      <dt>
        <code>"linear attention"</code>
      </dt>
      <dd>the words in this order</dd>
      <dt>
        <code>-graph</code>
      </dt>
      <dd>without the word, or a "phrase"</dd>
      <dt>
        <code>author:hopper</code>
      </dt>
      <dd>by a name, or author:"grace hopper"</dd>
      <dt>
        <code>field:llm-systems</code>
      </dt>
      <dd>of a field; -field: for the others</dd>
      <dt>
        <code>year:2020-2023</code>
      </dt>
      <dd>of these years, or of one, or year:2020-</dd>
      <dt>
        <code>runnable:yes</code>
      </dt>
      <dd>whose claim runs, or runnable:no</dd>
      <dt>
        <code>verdict:holds</code>
      </dt>
      <dd>whose claim last held; partly, fails and inconclusive too</dd>
    </dl>
  );
}

export default function Search() {
  const { q, order, total, more, page, pages, counts, meant, notes, papers, marks } = useLoaderData<typeof loader>();
  const asked = q.trim() !== "";

  return (
    <div className="page">
      <title>{asked ? `${q} · search · livepapers` : "Search · livepapers"}</title>
      <meta name="robots" content="noindex" />
      <header className="list-head">
        <h1>{asked ? (more ? `More than ${count(total, "paper")}` : count(total, "paper")) : "Search"}</h1>
        {asked ? (
          <p className="lede">
            for <q>{q}</q>
          </p>
        ) : (
          <p className="lede">Titles, authors, summaries and abstracts. The slash key leads to the box above.</p>
        )}
      </header>
      {(notes.length > 0 || meant !== null) && (
        <ul className="search-notes">
          {meant !== null && (
            <li>
              Did you mean <Link to={addressOf(meant)}>{meant}</Link>?
            </li>
          )}
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {asked ? (
        <div className="feed-body">
          <nav className="feed-side" aria-label="Order and fields">
            {total > 0 && (
              <>
                <ul className="choices">
                  <li>
                    <Link to={addressOf(q)} aria-current={order === "best" ? "true" : undefined}>
                      Best first
                    </Link>
                  </li>
                  <li>
                    <Link to={addressOf(q, { order: "newest" })} aria-current={order === "newest" ? "true" : undefined}>
                      Newest first
                    </Link>
                  </li>
                </ul>
                <p className="side-head">{more ? "Fields, of the newest" : "Fields"}</p>
                <ul className="counts">
                  {counts.map(({ field, papers }) => (
                    <li key={field ?? ""}>
                      {field ? (
                        <Link to={addressOf(q.includes(`field:${field}`) ? q : `${q} field:${field}`)}>
                          {fields[field].title} <span className="tally">{papers.toLocaleString("en-GB")}</span>
                        </Link>
                      ) : (
                        <span>
                          of none of ours <span className="tally">{papers.toLocaleString("en-GB")}</span>
                        </span>
                      )}
                    </li>
                  ))}
                </ul>
              </>
            )}
            <details className="search-help">
              <summary>What can be asked</summary>
              <Help />
            </details>
          </nav>
          <div className="feed-papers">
            <section aria-label="Papers">
              <PaperList papers={papers} marks={marks} />
            </section>
            {pages > 1 && (
              <nav className="turn" aria-label="Pages">
                {page > 1 && (
                  <Link
                    to={addressOf(q, { ...(order === "newest" ? { order } : {}), page: String(page - 1) })}
                    rel="prev"
                  >
                    Previous page
                  </Link>
                )}
                <span>
                  Page {page} of {pages}
                </span>
                {page < pages && (
                  <Link
                    to={addressOf(q, { ...(order === "newest" ? { order } : {}), page: String(page + 1) })}
                    rel="next"
                  >
                    Next page
                  </Link>
                )}
              </nav>
            )}
            <FeedLinks path="/search" query={{ q: q.trim() }} title={`Search: ${q.trim()}`} />
          </div>
        </div>
      ) : (
        <div className="search-help">
          <Help />
        </div>
      )}
    </div>
  );
}
