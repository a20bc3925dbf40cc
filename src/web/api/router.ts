import {
  type ErrorRequestHandler,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from "express";
import { operations } from "../../api/openapi.ts";
import { problem } from "../app/server/problem.server.ts";
import type { AppOptions } from "../http.ts";
import type { FaultLog } from "../operations/faults.ts";
import { wrongMethod } from "./answers.ts";
import { type Handler, handlers } from "./handlers.ts";
import { send, served } from "./serve.ts";

/** Names what a page of another site may see of an answer, besides its body. */
const shown = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After";

/**
 * Pages of other sites may read, without the reader's cookies, and nothing else: a preflight for anything but reading finds no permission. It stands before
 * whatever refuses requests, so that refusals can be read as well.
 */
export function openReads(request: Request, response: Response, next: NextFunction): void {
  if (!["GET", "HEAD", "OPTIONS"].includes(request.method)) return void next();
  response.set("Access-Control-Allow-Origin", "*").set("Access-Control-Expose-Headers", shown);
  // The site's own policy would forbid what the line above allows.
  response.set("Cross-Origin-Resource-Policy", "cross-origin");
  if (request.method !== "OPTIONS") return void next();
  response
    .set("Access-Control-Allow-Methods", "GET, HEAD")
    .set("Access-Control-Allow-Headers", "Accept, If-None-Match, Last-Event-ID")
    .set("Access-Control-Max-Age", "86400")
    .status(204)
    .end();
}

/** The public API. Its readers must have been noted before. */
export function apiV1(options: Pick<AppOptions, "services" | "papers">): Router {
  const router = Router();
  const answered = (handler: Handler): RequestHandler => served(options, handler);
  const methods = new Map<string, string[]>();
  for (const { id, method, path } of operations) {
    const handler = handlers[id];
    if (!handler) throw new Error(`nothing answers ${id}`);
    const route = path.replace(/\{(\w+)\}/g, ":$1");
    router[method](route, answered(handler));
    methods.set(route, [...(methods.get(route) ?? []), ...(method === "get" ? ["GET", "HEAD"] : ["POST"])]);
  }
  for (const [route, allowed] of methods)
    router.all(
      route,
      answered(() => wrongMethod(allowed)),
    );
  router.use(
    answered(() => problem(404, "There is nothing at this address; /api/v1/openapi.json lists what there is.")),
  );
  router.use(refused(options.services.fault));
  return router;
}

/** An address that cannot be decoded, and faults on the way. */
function refused(fault: FaultLog): ErrorRequestHandler {
  return (error: Error & { status?: number }, request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) return void next(error);
    const status = error.status === 400 ? 400 : 500;
    if (status === 500) fault(error, { method: request.method, url: request.originalUrl });
    const detail =
      status === 400 ? "The address cannot be read." : "The request could not be handled; the server’s log says why.";
    send(problem(status, detail), request, response).catch(next);
  };
}
