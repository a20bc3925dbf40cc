import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Endpoints } from "./operations/endpoints.ts";

/** How long requests under way may take once the site stops. The rest of the three seconds is for runs and the database. */
const settleMs = 1500;

/**
 * What stands between the network and the site: it answers for the site while that starts and stops. A site that stops finishes what it was asked; new
 * requests are told to come back, and probes that it takes no more.
 */
export class Door {
  readonly server: Server;
  readonly #endpoints: Endpoints;
  readonly #underWay = new Set<ServerResponse>();
  #handle: RequestListener = notNow("starting");
  #settled = (): void => {};

  constructor(endpoints: Endpoints) {
    this.#endpoints = endpoints;
    this.server = createServer((request, response) => {
      if (endpoints.handle(request, response)) return;
      endpoints.observe(request, response);
      response.setMaxListeners(20); // ten are none too many: an answer of the API has eleven, of the pipes it goes through
      this.#underWay.add(response);
      response.once("close", () => {
        this.#underWay.delete(response);
        if (this.#underWay.size === 0) this.#settled();
      });
      this.#handle(request, response);
    });
  }

  /** From now on the site answers. */
  open(site: RequestListener): void {
    this.#handle = site;
    this.#endpoints.closed = undefined;
  }

  /**
   * From now on it does not. Resolves when the requests under way are answered, or after `ms`. Event streams go on for as long as their run, so they are
   * ended: their readers connect again to the next server. The server goes on listening until it is closed, for the probes.
   */
  async shut(ms = settleMs): Promise<void> {
    this.#endpoints.closed = "stopping";
    this.#handle = notNow("stopping");
    this.server.closeIdleConnections();
    for (const response of this.#underWay) {
      if (/event-stream/.test(String(response.getHeader("Content-Type") ?? ""))) response.destroy();
    }
    if (this.#underWay.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#settled = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }
}

function notNow(what: "starting" | "stopping"): RequestListener {
  return (request: IncomingMessage, response: ServerResponse): void => {
    // A browser gives up a stream of events that is refused, and connects again to one that breaks off.
    if (/event-stream/.test(request.headers.accept ?? "")) return void request.destroy();
    const again = { "Retry-After": "2", Refresh: "2", Connection: "close" };
    response.writeHead(503, { "Content-Type": "text/plain", ...again });
    response.end(`livepapers is ${what}.\n`);
  };
}
