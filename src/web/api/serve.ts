import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeStream } from "node:stream/web";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { RouterContextProvider } from "react-router";
import { answer } from "../app/server/problem.server.ts";
import type { AppOptions } from "../http.ts";
import { readerContext } from "../reader.ts";
import { readerAt } from "../readers.ts";
import { servicesContext } from "../services.ts";
import type { Handler } from "./handlers.ts";

/** Lets a handler of web requests answer express's. It has a reader where one was noted before. */
export function served(
  { services, papers }: Pick<AppOptions, "services" | "papers">,
  handler: Handler,
): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    const given = async (): Promise<void> => {
      const context = new RouterContextProvider();
      context.set(servicesContext, { ...services, papers: await papers.papers() });
      if (response.locals.reader) context.set(readerContext, readerAt(response));
      const params = request.params as Record<string, string>; // no path here has a wildcard
      const asked = webRequest(request, response);
      const args = { request: asked, context, params };
      await send(await answer(args, async () => handler(args)), request, response);
    };
    given().catch(next);
  };
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

/** Sends a web response as express's. */
export async function send(answered: globalThis.Response, request: Request, response: Response): Promise<void> {
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
