import { randomBytes } from "node:crypto";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import helmet from "helmet";

/** The nonce of a response, made by `nonce`; scripts in the page carry it. */
export function nonceOf(response: Response): string {
  return String(response.locals.nonce ?? "");
}

function nonce(_request: Request, response: Response, next: NextFunction): void {
  response.locals.nonce = randomBytes(16).toString("base64");
  next();
}

/**
 * The headers that tell a browser what pages here may do. Everything comes from this server; scripts are ours or carry the response's nonce. Styles may
 * stand on elements, since maths and charts need that, and nowhere else. `secure` is for sites on https.
 */
export function securityHeaders(secure: boolean): RequestHandler[] {
  return [
    nonce,
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          scriptSrc: [
            "'self'",
            (_request, response) => `'nonce-${nonceOf(response as Response)}'`, // express's own
            // Claims run WebAssembly in this browser; this allows it and not `eval`.
            "'wasm-unsafe-eval'",
          ],
          scriptSrcAttr: ["'none'"],
          styleSrc: ["'self'"],
          styleSrcAttr: ["'unsafe-inline'"],
          imgSrc: ["'self'", "data:", "blob:"],
          workerSrc: ["'self'", "blob:"],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
      },
      referrerPolicy: { policy: "same-origin" },
      strictTransportSecurity: secure ? { maxAge: 180 * 24 * 3600, includeSubDomains: false } : false,
      xFrameOptions: { action: "deny" },
    }),
  ];
}
