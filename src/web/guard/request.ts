import type { Request } from "express";
import { ipKeyGenerator } from "express-rate-limit";

/** The address a request comes from; a network's worth of IPv6 addresses counts as one. */
export function networkOf({ ip }: Pick<Request, "ip">): string {
  return ipKeyGenerator(ip ?? "", 56);
}

/**
 * The path by which a guard judges a request: whatever spelling express and React Router take for the same page comes out as one. Both are blind to case
 * and to slashes at the end; React Router also resolves dots, decodes, and asks for a page's data at an address that ends with ".data".
 */
export function guardedPath({ originalUrl }: Pick<Request, "originalUrl">): string {
  const whole = originalUrl.startsWith("/") ? `http://here.invalid${originalUrl}` : originalUrl;
  const { pathname } = URL.canParse(whole) ? new URL(whole) : { pathname: originalUrl };
  const plain = decoded(pathname)
    .toLowerCase()
    .replace(/\/{2,}/g, "/");
  return plain.replace(/(?:\/_)?\.data$/, "").replace(/\/+$/, "") || "/";
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // as React Router does: such a path leads to no page
  }
}
