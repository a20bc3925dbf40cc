import { data, type RouterContextProvider } from "react-router";
import { nearest } from "../../../kit/errors.ts";
import { type FieldId, fieldIds, fields, isField } from "../../../kit/fields.ts";
import type { Paper } from "../../../kit/paper.ts";
import { guides } from "../../../papers/catalogue.ts";
import { readerOf } from "../../reader.ts";
import type { ReadableRun } from "../../reader-runs.ts";
import { type Services, servicesOf } from "../../services.ts";
import { RequestProblem } from "./problem.server.ts";

export interface PageArgs {
  request: Request;
  context: Readonly<RouterContextProvider>;
  params: Record<string, string | undefined>;
}

/** What a 404 page shows: what was not found, and what may have been meant. */
export interface NotFound {
  message: string;
  suggestion?: { to: string; label: string };
}

export function notFound(detail: NotFound): never {
  throw data(detail, { status: 404 });
}

/** The run of the route's `:id`, when this reader may read it; a 404 otherwise. */
export async function runOf(args: PageArgs): Promise<ReadableRun> {
  const id = args.params.id ?? "";
  const found = await servicesOf(args).runs.get(readerOf(args), id);
  return found ?? notFound({ message: `There is no run “${id}” here.` });
}

/** The same for the API. */
export async function apiRunOf(args: PageArgs): Promise<ReadableRun> {
  const found = await servicesOf(args).runs.get(readerOf(args), args.params.id ?? "");
  if (!found) throw new RequestProblem(404, "There is no such run.");
  return found;
}

/** Ends a page's request with a status and a sentence for its reader. */
export function refuse(status: number, message: string): never {
  throw data({ message }, { status });
}

/** A path of this site, to go back to; `fallback` for anything else, such as "//elsewhere" or one with a tab in it. */
export function ownPath(given: unknown, fallback = "/"): string {
  const base = "http://here.invalid";
  if (typeof given !== "string" || !given.startsWith("/") || !URL.canParse(given, base)) return fallback;
  const url = new URL(given, base);
  return url.origin === base ? url.pathname + url.search + url.hash : fallback;
}

/** Refuses a request about a paper that is not in the catalogue. */
export function knownPaper(papers: readonly Paper[], slug: string): Paper {
  const paper = papers.find((candidate) => candidate.card.slug === slug);
  if (paper) return paper;
  const close = nearest(
    slug,
    papers.map((candidate) => candidate.card.slug),
  );
  throw new RequestProblem(404, `There is no paper “${slug}”.${close ? ` Did you mean “${close}”?` : ""}`);
}

/** Refuses a job of what is neither a paper here nor the guide to a field. */
export function knownExperiment(papers: readonly Paper[], slug: string): void {
  if (!guides.some(({ card }) => card.slug === slug)) knownPaper(papers, slug);
}

/** The paper of the route's `:slug`; an unknown one is a 404 that names the nearest. */
export function paperOf(args: PageArgs): { paper: Paper; services: Services } {
  const services = servicesOf(args);
  const slug = args.params.slug ?? "";
  const paper = services.papers.find((candidate) => candidate.card.slug === slug);
  if (paper) return { paper, services };
  const close = nearest(
    slug,
    services.papers.map((candidate) => candidate.card.slug),
  );
  const suggested = services.papers.find((candidate) => candidate.card.slug === close);
  return notFound({
    message: `There is no paper “${slug}” here.`,
    ...(suggested ? { suggestion: { to: `/papers/${suggested.card.slug}`, label: suggested.card.title } } : {}),
  });
}

/** The route's `:field`; an unknown one is a 404 that names the nearest. */
export function fieldOf(args: PageArgs): FieldId {
  const name = args.params.field ?? "";
  if (isField(name)) return name;
  const close = nearest(name, fieldIds);
  const suggestion = close && isField(close) ? { to: `/fields/${close}`, label: fields[close].title } : undefined;
  return notFound({ message: `There is no field “${name}” here.`, ...(suggestion ? { suggestion } : {}) });
}
