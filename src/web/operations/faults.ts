import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { routeOf } from "./route.ts";

/** Takes what broke while a request was answered. */
export type FaultLog = (error: unknown, request: { method: string; url: string }) => void;

/** The stack of an error and of what caused it. The values of a query, which may be anybody's, are left out. */
function storyOf(error: unknown): string {
  const story: string[] = [];
  for (let at = error; at !== undefined && story.length < 5; at = at instanceof Error ? at.cause : undefined) {
    story.push(at instanceof Error ? stackOf(at) : String(at));
  }
  return story.join("\ncaused by: ");
}

function stackOf(error: Error & { query?: unknown; params?: unknown }): string {
  const { stack = String(error), message, query, params } = error;
  if (query === undefined || params === undefined) return stack;
  const at = stack.indexOf(message);
  const frames = at < 0 ? "" : stack.slice(at + message.length);
  return `${error.name}: failed query: ${String(query)}${frames}`;
}

/** Faults within pages and the API as lines of the operator's log, by the kind of page. A path alone will do for the address. */
export function faultLog(logger: Logger, metrics: Pick<Metrics, "error">): FaultLog {
  return (error, { method, url }) => {
    metrics.error();
    const { pathname } = new URL(url, "http://here.invalid");
    logger.error({ method, route: routeOf(pathname, 500), stack: storyOf(error) }, "a fault within a page");
  };
}
