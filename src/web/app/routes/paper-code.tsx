import { useLoaderData, useOutletContext } from "react-router";
import { Html } from "../components/html.tsx";
import { sourcePages } from "../lib/source-pages.ts";
import { type PageArgs, paperOf } from "../server/request.server.ts";
import { sourcePage } from "../server/source-page.server.ts";
import type { PaperHead } from "./paper.tsx";

export async function loader(args: PageArgs) {
  const { paper } = paperOf(args);
  const { card } = paper;
  const html = paper.claim || paper.tool ? await sourcePage(card) : "";
  // A document has the code in its body already: it is not sent a second time as data. Hydration leaves it as it stands.
  const asDocument = args.request.headers.get("accept")?.includes("text/html") ?? false;
  return { slug: card.slug, written: html !== "", html: asDocument ? null : html };
}

export default function PaperCode() {
  const { slug, written, html } = useLoaderData<typeof loader>();
  const head = useOutletContext<PaperHead>();
  return (
    <div>
      <title>{`Code · ${head.title} · livepapers`}</title>
      {written ? (
        <Html as="div" html={html ?? sourcePages.get(slug) ?? ""} />
      ) : (
        <p>
          The method of this paper is not written yet.
          {head.code && (
            <>
              {" "}
              The authors’ own code is at <a href={head.code}>{head.code.replace(/^https:\/\//, "")}</a>.
            </>
          )}
        </p>
      )}
    </div>
  );
}
