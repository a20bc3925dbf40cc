import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "./log.ts";
import { isLoopback } from "./loopback.ts";
import type { Metrics } from "./metrics.ts";
import { routeOf } from "./route.ts";

const readyMs = 2000;

export interface EndpointsOptions {
  metrics: Metrics;
  logger: Logger;
  /** Whoever has it may read the metrics from anywhere; without one, only this machine may. */
  token: string | undefined;
  /** Rejects when this process cannot do its work just now. */
  ready(): Promise<unknown>;
}

/**
 * What a machine asks of a process: `/health/live` (it runs), `/health/ready` (it can take work: 200 or 503) and `/metrics`. It stands before the site, so
 * that it answers also while the site starts, and is not limited or logged with readers' requests.
 */
export class Endpoints {
  readonly #options: EndpointsOptions;
  /** Why it is not ready, whatever the check says: it starts, or it stops. */
  closed: string | undefined = "starting";

  constructor(options: EndpointsOptions) {
    this.#options = options;
  }

  /** True when the request was one of these and is answered. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = request.url?.split("?", 1)[0];
    if (path === "/health/live") say(response, 200, "ok");
    else if (path === "/health/ready") void this.#ready(response);
    else if (path === "/metrics") void this.#metrics(request, response);
    else return false;
    return true;
  }

  /** Gives a request an id, which its answer has as X-Request-Id, and measures it. Logged at the level debug, by the kind of page alone. */
  observe(request: IncomingMessage, response: ServerResponse): void {
    const { metrics, logger } = this.#options;
    const began = performance.now();
    const given = request.headers["x-request-id"];
    const id = typeof given === "string" && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
    response.setHeader("X-Request-Id", id);
    response.once("close", () => {
      const ms = performance.now() - began;
      const method = /^(?:GET|HEAD|POST)$/.test(request.method ?? "") ? (request.method ?? "") : "other";
      const route = routeOf(request.url ?? "/", response.statusCode);
      const stream = /event-stream/.test(String(response.getHeader("Content-Type") ?? ""));
      if (!stream) metrics.request(method, route, response.statusCode, ms / 1000);
      const entry = { request: id, method, route, status: response.statusCode, ms: Math.round(ms) };
      // 503 says "not now": the site starts or stops, or a probe was told so.
      if (response.statusCode >= 500 && response.statusCode !== 503) logger.error(entry, "a request failed");
      else logger.debug(entry, "request");
    });
  }

  async #ready(response: ServerResponse): Promise<void> {
    let why = this.closed;
    let timer: NodeJS.Timeout | undefined;
    if (why === undefined) {
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error("late")), readyMs);
      });
      await Promise.race([this.#options.ready(), late]).catch(() => {
        why = "the database does not answer";
      });
      clearTimeout(timer);
    }
    say(response, why === undefined ? 200 : 503, why ?? "ready");
  }

  async #metrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { metrics, token } = this.#options;
    if (!mayRead(request, token)) return say(response, 403, "metrics are for this machine, or with the token");
    try {
      const text = await metrics.text();
      response.writeHead(200, { "Content-Type": metrics.registry.contentType, "Cache-Control": "no-store" });
      response.end(text);
    } catch (error) {
      say(response, 500, "the metrics could not be collected");
      this.#options.logger.error({ stack: error instanceof Error ? error.stack : String(error) }, "metrics");
    }
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain", "Cache-Control": "no-store" });
  response.end(`${text}\n`);
}

function mayRead(request: IncomingMessage, token: string | undefined): boolean {
  if (token !== undefined) {
    const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (given !== undefined) return timingSafeEqual(digest(given), digest(token));
  }
  return isLoopback(request);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
