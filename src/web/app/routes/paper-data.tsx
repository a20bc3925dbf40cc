import { Link, useLoaderData, useOutletContext, useSearchParams } from "react-router";
import { readerOf } from "../../reader.ts";
import { Html } from "../components/html.tsx";
import { ToolHead, ToolPanel } from "../components/tool-panel.tsx";
import { toolFormsOf } from "../server/forms.server.ts";
import { type PageArgs, paperOf } from "../server/request.server.ts";
import { richText } from "../server/rich-text.server.ts";
import type { PaperHead } from "./paper.tsx";

export async function loader(args: PageArgs) {
  const { paper, services } = paperOf(args);
  return {
    tools: await toolFormsOf(paper),
    promiseHtml: richText(paper.card.tool),
    anywhere: paper.card.where === "anywhere",
    uploadLimit: services.runs.allowanceOf(readerOf(args)).uploadBytes,
  };
}

/** The address changes while a run is watched; the tools do not. */
export function shouldRevalidate({ currentUrl, nextUrl }: { currentUrl: URL; nextUrl: URL }): boolean {
  return currentUrl.pathname !== nextUrl.pathname;
}

export default function PaperData() {
  const { tools, promiseHtml, anywhere, uploadLimit } = useLoaderData<typeof loader>();
  const head = useOutletContext<PaperHead>();
  const [search] = useSearchParams();
  const tool = tools.find((candidate) => candidate.name === search.get("tool")) ?? tools[0];
  return (
    <div className="text data">
      <title>{`Your data · ${head.title} · livepapers`}</title>
      {!tool && (
        <>
          <Html as="p" className="lede" html={promiseHtml} />
          <p>This tool is not written yet.</p>
        </>
      )}
      {tools.length > 1 && (
        <nav className="tool-choice" aria-label="Tools of this paper">
          {tools.map((other) => (
            <Link
              key={other.name}
              to={`?tool=${encodeURIComponent(other.name)}`}
              aria-current={other === tool ? "true" : undefined}
              preventScrollReset
            >
              {other.name}
            </Link>
          ))}
        </nav>
      )}
      {tool && (
        <>
          <ToolHead tool={tool} named={tools.length > 1} />
          <ToolPanel
            key={`${head.slug} ${tool.name}`}
            slug={head.slug}
            tool={tool}
            named={tools.length > 1}
            anywhere={anywhere}
            uploadLimit={uploadLimit}
          />
        </>
      )}
    </div>
  );
}
