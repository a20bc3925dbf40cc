import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { constants } from "node:zlib";
import { createRequestHandler } from "@react-router/express";
import compression from "compression";
import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type Response,
} from "express";
import { RouterContextProvider, type ServerBuild } from "react-router";
import { apiV1, openReads } from "./api/router.ts";
import { feedDocuments } from "./feeds/router.ts";
import { nonceOf, securityHeaders } from "./guard/headers.ts";
import { feedLimit, requestLimits } from "./guard/limits.ts";
import { refuseOtherSites } from "./guard/origin.ts";
import type { FaultLog } from "./operations/faults.ts";
import type { nonceContext, readerContext } from "./reader.ts";
import { type Readers, readerAt } from "./readers.ts";
import type { Services, servicesContext } from "./services.ts";
import { isSecure, type Settings } from "./settings.ts";
import type { VisiblePapers } from "./visible.ts";

/** The keys to what the server hands to the pages. They have to be the bundle's own: src/web/app/entry.server.tsx exports them. */
interface Keys {
  servicesContext: typeof servicesContext;
  readerContext: typeof readerContext;
  nonceContext: typeof nonceContext;
}

export interface AppOptions {
  /** What the pages are given, but for the papers. */
  services: Omit<Services, "papers">;
  papers: Pick<VisiblePapers, "papers">;
  readers: Pick<Readers, "note">;
  settings: Pick<Settings, "publicUrl" | "proxies" | "apiPerMinute" | "signInMails">;
}

/** The built site as an express application. `folder` is what `ensureBuild` gave. */
export async function createApp(folder: string, options: AppOptions): Promise<Express> {
  const { services, papers, settings } = options;
  const build = (await import(pathToFileURL(join(folder, "server", "index.js")).href)) as ServerBuild;
  const keys = build.entry.module as unknown as Keys;
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("trust proxy", settings.proxies);
  app.get("/healthz", (_request, response) => {
    response.type("text/plain").send("ok\n");
  });
  app.use(...securityHeaders(isSecure(settings)));
  const client = join(folder, "client");
  // The names of assets carry a hash of their content. They are asked for once, so that it pays to make them small.
  const small = compression({ brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } } });
  const assets = express.static(join(client, "assets"), { immutable: true, maxAge: "1y", fallthrough: false });
  app.use("/assets", small, assets);
  app.use(compression({ filter: shouldCompress }));
  app.use(express.static(client, { maxAge: "1h", index: false, redirect: false }));
  addApi(app, options);
  app.use(
    createRequestHandler({
      build,
      mode: "production",
      async getLoadContext(_request, response) {
        const context = new RouterContextProvider();
        context.set(keys.servicesContext, { ...services, papers: await papers.papers() });
        context.set(keys.readerContext, readerAt(response));
        context.set(keys.nonceContext, nonceOf(response));
        return context;
      },
    }),
  );
  app.use(lastResort(services.fault));
  return app;
}

/** What stands before everything that depends on the reader, the lists for feed readers, and the public API. */
export function addApi(app: Express, { services, papers, readers, settings }: AppOptions): void {
  app.use("/api/v1", openReads);
  app.use(refuseOtherSites(settings.publicUrl));
  app.use(feedDocuments({ services, papers }, feedLimit(settings)));
  app.use(readers.note);
  app.use(requestLimits(settings));
  app.use("/api/v1", apiV1({ services, papers }));
}

/** Event streams must not wait in a compressor's buffer. */
function shouldCompress(request: Request, response: Response): boolean {
  if (/event-stream/.test(String(response.getHeader("Content-Type")))) return false;
  return compression.filter(request, response);
}

/** Faults outside the pages, a missing asset for one. No stack trace reaches a reader. */
function lastResort(fault: FaultLog): ErrorRequestHandler {
  return (error: Error & { status?: number }, request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = error.status ?? 500;
    if (status >= 500) fault(error, { method: request.method, url: request.originalUrl });
    response
      .status(status)
      .type("text/plain")
      .send(status === 404 ? "Not found\n" : "Something broke on our side\n");
  };
}
