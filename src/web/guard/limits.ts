import type { Request, RequestHandler, Response } from "express";
import { rateLimit } from "express-rate-limit";
import { readerAt } from "../readers.ts";
import type { Settings } from "../settings.ts";
import { guardedPath, networkOf } from "./request.ts";

const minuteMs = 60_000;

/** Forms that one address or account may send in a minute. */
const formsPerMinute = 120;

/** Ask for mail, and have a narrower limit. */
const mailForms: readonly string[] = ["/sign-in", "/inbox"];

/** Of someone signed in the account counts, of others the address. */
function keyOf(_request: Request, response: Response): string {
  const { person, owner, address } = readerAt(response);
  return person ? owner : address;
}

/** An action refuses what this marks, with a page of its own. */
function mark(_request: Request, response: Response, next: () => void): void {
  readerAt(response).tooMany = true;
  next();
}

function problem(_request: Request, response: Response): void {
  const document = {
    type: "about:blank",
    title: "Too many requests",
    status: 429,
    detail: `This server takes no more requests from here for ${response.getHeader("Retry-After") ?? "some"} seconds.`,
  };
  response.status(429).type("application/problem+json").send(JSON.stringify(document));
}

const told = { standardHeaders: "draft-8", legacyHeaders: false } as const;

/** Refused with a problem document; 0 is any number. */
function perMinute(limit: number) {
  return { windowMs: minuteMs, limit, handler: problem, skip: () => limit === 0 };
}

/** The lists for feed readers are the same for everybody: they are limited by address alone, and no reader need be noted. */
export function feedLimit({ apiPerMinute }: Pick<Settings, "apiPerMinute">): RequestHandler {
  return rateLimit({ ...told, identifier: "feeds", keyGenerator: networkOf, ...perMinute(apiPerMinute) });
}

/**
 * Limits by address or account, told by the headers RateLimit-Policy, RateLimit and Retry-After. Counted in each process by itself. The readers must have
 * been noted before.
 */
export function requestLimits({
  apiPerMinute,
  signInMails,
}: Pick<Settings, "apiPerMinute" | "signInMails">): RequestHandler {
  const common = { ...told, keyGenerator: keyOf };
  const api = rateLimit({ ...common, identifier: "api", ...perMinute(apiPerMinute) });
  const forms = rateLimit({
    ...common,
    identifier: "forms",
    windowMs: minuteMs,
    limit: formsPerMinute,
    handler: mark,
  });
  const mails = rateLimit({
    ...common,
    identifier: "mail",
    windowMs: 15 * minuteMs,
    limit: signInMails,
    handler: mark,
    keyGenerator: (_request, response) => readerAt(response).address,
  });
  return (request, response, next) => {
    const path = guardedPath(request);
    if (path.startsWith("/api/")) return void api(request, response, next);
    // React Router takes every other method for a sent form.
    if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return next();
    return void (mailForms.includes(path) ? mails : forms)(request, response, next);
  };
}
