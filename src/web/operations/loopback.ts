import type { IncomingMessage } from "node:http";

const marks = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/** Whether a request was made on this machine: by its address, and not passed on by a proxy for somebody else, nor by a page with another name for it. */
export function isLoopback({ socket, headers }: Pick<IncomingMessage, "socket" | "headers">): boolean {
  const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  if (!/^127\./.test(address) && address !== "::1") return false;
  if (marks.some((name) => headers[name] !== undefined)) return false;
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(headers.host ?? "");
}
