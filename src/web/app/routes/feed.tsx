import { Link, useLoaderData, useSearchParams } from "react-router";
import type { FeedPage, FeedQuery } from "../../../feed/feed.ts";
import { type FeedView, feedViews } from "../../../feed/views.ts";
import { type FieldId, fields, isField } from "../../../kit/fields.ts";
import { servicesOf } from "../../services.ts";
import { FeedLinks } from "../components/feed-links.tsx";
import { InboxBox } from "../components/inbox-box.tsx";
import { PaperList } from "../components/paper-list.tsx";
import { feedName, feedQuery } from "../lib/feed-links.ts";
import { formatDay } from "../lib/format.ts";
import { periodTitle } from "../lib/period.ts";
import { entryLine, sourceTitles } from "../server/feed.server.ts";
import { marksOf } from "../server/marks.server.ts";
import type { PageArgs } from "../server/request.server.ts";

function queryOf(search: URLSearchParams): FeedQuery {
  const view: FeedView = feedViews.find((name) => name === search.get("view")) ?? "trending";
  const field = search.get("field") ?? "";
  const page = Number(search.get("page") ?? 1);
  const when = search.get("when");
  const after = search.get("after");
  return {
    view,
    ...(isField(field) ? { field } : {}),
    ...(search.get("only") === "runnable" ? { runnable: true } : {}),
    ...(when ? { when } : {}),
    ...(after ? { after } : {}),
    page: Number.isInteger(page) ? page : 1,
  };
}

export async function loader(args: PageArgs) {
  const { papers, verdicts, feed, inbox } = servicesOf(args);
  const query = queryOf(new URL(args.request.url).searchParams);
  const [page, counts, known] = await Promise.all([feed.page(query), feed.counts(), verdicts()]);
  const sum = (key: "papers" | "runnable"): number => counts.reduce((total, entry) => total + entry[key], 0);
  const order: "signals" | "newest" = query.view === "newest" ? "newest" : "signals";
  return {
    view: query.view,
    field: query.field ?? null,
    onlyRunnable: query.runnable ?? false,
    total: sum("papers"),
    runnable: sum("runnable"),
    counts: Object.fromEntries(counts.map((entry) => [entry.field ?? "", entry.papers])),
    place: placeOf(page),
    folder: inbox.mailKind === "folder",
    marks: await marksOf(
      args,
      page.entries.map(({ paper }) => paper.slug),
    ),
    papers: page.entries.map(({ paper, why }) => ({
      ...entryLine(paper, papers, known),
      why: {
        why,
        order,
        ranked: page.ranked,
        listed: formatDay(paper.listed),
        listedBy: sourceTitles[paper.listedBy] ?? "this catalogue",
        upvotes: paper.upvotes,
        submitter: paper.submitter,
      },
    })),
  };
}

function placeOf({ page, pages, next, period, earlier, later }: FeedPage) {
  return {
    page,
    pages: pages ?? null,
    next: next ?? null,
    title: period ? periodTitle(period) : null,
    earlier: earlier ?? null,
    later: later ?? null,
  };
}

/** The feed's address with some choices changed; what says where in a list one is goes. */
function useFeedLink(): (change: Record<string, string | null>) => string {
  const [search] = useSearchParams();
  return (change) => {
    const next = new URLSearchParams(search);
    for (const name of ["page", "after"]) next.delete(name);
    if ("view" in change) next.delete("when");
    for (const [key, value] of Object.entries(change)) {
      if (value === null) next.delete(key);
      else next.set(key, value);
    }
    const text = next.toString();
    return text === "" ? "/" : `/?${text}`;
  };
}

const viewTitles: Record<FeedView, string> = {
  trending: "Trending",
  day: "Day",
  week: "Week",
  month: "Month",
  newest: "Newest",
};

function FieldLinks() {
  const { field, total, counts } = useLoaderData<typeof loader>();
  const link = useFeedLink();
  return (
    <ul>
      <li>
        <Link to={link({ field: null })} aria-current={field === null ? "true" : undefined}>
          All fields <span className="tally">{total.toLocaleString("en-GB")}</span>
        </Link>
      </li>
      {(Object.keys(fields) as FieldId[]).map((name) => (
        <li key={name}>
          <Link to={link({ field: name })} aria-current={field === name ? "true" : undefined}>
            {fields[name].title} <span className="tally">{(counts[name] ?? 0).toLocaleString("en-GB")}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Turn() {
  const { place } = useLoaderData<typeof loader>();
  const link = useFeedLink();
  const back = place.pages !== null && place.page > 1 ? link({ page: String(place.page - 1) }) : null;
  const on =
    place.next !== null
      ? link({ after: place.next })
      : place.pages !== null && place.page < place.pages
        ? link({ page: String(place.page + 1) })
        : null;
  if (!back && !on) return null;
  return (
    <nav className="turn" aria-label="Pages">
      {back && (
        <Link to={back} rel="prev">
          Previous page
        </Link>
      )}
      {place.pages !== null && place.pages > 1 && (
        <span>
          Page {place.page} of {place.pages}
        </span>
      )}
      {on && (
        <Link to={on} rel="next">
          Next page
        </Link>
      )}
    </nav>
  );
}

export default function Feed() {
  const { view, field, onlyRunnable, runnable, place, folder, marks, papers } = useLoaderData<typeof loader>();
  const link = useFeedLink();
  const chosen = field ? fields[field].title : null;
  const choice = { view, field: field ?? undefined, runnable: onlyRunnable };
  return (
    <div className="page feed">
      <title>{chosen ? `${chosen} · livepapers` : "livepapers: daily papers that run"}</title>
      <meta
        name="description"
        content="Machine-learning papers with a plain summary and a headline claim that you can run, here or on your own data."
      />
      <header className="feed-head">
        <h1>{chosen ?? "Papers that run"}</h1>
        <p className="lede">
          {field
            ? fields[field].about
            : "Each paper opens with a plain summary and its headline claim. Then it runs: measure the claim here, or feed the method your own file."}
        </p>
      </header>
      <div className="feed-body">
        <nav className="feed-side" aria-label="Order and fields">
          <ul className="choices">
            {feedViews.map((name) => (
              <li key={name}>
                <Link
                  to={link({ view: name === "trending" ? null : name })}
                  aria-current={view === name ? "true" : undefined}
                >
                  {viewTitles[name]}
                </Link>
              </li>
            ))}
            <li>
              <Link to="/for-you">For you</Link>
            </li>
            <li>
              <Link
                to={link({ only: onlyRunnable ? null : "runnable" })}
                aria-current={onlyRunnable ? "true" : undefined}
              >
                Runnable only <span className="tally">{runnable}</span>
              </Link>
            </li>
          </ul>
          <div className="fields-wide">
            <p className="side-head">Fields</p>
            <FieldLinks />
          </div>
          <details className="fields-narrow">
            <summary>{chosen ?? "All fields"}</summary>
            <FieldLinks />
          </details>
        </nav>
        <div className="feed-papers">
          {place.title && (
            <div className="period">
              <h2 className="day">{place.title}</h2>
              <p>
                {place.earlier && <Link to={link({ when: place.earlier })}>Earlier</Link>}
                {place.later && <Link to={link({ when: place.later })}>Later</Link>}
              </p>
            </div>
          )}
          {papers.length === 0 && <p>No paper is listed here.</p>}
          <section aria-label="Papers">
            <PaperList papers={papers} marks={marks} showField={field === null} heading={place.title ? "h3" : "h2"} />
          </section>
          <Turn />
          <InboxBox key={field} field={field} folder={folder} />
          <FeedLinks path="/" query={feedQuery(choice)} title={feedName(choice)} />
        </div>
      </div>
    </div>
  );
}
