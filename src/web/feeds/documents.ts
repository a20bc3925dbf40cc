import { type DocumentForm, documentForms, type FeedDocument } from "../../feed/documents/document.ts";
import { newestFirst } from "../../feed/order.ts";
import { type FeedView, feedViews } from "../../feed/views.ts";
import { nearest } from "../../kit/errors.ts";
import { type FieldId, fieldIds, fields, isField } from "../../kit/fields.ts";
import type { PaperRow } from "../../store/papers.ts";
import { documentPath, feedName, feedQuery, pageOfDocument } from "../app/lib/feed-links.ts";
import { RequestProblem } from "../app/server/problem.server.ts";
import type { PageArgs } from "../app/server/request.server.ts";
import { type Services, servicesOf } from "../services.ts";
import { documentEntry } from "./entries.ts";

/** Cards in the document of a field. */
const mostCards = 50;
const longestSearch = 400;

/** The list of a view, as its page shows it. */
export async function viewDocument(args: PageArgs): Promise<FeedDocument> {
  const { feed } = servicesOf(args);
  const search = new URL(args.request.url).searchParams;
  const view = viewNamed(search.get("view"));
  const name = search.get("field");
  const field = name ? fieldNamed(name) : undefined;
  const runnable = search.get("only") === "runnable";
  const when = search.get("when");
  const page = await feed.page({
    view,
    ...(field ? { field } : {}),
    ...(runnable ? { runnable } : {}),
    ...(when ? { when } : {}),
  });
  const rows = page.entries.map(({ paper }) => paper);
  const choice = { view, field, runnable };
  const query = { ...feedQuery(choice), ...(when && page.period ? { when: page.period.key } : {}) };
  return documentOf(args, rows, { title: feedName(choice), path: "/", query });
}

/** The cards of a field, the newest first. */
export async function fieldDocument(args: PageArgs): Promise<FeedDocument> {
  const { feed, papers } = servicesOf(args);
  const field = fieldNamed(args.params.field ?? "");
  const cards = newestFirst(papers, { field }).slice(0, mostCards);
  const rows = await feed.listed(cards.map(({ card }) => card.slug));
  return documentOf(args, rows, { title: fields[field].title, path: `/fields/${field}`, query: {} });
}

/** What a search finds, the newest first: a new paper must not be looked for among better ones. */
export async function searchDocument(args: PageArgs): Promise<FeedDocument> {
  const { feed, verdicts } = servicesOf(args);
  const q = new URL(args.request.url).searchParams.get("q")?.trim() ?? "";
  if (q === "") throw new RequestProblem(400, "The address names no search; add one, as in ?q=linear+attention.");
  if (q.length > longestSearch) {
    throw new RequestProblem(400, `The search is longer than ${longestSearch} characters.`);
  }
  const outcomes = new Map(
    [...(await verdicts())].flatMap(([slug, { run }]) => (run.verdict ? [[slug, run.verdict] as const] : [])),
  );
  const found = await feed.search(q, { order: "newest", verdicts: outcomes });
  const rows = found.hits.map(({ paper }) => paper);
  return documentOf(args, rows, { title: `Search: ${q}`, path: "/search", query: { q } });
}

interface Place {
  title: string;
  path: string;
  query: Record<string, string>;
}

async function documentOf(args: PageArgs, rows: readonly PaperRow[], { title, path, query }: Place) {
  const { siteUrl, papers, verdicts, verdictsSince }: Services = servicesOf(args);
  const slugs = rows.filter(({ catalogued }) => catalogued).map(({ slug }) => slug);
  const [known, since] = await Promise.all([verdicts(), verdictsSince(slugs)]);
  const sources = { siteUrl, papers, verdicts: known, since };
  const whole = (own: string): string => new URL(own, siteUrl).href;
  const self = documentForms.map((form) => [form, whole(documentPath(form, path, query))]);
  return {
    title: `${title} · livepapers`,
    page: whole(pageOfDocument(path, query)),
    self: Object.fromEntries(self) as Record<DocumentForm, string>, // each form above
    site: whole("/"),
    entries: rows.map((row) => documentEntry(row, sources)),
  };
}

function viewNamed(name: string | null): FeedView {
  const view = feedViews.find((known) => known === (name ?? "trending"));
  if (view) return view;
  throw new RequestProblem(400, `There is no view “${name}”; there are ${feedViews.join(", ")}.`);
}

function fieldNamed(name: string): FieldId {
  if (isField(name)) return name;
  const close = nearest(name, fieldIds);
  throw new RequestProblem(404, `There is no field “${name}”.${close ? ` Did you mean “${close}”?` : ""}`);
}
