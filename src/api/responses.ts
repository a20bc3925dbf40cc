import type { Operation } from "./openapi.ts";

type Json = Record<string, unknown>;

/** Headers of answers, by the names they have on the wire. */
const headerTexts: Record<string, string> = {
  Allow: "The methods that the address has",
  "Content-Disposition": "The file’s name",
  ETag: "What this answer is; sent as If-None-Match, it asks for the answer only if it is another by now",
  Link: 'The address of the next page, rel="next"; absent on the last one',
  Location: "The address of the run’s record",
  RateLimit: "How many requests are left, and the seconds until there are more",
  "RateLimit-Policy": "How many requests are answered in how many seconds",
  "Retry-After": "The seconds after which requests are answered again; absent where runs are too many",
  "Set-Cookie": "For who has none: the cookie that later requests for this run carry",
};

const refusalTexts: Record<number, string> = {
  400: "The request cannot be read",
  403: "From another site, or somebody else’s",
  404: "Not found",
  405: "The address has no such method; Allow names those it has",
  413: "Too large",
  422: "A parameter or file does not fit; `where` names it",
  429: "Too many requests or runs",
  500: "A fault of the server",
};

/** The headers of the document's components. */
export const headerComponents: Record<string, Json> = Object.fromEntries(
  Object.entries(headerTexts).map(([name, description]) => [name, { description, schema: { type: "string" } }]),
);

/** What an answer has in its head. Every one tells of the limit on requests, where the site has one. */
function headersOf(...names: string[]): Json {
  const all = [...names, "RateLimit", "RateLimit-Policy"];
  return { headers: Object.fromEntries(all.map((name) => [name, { $ref: `#/components/headers/${name}` }])) };
}

/** The responses of an operation. `reference` names a shape of the document. */
export function responsesOf({ answer, refusals = [], head = [] }: Operation, reference: (name: string) => Json): Json {
  const json = answer.type === "application/json";
  const schema = answer.schema ? reference(answer.schema) : json ? { type: "object" } : {};
  const responses: Json = {
    [answer.status]: {
      description: answer.summary,
      ...headersOf(...head),
      content: { [answer.type]: { schema } },
    },
  };
  if (answer.type === "text/event-stream") {
    responses[204] = { description: "Everything has been received", ...headersOf() };
  }
  if (head.includes("ETag")) {
    responses[304] = { description: "Not changed since the ETag of If-None-Match", ...headersOf("ETag") };
  }
  for (const status of [400, ...refusals, 405, 429, 500]) {
    const own = status === 429 ? ["Retry-After"] : status === 405 ? ["Allow"] : [];
    responses[status] = {
      description: refusalTexts[status] ?? "Refused",
      ...headersOf(...own),
      content: { "application/problem+json": { schema: reference("Problem") } },
    };
  }
  return responses;
}
