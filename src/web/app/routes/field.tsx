import { Link, type ShouldRevalidateFunctionArgs, useLoaderData } from "react-router";
import { newestFirst } from "../../../feed/order.ts";
import { fields } from "../../../kit/fields.ts";
import { isRunnable } from "../../../kit/paper.ts";
import { guideOf } from "../../../papers/catalogue.ts";
import { readerOf } from "../../reader.ts";
import { servicesOf } from "../../services.ts";
import { FeedLinks } from "../components/feed-links.tsx";
import { FieldGuide } from "../components/field-guide.tsx";
import { InboxBox } from "../components/inbox-box.tsx";
import { FollowButton } from "../components/marks.tsx";
import { PaperList } from "../components/paper-list.tsx";
import { feedName, feedQuery } from "../lib/feed-links.ts";
import { count } from "../lib/format.ts";
import { guidePage } from "../server/guide.server.ts";
import { marksOf } from "../server/marks.server.ts";
import { paperLine } from "../server/papers.server.ts";
import { fieldOf, type PageArgs } from "../server/request.server.ts";

export async function loader(args: PageArgs) {
  const services = servicesOf(args);
  const name = fieldOf(args);
  const guide = guideOf(name);
  const known = await services.verdicts();
  const own = newestFirst(services.papers, { field: name, runnableFirst: true });
  const { person } = readerOf(args);
  const follows = person ? await services.library.follows(person) : [];
  return {
    field: name,
    follows: follows.includes(name),
    marks: await marksOf(
      args,
      own.map(({ card }) => card.slug),
    ),
    guide: guide ? await guidePage(guide, services) : null,
    folder: services.inbox.mailKind === "folder",
    runnable: own.filter(isRunnable).length,
    papers: own.map((paper) => paperLine(paper, known)),
  };
}

/** The address changes while a run is watched; the field does not. */
export function shouldRevalidate({ currentUrl, nextUrl, formAction }: ShouldRevalidateFunctionArgs): boolean {
  return currentUrl.pathname !== nextUrl.pathname || formAction === "/marks";
}

export default function FieldPage() {
  const { field, follows, guide, papers, marks, runnable, folder } = useLoaderData<typeof loader>();
  const { title, about } = fields[field];
  const all = { view: "newest", field } as const;
  return (
    <div className="page">
      <title>{`${title} · livepapers`}</title>
      <header className="list-head">
        <p className="kicker">
          <Link to="/">Papers</Link> / field
        </p>
        <h1>{title}</h1>
        <p className="lede">
          {about} {count(papers.length, "paper")}, {runnable === 0 ? "none" : runnable} runnable.{" "}
          <Link to={`/?view=newest&field=${field}`}>All of this field, imported ones too</Link>
        </p>
        <p className="paper-actions no-print">
          <FollowButton field={field} follows={follows} />
        </p>
      </header>
      <div className="field-papers">
        <PaperList papers={papers} marks={marks} showField={false} />
      </div>
      {guide && <FieldGuide field={field} guide={guide} />}
      <InboxBox field={field} folder={folder} />
      <FeedLinks path={`/fields/${field}`} title={title} />
      <FeedLinks path="/" query={feedQuery(all)} title={`${feedName(all)}, imported ones too`} />
    </div>
  );
}
