import { type BadInput, isBadInput } from "../../../kit/errors.ts";
import { formatBytes } from "../../../kit/files.ts";
import { servicesOf } from "../../services.ts";
import type { PageArgs } from "./request.server.ts";

const titles: Record<number, string> = {
  400: "The request cannot be read",
  404: "Not found",
  405: "This is not done that way",
  413: "Too large",
  422: "The input does not fit",
  429: "Too many",
  500: "Something broke on our side",
};

/** A problem document (RFC 9457). `where` names the parameter or file it is about. */
export function problem(status: number, detail: string, where?: string): Response {
  const document = {
    type: "about:blank",
    title: titles[status] ?? "Problem",
    status,
    detail,
    ...(where ? { where } : {}),
  };
  return new Response(JSON.stringify(document), {
    status,
    headers: { "Content-Type": "application/problem+json; charset=utf-8", "Cache-Control": "no-store" },
  });
}

/** Refuses a request with a status of its own. */
export class RequestProblem extends Error {
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

export function tooLarge(limit: number): RequestProblem {
  return new RequestProblem(413, `The upload is larger than the limit of ${formatBytes(limit)}.`);
}

/** By its name, since the server's own class is not the bundle's. */
export function isTooManyRuns(error: unknown): error is Error {
  return error instanceof Error && error.name === "TooManyRuns";
}

/** Answers with what `handle` gives, and with a problem document for what it throws. Faults are logged and say nothing. */
export async function answer(
  { request, context }: Pick<PageArgs, "request" | "context">,
  handle: () => Promise<Response>,
): Promise<Response> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof Response) return error;
    if (error instanceof RequestProblem) return problem(error.status, error.message);
    if (isBadInput(error)) return problem(422, error.message, (error as BadInput).where);
    if (isTooManyRuns(error)) return problem(429, error.message);
    servicesOf({ context }).fault(error, request);
    return problem(500, "The request could not be handled; the server’s log says why.");
  }
}

export function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" },
  });
}
