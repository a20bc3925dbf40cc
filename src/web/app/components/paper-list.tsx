import { Link } from "react-router";
import type { Marks } from "../server/marks.server.ts";
import type { PaperLine } from "../server/papers.server.ts";
import { Html } from "./html.tsx";
import { PaperMarks } from "./marks.tsx";
import { PaperMark } from "./verdict-mark.tsx";
import { Why, type WhyProps } from "./why.tsx";

function titleId(slug: string): string {
  return `paper-${slug}`;
}

/** Papers as a journal lists them: title, one line of summary, field, year, and the mark of the latest verdict. */
export function PaperList({
  papers,
  marks,
  showField = true,
  heading: Heading = "h2",
}: {
  papers: readonly (PaperLine & { why?: WhyProps; own?: { percent: number; because: readonly string[] } })[];
  /** By slug: what stands on the buttons. */
  marks: Readonly<Record<string, Marks>>;
  showField?: boolean;
  heading?: "h2" | "h3";
}) {
  return (
    <ol className="papers">
      {papers.map((paper) => (
        <li key={paper.slug} className="paper-line">
          <Heading className="paper-title" id={titleId(paper.slug)}>
            <Link to={paper.path} prefetch="intent">
              <Html html={paper.titleHtml} />
            </Link>
          </Heading>
          {paper.authorsHtml && <Html as="p" className="paper-authors" html={paper.authorsHtml} />}
          <Html as="p" className="paper-summary" html={paper.summaryHtml} />
          <p className="paper-facts">
            {showField && paper.field && (
              <Link to={`/fields/${paper.field}`} className="quiet">
                {paper.fieldTitle}
              </Link>
            )}
            <span>{paper.year}</span>
            <PaperMarks slug={paper.slug} marks={marks[paper.slug]} about={titleId(paper.slug)} />
            {!paper.runnable && (
              <Link to="/about#write" className="quiet" aria-describedby={titleId(paper.slug)}>
                Make it run
              </Link>
            )}
            <PaperMark mark={paper.mark} runnable={paper.runnable} />
          </p>
          {paper.why && <Why {...paper.why} />}
          {paper.own && (
            <p className="aside-note">
              Your ranking gives it {paper.own.percent} of 100
              {paper.own.because.length > 0 && <>: {paper.own.because.join(", ")}</>}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
