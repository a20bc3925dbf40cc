import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { type NextFunction, type Request, type Response, Router } from "express";
import { RouterContextProvider } from "react-router";
import { operations } from "../../api/openapi.ts";
import { answer, problem } from "../app/server/problem.server.ts";
import type { AppOptions } from "../http.ts";
import { readerContext } from "../reader.ts";
import { readerAt } from "../readers.ts";
import { servicesContext } from "../services.ts";
import { wrongMethod } from "./answers.ts";
import { type Handler, handlers } from "./handlers.ts";

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
export function apiV1({ services, papers }: Pick<AppOptions, "services" | "papers">): Router {
  const router = Router();
  const served =
    (handler: Handler) =>
    (request: Request, response: Response, next: NextFunction): void => {
      const given = async (): Promise<void> => {
        const context = new RouterContextProvider();
        context.set(servicesContext, { ...services, papers: await papers.papers() });
        context.set(readerContext, readerAt(response));
        const params = request.params as Record<string, string>; // no path here has a wildcard
        const asked = webRequest(request, response);
        await send(await answer(async () => handler({ request: asked, context, params })), request, response);
      };
      given().catch(next);
    };
  const methods = new Map<string, string[]>();
  for (const { id, method, path } of operations) {
    const handler = handlers[id];
    if (!handler) throw new Error(`nothing answers ${id}`);
    const route = path.replace(/\{(\w+)\}/g, ":$1");
    router[method](route, served(handler));
    methods.set(route, [...(methods.get(route) ?? []), ...(method === "get" ? ["GET", "HEAD"] : ["POST"])]);
  }
  for (const [route, allowed] of methods)
    router.all(
      route,
      served(() => wrongMethod(allowed)),
    );
  router.use(served(() => problem(404, "There is nothing at this address; /api/v1/openapi.json lists what there is.")));
  router.use(refused);
  return router;
}

/** An address that cannot be decoded, and faults on the way. */
function refused(error: Error & { status?: number }, request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) return void next(error);
  const status = error.status === 400 ? 400 : 500;
  if (status === 500) console.error(error);
  const detail =
    status === 400 ? "The address cannot be read." : "The request could not be handled; the server’s log says why.";
  send(problem(status, detail), request, response).catch(next);
}

/** A request as the handlers take it. It is aborted when the client leaves. */
function webRequest(request: Request, response: Response): globalThis.Request {
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  const url = new URL(request.originalUrl, `${request.protocol}://${request.get("host") ?? "localhost"}`);
  const body = hasBody ? { body: bodyOf(request), duplex: "half" } : {};
  return new Request(url, { method: request.method, headers, signal: gone.signal, ...body } as RequestInit);
}

/** The body, read as it is wanted. One that is refused is let run out instead of cut off, so that the client can read why. */
function bodyOf(request: Request): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Buffer> | undefined;
  return new ReadableStream(
    {
      async pull(controller) {
        chunks ??= request.iterator({ destroyOnReturn: false });
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(new Uint8Array(value));
      },
      async cancel() {
        await chunks?.return?.();
        request.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

async function send(answered: globalThis.Response, request: Request, response: Response): Promise<void> {
  response.status(answered.status);
  for (const [name, value] of answered.headers) response.append(name, value);
  // What sets a cookie is for one client alone.
  if (response.hasHeader("Set-Cookie") && /public/.test(String(response.getHeader("Cache-Control")))) {
    response.set("Cache-Control", "private, no-cache");
  }
  if (answered.body === null || request.method === "HEAD") {
    await answered.body?.cancel();
    response.end();
    return;
  }
  response.flushHeaders();
  await pipeline(Readable.fromWeb(answered.body as NodeStream), response).catch((error: NodeJS.ErrnoException) => {
    // A client that has left is no fault of ours.
    if (!response.destroyed && error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  });
}
