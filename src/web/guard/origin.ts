import type { NextFunction, Request, Response } from "express";

const refusal = {
  type: "about:blank",
  title: "Requests from other sites are not taken",
  status: 403,
  detail:
    "A page of another site may read here and change nothing. Send this from a page of this site, or from a program.",
};

/**
 * A page of another site must not change anything here in its reader's name. Browsers say where a request comes from: `Sec-Fetch-Site`, and `Origin` in
 * older ones. Programs say neither, and carry no cookies unless they were given some.
 */
export function refuseOtherSites(publicUrl: URL | undefined) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (["GET", "HEAD", "OPTIONS"].includes(request.method) || isOurs(request, publicUrl)) {
      next();
      return;
    }
    response.status(403).type("application/problem+json").send(JSON.stringify(refusal));
  };
}

function isOurs(request: Request, publicUrl: URL | undefined): boolean {
  const site = request.get("sec-fetch-site");
  // "none" is a reader's own doing, such as a reload of a sent form.
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const origin = request.get("origin");
  // A page that sends no referrer has the origin "null", as a page without one has; only the browser knows the difference.
  if (origin === undefined || (origin === "null" && site === "same-origin")) return true;
  return hostOf(origin) === request.get("host") || origin === publicUrl?.origin;
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/.exec(origin)?.[1];
}
