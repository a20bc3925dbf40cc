import { Link, redirect, useLoaderData } from "react-router";
import { fields, isField } from "../../../kit/fields.ts";
import { parseTags } from "../../../store/tags.ts";
import { readerOf } from "../../reader.ts";
import { servicesOf } from "../../services.ts";
import { OwnAccount } from "../components/own-account.tsx";
import { OwnBookmarks } from "../components/own-bookmarks.tsx";
import { OwnRuns } from "../components/own-runs.tsx";
import { formatMoment } from "../lib/format.ts";
import { sentForm, textOf } from "../server/form.server.ts";
import { paperNames } from "../server/papers.server.ts";
import { signInFirst } from "../server/person.server.ts";
import { type PageArgs, refuse } from "../server/request.server.ts";

const shownRuns = 200;

/** What is somebody's is kept by no cache. */
export function headers() {
  return { "Cache-Control": "private, no-store" };
}

export async function loader(args: PageArgs) {
  const reader = readerOf(args);
  const { library, inbox } = servicesOf(args);
  const { person, admin } = reader;
  const runs = await library.runs(reader, shownRuns);
  const [bookmarks, votes, follows] = person
    ? await Promise.all([library.bookmarks(person), library.votes(person), library.follows(person)])
    : [[], [], []];
  const nameOf = await paperNames(
    args,
    [...runs, ...bookmarks, ...votes].map(({ slug }) => slug),
  );
  const search = new URL(args.request.url).searchParams;
  const tag = search.get("tag");
  return {
    mail: person?.mail ?? null,
    since: person ? formatMoment(person.created) : null,
    admin,
    gone: search.has("gone"),
    inbox: person ? ((await inbox.pathFor(person.mail)) ?? null) : null,
    tag,
    tags: [...new Set(bookmarks.flatMap((bookmark) => bookmark.tags))].sort(),
    bookmarks: bookmarks
      .filter(({ tags }) => tag === null || tags.includes(tag))
      .map(({ slug, tags }) => ({ ...nameOf(slug), tags })),
    votes: votes.map(({ slug }) => nameOf(slug)),
    follows: follows.filter(isField),
    runs: runs.map(({ slug, created, ...run }) => ({
      ...run,
      paper: nameOf(slug),
      created: formatMoment(created),
      mine: person === undefined || run.owner === reader.owner,
    })),
    more: runs.length === shownRuns,
  };
}

/** `do=tag` gives a bookmark other tags; `do=delete` forgets the person. */
export async function action(args: PageArgs) {
  const form = await sentForm(args);
  const { library, runs, accounts } = servicesOf(args);
  const reader = readerOf(args);
  const { person } = reader;
  if (!person) return signInFirst("/me");
  const what = textOf(form, "do");
  if (what === "tag") {
    await library.tag(person, textOf(form, "slug"), parseTags(textOf(form, "tags")));
    return redirect("/me", 303);
  }
  if (what !== "delete") return refuse(400, "That is not something to do on this page.");
  if (textOf(form, "sure") !== "yes") return refuse(422, "Nothing was deleted: the box was not ticked.");
  // What is under way would go on for nobody.
  for (const { id, state, owner } of await library.runs(reader, 10_000)) {
    if (owner === reader.owner && (state === "queued" || state === "running")) await runs.cancel(reader, id);
  }
  await library.forget(person);
  const headers = new Headers();
  for (const cookie of await accounts.signOut(reader.cookies)) headers.append("Set-Cookie", cookie);
  return redirect("/me?gone", { headers, status: 303 });
}

export default function Me() {
  const page = useLoaderData<typeof loader>();
  return (
    <div className="page">
      <title>Your page · livepapers</title>
      <header className="list-head">
        {page.admin && (
          <p className="kicker">
            <Link to="/admin">Administration</Link>
          </p>
        )}
        <h1>Your page</h1>
        <p className="lede">
          {page.mail ? (
            <>Signed in as {page.mail}.</>
          ) : (
            <>
              {page.gone && "Your data is deleted. "}
              Nobody is signed in: here are the runs that were started in this browser.{" "}
              <Link to="/sign-in?next=/me">Sign in</Link> to vote, bookmark and follow.
            </>
          )}
        </p>
      </header>
      <div className="own">
        {page.mail && (
          <>
            <OwnBookmarks bookmarks={page.bookmarks} tags={page.tags} tag={page.tag} />
            <section aria-labelledby="follows">
              <h2 id="follows">Fields you follow</h2>
              {page.follows.length === 0 ? (
                <p className="aside-note">None yet. A field’s page has the button.</p>
              ) : (
                <ul className="own-list">
                  {page.follows.map((field) => (
                    <li key={field}>
                      <Link to={`/fields/${field}`}>{fields[field].title}</Link>
                      <button type="submit" form="marks" name="do" value={`unfollow ${field}`} className="link-button">
                        Stop following<span className="hidden-text"> {fields[field].title}</span>
                      </button>
                    </li>
                  ))}
                </ul>
              )}
            </section>
            <section aria-labelledby="votes">
              <h2 id="votes">Papers you voted for</h2>
              {page.votes.length === 0 ? (
                <p className="aside-note">None yet.</p>
              ) : (
                <ul className="own-list">
                  {page.votes.map((paper) => (
                    <li key={paper.slug}>
                      <Link to={paper.path}>{paper.title}</Link>
                      <button
                        type="submit"
                        form="marks"
                        name="do"
                        value={`unvote ${paper.slug}`}
                        className="link-button"
                      >
                        Take back<span className="hidden-text"> the vote for {paper.title}</span>
                      </button>
                    </li>
                  ))}
                </ul>
              )}
            </section>
          </>
        )}
        {page.mail && (
          <section aria-labelledby="inbox">
            <h2 id="inbox">Your inbox</h2>
            <p>
              {page.inbox ? (
                <Link to={page.inbox}>Change or end your subscription to trending papers</Link>
              ) : (
                <Link to="/inbox">Get trending papers in your inbox</Link>
              )}
            </p>
          </section>
        )}
        <OwnRuns runs={page.runs} more={page.more} />
        {page.mail && <OwnAccount since={page.since} />}
      </div>
    </div>
  );
}
