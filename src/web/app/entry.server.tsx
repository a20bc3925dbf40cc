import { PassThrough } from "node:stream";
import { createReadableStreamFromReadable } from "@react-router/node";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";
import { type EntryContext, isRouteErrorResponse, type RouterContextProvider, ServerRouter } from "react-router";
import { nonceContext } from "../reader.ts";
import { servicesOf } from "../services.ts";
import type { PageArgs } from "./server/request.server.ts";

export { nonceContext, readerContext } from "../reader.ts";
export { servicesContext } from "../services.ts";

const renderLimitMs = 10_000;

export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  routerContext: EntryContext,
  loadContext: Readonly<RouterContextProvider>,
): Response | Promise<Response> {
  const nonce = loadContext.get(nonceContext);
  headers.set("Content-Type", "text/html; charset=utf-8");
  // A page carries its reader's own form token.
  headers.set("Cache-Control", headers.get("Cache-Control") ?? "private, no-cache");
  if (request.method === "HEAD") return new Response(null, { status, headers });
  return new Promise((resolve, reject) => {
    const agent = request.headers.get("user-agent") ?? "";
    let shellSent = false;
    const send = (): void => {
      shellSent = true;
      const body = new PassThrough();
      pipe(body);
      resolve(new Response(createReadableStreamFromReadable(body), { status, headers }));
    };
    const { pipe, abort } = renderToPipeableStream(
      <ServerRouter context={routerContext} url={request.url} nonce={nonce} />,
      {
        nonce,
        [isbot(agent) ? "onAllReady" : "onShellReady"]: send,
        onShellError: reject,
        onError(error: unknown) {
          status = 500;
          if (shellSent) servicesOf({ context: loadContext }).fault(error, request);
        },
      },
    );
    setTimeout(abort, renderLimitMs).unref();
  });
}

/** Faults go to the operator's log; a reader sees the error page, without a stack trace. */
export function handleError(error: unknown, args: Pick<PageArgs, "request" | "context">): void {
  if (args.request.signal.aborted || isRouteErrorResponse(error)) return;
  servicesOf(args).fault(error, args.request);
}
