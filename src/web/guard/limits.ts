import type { Request, RequestHandler, Response } from "express";
import { rateLimit } from "express-rate-limit";
import { readerAt } from "../readers.ts";
import type { Settings } from "../settings.ts";

const minuteMs = 60_000;

/** Forms that one address or account may send in a minute. */
const formsPerMinute = 120;

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

/**
 * Limits by address or account, told by the headers RateLimit-Policy, RateLimit and Retry-After. Counted in each process by itself. The readers must have
 * been noted before.
 */
export function requestLimits({
  apiPerMinute,
  signInMails,
}: Pick<Settings, "apiPerMinute" | "signInMails">): RequestHandler {
  const common = { standardHeaders: "draft-8", legacyHeaders: false, keyGenerator: keyOf } as const;
  const api = rateLimit({
    ...common,
    identifier: "api",
    windowMs: minuteMs,
    limit: apiPerMinute,
    handler: problem,
    skip: () => apiPerMinute === 0,
  });
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
    if (request.path.startsWith("/api/")) return void api(request, response, next);
    if (request.method !== "POST") return next();
    // Asking for mail has a narrower limit; React Router asks for a page's data at an address of its own.
    return void (/^\/(?:sign-in|inbox)(?:\.data)?$/.test(request.path) ? mails : forms)(request, response, next);
  };
}
