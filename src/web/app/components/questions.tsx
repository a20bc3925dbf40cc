import { Form, Link } from "react-router";
import type { PaperLine } from "../server/papers.server.ts";
import { FormToken } from "./form-token.tsx";
import { Html } from "./html.tsx";

/** "Would you read this?": papers that the reader's ranking is unsure of, with two buttons each. */
export function Questions({ papers }: { papers: readonly PaperLine[] }) {
  if (papers.length === 0) return null;
  return (
    <section aria-labelledby="questions" className="questions">
      <h2 id="questions">Would you read this?</h2>
      <p className="aside-note">
        Asked are papers that your ranking is unsure of, and some at random, so that it notices when your interests
        change.
      </p>
      <Form method="post" preventScrollReset>
        <FormToken />
        <ul className="own-list">
          {papers.map((paper) => (
            <li key={paper.slug}>
              <div>
                <Link to={paper.path} id={`ask-${paper.slug}`}>
                  <Html html={paper.titleHtml} />
                </Link>
                <Html as="p" className="paper-summary" html={paper.summaryHtml} />
              </div>
              <span className="question-buttons">
                <button
                  type="submit"
                  name="do"
                  value={`yes ${paper.slug}`}
                  className="button small"
                  aria-describedby={`ask-${paper.slug}`}
                >
                  Yes
                </button>
                <button
                  type="submit"
                  name="do"
                  value={`no ${paper.slug}`}
                  className="button small"
                  aria-describedby={`ask-${paper.slug}`}
                >
                  No
                </button>
              </span>
            </li>
          ))}
        </ul>
      </Form>
    </section>
  );
}
