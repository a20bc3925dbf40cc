import { z } from "zod";
import { headerComponents, responsesOf } from "./responses.ts";
import * as schemas from "./schemas.ts";

/** What one address of the API does; paths are relative to /api/v1. */
export interface Operation {
  method: "get" | "post";
  path: string;
  id: string;
  summary: string;
  /** A paragraph for the reader. */
  more?: string;
  pathParams?: Record<string, string>;
  query?: z.ZodObject;
  /** Headers that a client may send. */
  headers?: Record<string, string>;
  body?: { type: string; schema: string };
  answer: { status: 200 | 202; type: string; schema?: string; summary: string };
  /** Headers of the answer, besides those of every one. */
  head?: string[];
  /** Refusals besides 400, 405, 429 and 500. */
  refusals?: number[];
  /** Whether a cookie is asked for: without one, only what is public is there, or nothing is done. */
  cookie?: "optional" | "required";
}

const json = "application/json";
const slug = { slug: "The paper’s slug, or its arXiv id" };
const idempotency = {
  "Idempotency-Key": "A name of 16 to 200 characters, such as a UUID: a post sent again with it starts no second run",
};
const id = { id: "The run’s id" };

/** Every address of the API. */
export const operations: readonly Operation[] = [
  {
    method: "get",
    path: "/papers",
    id: "listPapers",
    summary: "Papers, a page at a time",
    query: schemas.paperQuery,
    answer: { status: 200, type: json, schema: "PaperPage", summary: "A page of papers" },
    head: ["ETag", "Link"],
  },
  {
    method: "get",
    path: "/papers/{slug}",
    id: "getPaper",
    summary: "One paper: card, parameters, tools",
    pathParams: slug,
    answer: { status: 200, type: json, schema: "Paper", summary: "The paper" },
    head: ["ETag"],
    refusals: [404],
  },
  {
    method: "get",
    path: "/search",
    id: "searchPapers",
    summary: "Search",
    more: "Titles, authors, summaries and abstracts, in the words of the site’s search box.",
    query: schemas.searchQuery,
    answer: { status: 200, type: json, schema: "SearchPage", summary: "A page of what was found" },
    head: ["ETag", "Link"],
  },
  {
    method: "get",
    path: "/claims",
    id: "listClaims",
    summary: "The scoreboard: what papers report, and what came out here",
    query: schemas.claimQuery,
    answer: { status: 200, type: json, schema: "ClaimPage", summary: "A page of the scoreboard" },
    head: ["ETag", "Link"],
  },
  {
    method: "post",
    path: "/runs",
    id: "startRun",
    summary: "Measure a claim on this server",
    more: "Of a paper, or the comparison of a field’s guide. The run is queued; follow its events.",
    headers: idempotency,
    body: { type: json, schema: "ClaimJob" },
    answer: { status: 202, type: json, schema: "Started", summary: "The run is queued" },
    head: ["Location", "Set-Cookie"],
    cookie: "optional",
    refusals: [403, 404, 413, 422],
  },
  {
    method: "post",
    path: "/apply",
    id: "applyTool",
    summary: "Apply a tool to files of one’s own",
    more: "A form with the job as JSON in `job` and each file as `file:ROLE`. The run and its files are for whoever sent them: later requests have to carry the cookie that this answer sets.",
    headers: idempotency,
    body: { type: "multipart/form-data", schema: "ToolJob" },
    answer: { status: 202, type: json, schema: "Started", summary: "The run is queued" },
    head: ["Location", "Set-Cookie"],
    cookie: "optional",
    refusals: [403, 404, 413, 422],
  },
  {
    method: "get",
    path: "/runs/{id}",
    id: "getRun",
    summary: "The record of a run",
    pathParams: id,
    answer: { status: 200, type: json, schema: "Run", summary: "The run" },
    head: ["ETag"],
    cookie: "optional",
    refusals: [404],
  },
  {
    method: "get",
    path: "/runs/{id}/events",
    id: "followRun",
    summary: "A run’s events, live until its outcome",
    more: "Server-sent events; the data of each is a RunMessage, and its id resumes behind it. To one that has the last message the answer is 204.",
    pathParams: id,
    headers: { "Last-Event-ID": "The id of the last event received" },
    answer: { status: 200, type: "text/event-stream", schema: "RunMessage", summary: "The stream" },
    cookie: "optional",
    refusals: [404],
  },
  {
    method: "post",
    path: "/runs/{id}/cancel",
    id: "cancelRun",
    summary: "Stop a run of one’s own",
    pathParams: id,
    answer: { status: 200, type: json, schema: "Cancelled", summary: "Whether it was stopped" },
    cookie: "required",
    refusals: [403, 404],
  },
  {
    method: "get",
    path: "/runs/{id}/outputs/{name}",
    id: "getOutput",
    summary: "A file that a tool made",
    pathParams: { ...id, name: "The file’s name" },
    answer: { status: 200, type: "application/octet-stream", summary: "The file" },
    head: ["Content-Disposition"],
    cookie: "optional",
    refusals: [404],
  },
  {
    method: "get",
    path: "/openapi.json",
    id: "getDescription",
    summary: "This description",
    answer: { status: 200, type: json, summary: "An OpenAPI 3.1 document" },
    head: ["ETag"],
  },
];

const named = {
  Problem: schemas.problem,
  PaperSummary: schemas.paperSummary,
  PaperPage: schemas.paperPage,
  Card: schemas.card,
  Tool: schemas.tool,
  Paper: schemas.paper,
  Mark: schemas.mark,
  SearchPage: schemas.searchPage,
  ClaimRow: schemas.claimRow,
  ClaimPage: schemas.claimPage,
  Verdict: schemas.verdict,
  Outcome: schemas.outcome,
  Run: schemas.run,
  RunMessage: schemas.runMessage,
  Started: schemas.started,
  Cancelled: schemas.cancelled,
} as const;
const asked = { ClaimJob: schemas.claimJob, ToolJob: schemas.toolJob } as const;

type Json = Record<string, unknown>;

/** The JSON Schemas of all shapes, referring to one another by name. `closed` says that there are no other properties, for tests. */
function components(shapes: Record<string, z.ZodType>, io: "input" | "output", closed: boolean): Record<string, Json> {
  const registry = z.registry<{ id: string }>();
  for (const [name, shape] of Object.entries(shapes)) registry.add(shape, { id: name });
  const made = z.toJSONSchema(registry, {
    io,
    uri: (name) => `#/components/schemas/${name}`,
    override({ jsonSchema }) {
      // A later version may say more: what a document does not name is not forbidden.
      if (!closed && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([name, { $schema: _, $id: __, id: ___, ...schema }]) => [name, schema as Json]),
  );
}

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

function parametersOf({ pathParams = {}, query, headers = {} }: Operation): Json[] {
  const schema =
    query && (z.toJSONSchema(query, { io: "input" }) as { properties: Record<string, Json>; required?: string[] });
  return [
    ...Object.entries(pathParams).map(([name, description]) => ({
      ...{ name, in: "path", required: true, description },
      schema: { type: "string" },
    })),
    ...Object.entries(schema?.properties ?? {}).map(([name, { description, ...own }]) => ({
      ...{ name, in: "query", required: schema?.required?.includes(name) ?? false, description: description ?? "" },
      schema: own,
    })),
    ...Object.entries(headers).map(([name, description]) => ({
      ...{ name, in: "header", required: false, description },
      schema: { type: "string" },
    })),
  ];
}

function bodyOf({ body }: Operation): Json {
  if (!body) return {};
  const form = body.type === "multipart/form-data";
  const schema = form
    ? {
        type: "object",
        properties: { job: reference(body.schema) },
        required: ["job"],
        additionalProperties: { description: "file:ROLE, a file", type: "string", format: "binary" },
      }
    : reference(body.schema);
  const encoding = form ? { encoding: { job: { contentType: json } } } : {};
  return { requestBody: { required: true, content: { [body.type]: { schema, ...encoding } } } };
}

/** Cookies of which one says whose a request is. Their names are stricter on https. */
function cookies(secure: boolean): Record<string, Json> {
  const cookie = (name: string, description: string): Json => ({
    ...{ type: "apiKey", in: "cookie", name: secure ? `__Host-${name}` : name },
    description,
  });
  return {
    visitor: cookie("visitor", "Set by the first answer to a post: whoever has it may read and stop what it started"),
    session: cookie("session", "Of somebody signed in, in place of the visitor’s"),
  };
}

const securityOf = ({ cookie }: Operation): Json =>
  cookie ? { security: [...(cookie === "optional" ? [{}] : []), { visitor: [] }, { session: [] }] } : {};

/** How the document is made. */
export interface OpenApiOptions {
  /** Says that there are no other properties, for tests. */
  closed?: boolean;
  /** The site is on https. */
  secure?: boolean;
}

/** The OpenAPI 3.1 document of the API. */
export function openApi(version: string, { closed = false, secure = false }: OpenApiOptions = {}): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const { method, path, id: operationId, summary, more } = operation;
    const parameters = parametersOf(operation);
    paths[path] = {
      ...paths[path],
      [method]: {
        ...{ operationId, summary, ...(more ? { description: more } : {}) },
        ...(parameters.length > 0 ? { parameters } : {}),
        ...bodyOf(operation),
        ...securityOf(operation),
        responses: responsesOf(operation, reference),
      },
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "livepapers",
      version,
      description: "Papers, their claims, and runs. Reading is open to pages of other sites; changing is not.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/api/v1" }],
    paths,
    components: {
      schemas: { ...components(named, "output", closed), ...components(asked, "input", closed) },
      headers: headerComponents,
      securitySchemes: cookies(secure),
    },
  };
}
