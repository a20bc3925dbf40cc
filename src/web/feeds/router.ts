import { type RequestHandler, Router } from "express";
import { atomDocument } from "../../feed/documents/atom.ts";
import { type DocumentForm, documentForms, type FeedDocument, mediaTypes } from "../../feed/documents/document.ts";
import { jsonFeedDocument } from "../../feed/documents/json-feed.ts";
import { taggedText, wrongMethod } from "../api/answers.ts";
import type { Handler } from "../api/handlers.ts";
import { openReads } from "../api/router.ts";
import { served } from "../api/serve.ts";
import type { PageArgs } from "../app/server/request.server.ts";
import type { AppOptions } from "../http.ts";
import { fieldDocument, searchDocument, viewDocument } from "./documents.ts";

const write: Record<DocumentForm, (document: FeedDocument) => string> = { atom: atomDocument, json: jsonFeedDocument };

/** How long a document may be kept before it is asked for again. */
const cache = "public, max-age=300";

const documents: Record<string, (args: PageArgs) => Promise<FeedDocument>> = {
  "": viewDocument,
  "/fields/:field": fieldDocument,
  "/search": searchDocument,
};

/** The lists of the site for feed readers. They are the same for everybody, and no reader need be noted. */
export function feedDocuments(options: Pick<AppOptions, "services" | "papers">, limit: RequestHandler): Router {
  const router = Router();
  for (const [path, documentOf] of Object.entries(documents)) {
    for (const form of documentForms) {
      const handler: Handler = async (args) =>
        taggedText(args.request, write[form](await documentOf(args)), { type: mediaTypes[form], cache });
      const address = `${path}/feed.${form}`;
      router.use(address, openReads, limit);
      router.get(address, served(options, handler));
      router.all(
        address,
        served(options, () => wrongMethod(["GET", "HEAD"])),
      );
    }
  }
  return router;
}
