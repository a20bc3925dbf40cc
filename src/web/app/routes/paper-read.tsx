import { Link, useLoaderData, useOutletContext } from "react-router";
import { fields } from "../../../kit/fields.ts";
import { hasThreshold } from "../../../kit/verdict.ts";
import { CopyButton } from "../components/copy-button.tsx";
import { Html } from "../components/html.tsx";
import { RunPanel } from "../components/run-panel.tsx";
import { useRead } from "../components/use-read.ts";
import { bibtex } from "../lib/cite.ts";
import { formatDay } from "../lib/format.ts";
import { claimFormOf } from "../server/forms.server.ts";
import { relatedTo } from "../server/papers.server.ts";
import { type PageArgs, paperOf } from "../server/request.server.ts";
import { richText } from "../server/rich-text.server.ts";
import { partTexts } from "../server/run-page.server.ts";
import type { PaperHead } from "./paper.tsx";

export async function loader(args: PageArgs) {
  const { paper, services } = paperOf(args);
  const { card } = paper;
  return {
    summaryHtml: richText(card.summary),
    claimHtml: richText(card.claim.words),
    parts: card.claim.parts.map((part) => ({
      name: part.name,
      required: part.required,
      only: part.only ?? null,
      wordsHtml: richText(part.words),
      inequalityHtml: richText(part.inequality),
      decided: hasThreshold(part),
    })),
    reported: card.reported.map((figure) => ({
      whatHtml: richText(figure.what),
      valueHtml: richText(figure.value),
      whereHtml: richText(figure.where),
      part: figure.part ?? null,
    })),
    toolHtml: richText(card.tool),
    keywords: card.keywords,
    listed: card.listed,
    where: card.where,
    related: relatedTo(paper, services.papers),
    bibtex: bibtex(card),
    form: await claimFormOf(paper),
    texts: partTexts(card),
  };
}

/** The address changes while a run is watched; the paper does not. */
export function shouldRevalidate({ currentUrl, nextUrl }: { currentUrl: URL; nextUrl: URL }): boolean {
  return currentUrl.pathname !== nextUrl.pathname;
}

export default function PaperRead() {
  const page = useLoaderData<typeof loader>();
  const head = useOutletContext<PaperHead>();
  useRead(head.slug);
  return (
    <div className="reading">
      <title>{`${head.title} · livepapers`}</title>
      <div className="text">
        <section aria-labelledby="summary">
          <h2 id="summary">In short</h2>
          <Html as="p" className="summary-text" html={page.summaryHtml} />
        </section>
        <section aria-labelledby="claim">
          <h2 id="claim">The claim</h2>
          <Html as="p" className="claim-words" html={page.claimHtml} />
          <ol className="parts">
            {page.parts.map((part) => (
              <li key={part.name} className="part">
                <h3>
                  {part.name}
                  <span className="tag">
                    {part.required ? "required" : "reported, does not decide"}
                    {part.only && `, ${part.only} scale only`}
                  </span>
                </h3>
                <Html as="p" html={part.wordsHtml} />
                <p className="inequality">
                  {part.decided && <b>holds if</b>}
                  <Html html={part.inequalityHtml} />
                </p>
              </li>
            ))}
          </ol>
          {page.reported.length > 0 && (
            <div className="reported">
              <h3>What the paper reports</h3>
              <div className="scroll">
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Figure</th>
                      <th scope="col">Reported</th>
                      <th scope="col">Where</th>
                    </tr>
                  </thead>
                  <tbody>
                    {page.reported.map((figure) => (
                      <tr key={figure.whatHtml}>
                        <td>
                          <Html html={figure.whatHtml} />
                        </td>
                        <td>
                          <Html html={figure.valueHtml} />
                        </td>
                        <td>
                          <Html html={figure.whereHtml} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </div>
          )}
        </section>
        <section aria-labelledby="run" className="no-print">
          <h2 id="run">Run</h2>
          {head.runnable ? (
            page.form && (
              <RunPanel
                key={head.slug}
                slug={head.slug}
                anywhere={page.where === "anywhere"}
                form={page.form}
                texts={page.texts}
              />
            )
          ) : (
            <p>
              This claim is not runnable yet. What will decide it stands above, written down before anything was
              measured.
            </p>
          )}
        </section>
        {page.related.length > 0 && (
          <section aria-labelledby="related">
            <h2 id="related">Related papers</h2>
            <ul className="related">
              {page.related.map((paper) => (
                <li key={paper.slug}>
                  <h3>
                    <Link to={`/papers/${paper.slug}`}>
                      <Html html={paper.titleHtml} />
                    </Link>
                  </h3>
                  <Html as="p" html={paper.summaryHtml} />
                </li>
              ))}
            </ul>
          </section>
        )}
        <section aria-labelledby="cite">
          <h2 id="cite">How to cite</h2>
          {/* biome-ignore lint/a11y: what scrolls must be reachable by keyboard, and then needs a name */}
          <pre className="bibtex" tabIndex={0} aria-label="BibTeX">
            {page.bibtex}
          </pre>
          <p className="actions">
            <CopyButton text={page.bibtex} />
            <a href={`/papers/${head.slug}/cite.bib`} download>
              {head.slug}.bib
            </a>
          </p>
        </section>
      </div>
      <aside className="margin" aria-label="About this paper">
        <dl>
          <div>
            <dt>On your data</dt>
            <dd>
              <Html html={page.toolHtml} />
            </dd>
          </div>
          <div>
            <dt>Runs</dt>
            <dd>{page.where === "anywhere" ? "in this browser or on the server" : "on the server"}</dd>
          </div>
          <div>
            <dt>Field</dt>
            <dd>
              <Link to={`/fields/${head.field}`} className="quiet">
                {fields[head.field].title}
              </Link>
            </dd>
          </div>
          <div>
            <dt>Keywords</dt>
            <dd>{page.keywords.join(", ")}</dd>
          </div>
          <div>
            <dt>Listed</dt>
            <dd>{formatDay(page.listed)}</dd>
          </div>
        </dl>
      </aside>
    </div>
  );
}
