import type { DocumentForm } from "../../../feed/documents/document.ts";
import type { FeedView } from "../../../feed/views.ts";
import { type FieldId, fields } from "../../../kit/fields.ts";

type Query = Readonly<Record<string, string>>;

/** The address of a page of papers. */
export function pageOfDocument(path: string, query: Query): string {
  const text = new URLSearchParams(query).toString();
  return path + (text === "" ? "" : `?${text}`);
}

/** The address of a page's list for feed readers: the page's own, with feed.atom or feed.json behind its path. */
export function documentPath(form: DocumentForm, path: string, query: Query): string {
  return pageOfDocument(`${path.replace(/\/$/, "")}/feed.${form}`, query);
}

/** What says which list of the feed one looks at. */
export interface FeedChoice {
  view: FeedView;
  field?: FieldId | undefined;
  runnable?: boolean | undefined;
}

const viewNames: Record<FeedView, string> = {
  trending: "Trending papers",
  day: "Papers of the day",
  week: "Papers of the week",
  month: "Papers of the month",
  newest: "Newest papers",
};

/** "Newest papers: Model merging, runnable only". */
export function feedName({ view, field, runnable }: FeedChoice): string {
  const of = [field ? fields[field].title : "", runnable ? "runnable only" : ""].filter(Boolean).join(", ");
  return `${viewNames[view]}${of ? `: ${of}` : ""}`;
}

/** The query of a list's page, without what is so anyway. */
export function feedQuery({ view, field, runnable }: FeedChoice): Record<string, string> {
  return {
    ...(view === "trending" ? {} : { view }),
    ...(field ? { field } : {}),
    ...(runnable ? { only: "runnable" } : {}),
  };
}
