import { guardedPath } from "../guard/request.ts";

/** Words of the site's addresses; whatever else stands in one is a name of something. */
const words = new Set(
  [
    "about admin api apply arxiv assets browser cancel cite.bib claims code confirm data data.json events feed.atom feed.json",
    "fields for-you healthz inbox link manage marks me openapi.json outputs papers read run runs sample search sign-in sign-out",
    "theme unsubscribe v1",
  ].flatMap((line) => line.split(" ")),
);

const mostSegments = 6;
/** Labels stay few, whatever is asked for. */
const mostRoutes = 100;
const known = new Set<string>();

/** The kind of page a path leads to, without the names in it: `/papers/*`, `/api/runs/*` + `/events`. It says nothing about who reads what. */
export function routeOf(url: string, status: number): string {
  if (status === 404) return "none";
  const segments = guardedPath({ originalUrl: url })
    .split("/")
    .filter((segment) => segment !== "");
  if (segments[0] === "assets") return "/assets/*";
  const route = `/${segments
    .slice(0, mostSegments)
    .map((segment) => (words.has(segment) ? segment : "*"))
    .join("/")}`;
  if (!known.has(route) && known.size >= mostRoutes) return "other";
  known.add(route);
  return route;
}
