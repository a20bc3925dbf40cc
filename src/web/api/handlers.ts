import type { z } from "zod";
import { openApi } from "../../api/openapi.ts";
import * as schemas from "../../api/schemas.ts";
import { isNewestCursor } from "../../feed/feed.ts";
import { nearest } from "../../kit/errors.ts";
import { type FieldId, fieldIds, isField } from "../../kit/fields.ts";
import type { JobRequest } from "../../runs/service.ts";
import { action as cancel } from "../app/routes/api/run-cancel.ts";
import { loader as events } from "../app/routes/api/run-events.ts";
import { loader as output } from "../app/routes/api/run-output.ts";
import { filesOf, formBody, jsonBody, judged, parseJson } from "../app/server/body.server.ts";
import { json, RequestProblem } from "../app/server/problem.server.ts";
import { apiRunOf, knownExperiment, knownPaper, type PageArgs } from "../app/server/request.server.ts";
import { readerOf } from "../reader.ts";
import { servicesOf } from "../services.ts";
import { tagged, taggedPage } from "./answers.ts";
import { badCursor, behindOf, cursorOf, pageOf } from "./pages.ts";
import { base, claimRowOf, entryOf, importedOf, paperOf, runOf, summaryOf } from "./shapes.ts";

export type Handler = (args: PageArgs) => Promise<Response> | Response;

const pageSize = 50;
const jsonLimit = 1 << 20;

/** The query of a request, judged by its schema. */
function queryOf<S extends z.ZodObject>({ request }: PageArgs, schema: S): z.infer<S> {
  const given = Object.fromEntries(new URL(request.url).searchParams);
  const unknown = Object.keys(given).find((name) => !(name in schema.shape));
  if (unknown !== undefined) {
    throw new RequestProblem(
      400,
      `There is no parameter “${unknown}”; there are ${Object.keys(schema.shape).join(", ")}.`,
    );
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RequestProblem(400, `The parameter “${issue?.path.join(".")}” does not fit: ${issue?.message}.`);
}

function fieldNamed(name: string | undefined): FieldId | undefined {
  if (name === undefined || isField(name)) return name;
  const close = nearest(name, fieldIds);
  throw new RequestProblem(
    400,
    `There is no field “${name}”${close ? `; did you mean “${close}”?` : `; there are ${fieldIds.join(", ")}.`}`,
  );
}

async function papers(args: PageArgs): Promise<Response> {
  const { papers: all, verdicts, feed } = servicesOf(args);
  const { scope, field: name, runnable, cursor } = queryOf(args, schemas.paperQuery);
  const field = fieldNamed(name);
  const known = await verdicts();
  const running = runnable === "true";
  if (scope === "catalogue") {
    const chosen = all.filter(
      ({ card, claim }) => (field === undefined || card.field === field) && (!running || claim !== undefined),
    );
    const { items, next } = pageOf(chosen, ({ card }) => card.slug, { cursor, size: pageSize });
    return taggedPage(args.request, { items: items.map((paper) => summaryOf(paper, known)), next });
  }
  const after = behindOf(cursor);
  if (after !== undefined && !isNewestCursor(after)) throw badCursor();
  const page = await feed.page({
    view: "newest",
    ...(field ? { field } : {}),
    ...(running ? { runnable: true } : {}),
    ...(after === undefined ? {} : { after }),
  });
  const items = page.entries.map(({ paper }) => entryOf(paper, all, known));
  return taggedPage(args.request, { items, next: page.next === undefined ? null : cursorOf(page.next) });
}

async function paper(args: PageArgs): Promise<Response> {
  const { papers: all, verdicts, feed } = servicesOf(args);
  const name = args.params.slug ?? "";
  const card = all.find((own) => own.card.slug === name || own.card.arxiv === name);
  const row = card ? undefined : await feed.find(name);
  if (row && !row.catalogued) return tagged(args.request, importedOf(row), "public");
  const found = card ?? knownPaper(all, row?.slug ?? name);
  return tagged(args.request, await paperOf(found, await verdicts()), "public");
}

async function search(args: PageArgs): Promise<Response> {
  const { papers: all, verdicts, feed } = servicesOf(args);
  const { q, order, cursor } = queryOf(args, schemas.searchQuery);
  const behind = behindOf(cursor);
  const page = behind === undefined ? 1 : Number(/^page (\d{1,4})$/.exec(behind)?.[1]);
  if (!Number.isInteger(page)) throw badCursor();
  const known = await verdicts();
  const outcomes = new Map(
    [...known].flatMap(([slug, { run }]) => (run.verdict ? [[slug, run.verdict] as const] : [])),
  );
  const found = await feed.search(q, { page, order, verdicts: outcomes });
  const answer: schemas.SearchPage = {
    items: found.hits.map((hit) => entryOf(hit.paper, all, known)),
    total: found.total,
    more: found.more,
    fields: found.counts,
    notes: [
      ...(found.meant === undefined ? [] : [`Did you mean “${found.meant}”?`]),
      ...found.query.notes,
      ...found.mended.map(
        ({ word, taken }) => `No paper has “${word}”; these have ${taken.map((one) => `“${one}”`).join(" or ")}.`,
      ),
    ],
    next: found.page < found.pages ? cursorOf(`page ${found.page + 1}`) : null,
  };
  return taggedPage(args.request, answer);
}

async function claims(args: PageArgs): Promise<Response> {
  const { papers: all, verdicts } = servicesOf(args);
  const { field: name, cursor } = queryOf(args, schemas.claimQuery);
  const field = fieldNamed(name);
  const chosen = all.filter(({ card }) => field === undefined || card.field === field);
  const known = await verdicts();
  const { items, next } = pageOf(chosen, ({ card }) => card.slug, { cursor, size: pageSize });
  const rows = items.map((own) => claimRowOf(own, known.get(own.card.slug)));
  return taggedPage(args.request, { items: rows, next });
}

/** The name that a program has given to its request. */
function keyOf({ request }: PageArgs): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  if (/^[\x21-\x7e]{16,200}$/.test(key)) return key;
  throw new RequestProblem(400, "An Idempotency-Key has 16 to 200 characters of ASCII without spaces, such as a UUID.");
}

function startedAnswer(id: string): Response {
  const answer: schemas.Started = {
    id,
    page: `/runs/${id}`,
    run: `${base}/runs/${id}`,
    events: `${base}/runs/${id}/events`,
  };
  const response = json(answer, 202);
  response.headers.set("Location", answer.run);
  return response;
}

async function start(args: PageArgs): Promise<Response> {
  const { runs, papers: all } = servicesOf(args);
  const job: JobRequest = await jsonBody(args.request, schemas.claimJob, jsonLimit);
  knownExperiment(all, job.slug);
  return startedAnswer(await runs.submit(readerOf(args), job, {}, keyOf(args)));
}

async function apply(args: PageArgs): Promise<Response> {
  const { runs, papers: all } = servicesOf(args);
  const reader = readerOf(args);
  if (!(args.request.headers.get("content-type") ?? "").startsWith("multipart/form-data")) {
    throw new RequestProblem(400, "A tool takes a form (multipart/form-data) with `job` and the files as `file:ROLE`.");
  }
  const form = await formBody(args.request, runs.allowanceOf(reader).uploadBytes);
  const given = form.get("job");
  const text = given === null ? "" : typeof given === "string" ? given : await given.text();
  const job: JobRequest = judged(schemas.toolJob, parseJson(text));
  knownPaper(all, job.slug);
  return startedAnswer(await runs.submit(reader, job, await filesOf(form), keyOf(args)));
}

async function run(args: PageArgs): Promise<Response> {
  const found = await apiRunOf(args);
  return tagged(args.request, runOf(found, await servicesOf(args).files(found.run.id)), "private");
}

function description(args: PageArgs): Response {
  const { version, siteUrl } = servicesOf(args);
  return tagged(args.request, openApi(version, { secure: siteUrl.protocol === "https:" }), "public");
}

/** What answers, by the ids of src/api/openapi.ts. */
export const handlers: Record<string, Handler> = {
  ...{ listPapers: papers, getPaper: paper, searchPapers: search, listClaims: claims },
  ...{ startRun: start, applyTool: apply, getRun: run, followRun: events, cancelRun: cancel, getOutput: output },
  getDescription: description,
};
