import { createHash } from "node:crypto";
import { problem } from "../app/server/problem.server.ts";

/** How long and by whom an answer may be kept: `public` ones are the same for everybody. Either way it is asked for again, by its ETag. */
export type Keeping = "public" | "private";

/** A JSON answer with an ETag, or 304 when the client has it already. */
export function tagged(request: Request, value: unknown, keeping: Keeping): Response {
  return taggedText(request, JSON.stringify(value), { type: "application/json", cache: `${keeping}, no-cache` });
}

/** A page of a list as a JSON answer; its Link leads to the next one. */
export function taggedPage<T extends { next: string | null }>(request: Request, page: T): Response {
  const response = tagged(request, page, "public");
  if (page.next === null) return response;
  const { pathname, searchParams } = new URL(request.url);
  searchParams.set("cursor", page.next);
  response.headers.set("Link", `<${pathname}?${searchParams}>; rel="next"`);
  return response;
}

/** A text with an ETag, or 304 when the client has it already. `cache` is its Cache-Control. */
export function taggedText(request: Request, body: string, { type, cache }: { type: string; cache: string }): Response {
  // Weak: the bytes may be compressed on their way.
  const etag = `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
  const headers = { ETag: etag, "Cache-Control": cache, Vary: "Accept-Encoding" };
  if (matches(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, "Content-Type": `${type}; charset=utf-8` } });
}

function matches(given: string | null, etag: string): boolean {
  if (given === null) return false;
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, "");
  return given.trim() === "*" || given.split(",").some((tag) => opaque(tag) === opaque(etag));
}

/** Refuses a method that an address does not have. */
export function wrongMethod(allowed: readonly string[]): Response {
  const response = problem(405, `This address takes ${allowed.join(", ")}.`);
  response.headers.set("Allow", allowed.join(", "));
  return response;
}
