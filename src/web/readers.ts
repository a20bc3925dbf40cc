import { createHmac } from "node:crypto";
import type { NextFunction, Request, Response } from "express";
import { findSession, tokenHash } from "../store/people.ts";
import { accountName } from "../store/personal-data.ts";
import { keyFor } from "../store/secret.ts";
import type { Db } from "../store/store.ts";
import { randomToken, type SiteCookies, tokenOf } from "./guard/cookies.ts";
import { FormTokens } from "./guard/form-token.ts";
import { networkOf } from "./guard/request.ts";
import type { Reader } from "./reader.ts";

export interface ReadersOptions {
  db: Db;
  secret: string;
  cookies: SiteCookies;
  admins: ReadonlySet<string>;
}

/** Finds out who makes a request. */
export class Readers {
  readonly #options: ReadersOptions;
  readonly #forms: FormTokens;
  readonly #addressKey: Buffer;

  constructor(options: ReadersOptions) {
    this.#options = options;
    this.#forms = new FormTokens(keyFor(options.secret, "forms"));
    this.#addressKey = keyFor(options.secret, "addresses");
  }

  /** Notes the reader of a request, for `readerAt`. A browser without a visitor's cookie is given one, with its first page or whatever it sends. */
  readonly note = (request: Request, response: Response, next: NextFunction): void => {
    this.#of(request, response).then((reader) => {
      response.locals.reader = reader;
      next();
    }, next);
  };

  async #of(request: Request, response: Response): Promise<Reader> {
    const { db, cookies, admins } = this.#options;
    const sent = request.get("cookie");
    const known = await tokenOf(cookies.visitor, sent);
    const visitor = known ?? randomToken();
    if (known === undefined && (isForPage(request) || request.method === "POST")) {
      response.append("Set-Cookie", await cookies.visitor.serialize(visitor));
    }
    const session = await tokenOf(cookies.session, sent);
    const person = session === undefined ? undefined : await findSession(db, session);
    const browser = `visitor:${tokenHash(visitor)}`;
    return {
      person,
      admin: person !== undefined && admins.has(person.mail),
      owner: person ? accountName(person.id) : browser,
      names: person ? [accountName(person.id), browser] : [browser],
      address: this.#addressOf(request),
      formToken: this.#forms.make(visitor),
      knowsForm: (token) => known !== undefined && this.#forms.fits(known, token),
      tooMany: false,
      cookies: sent,
    };
  }

  #addressOf(request: Request): string {
    return createHmac("sha256", this.#addressKey).update(networkOf(request)).digest("base64url").slice(0, 22);
  }
}

/** The reader that `Readers.note` has noted. */
export function readerAt(response: Response): Reader {
  return response.locals.reader as Reader; // set for every request that gets this far
}

/** Programs and parts of pages do not ask for HTML. */
function isForPage(request: Request): boolean {
  return request.method === "GET" && (request.get("accept") ?? "").includes("text/html");
}
