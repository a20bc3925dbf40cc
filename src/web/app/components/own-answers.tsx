import { Form, Link } from "react-router";
import type { PaperName } from "../server/papers.server.ts";
import { FormToken } from "./form-token.tsx";

interface Props {
  answers: readonly (PaperName & { wouldRead: boolean })[];
  counts: { votes: number; bookmarks: number; answers: number };
}

const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** What a reader's ranking rests on, to take back piece by piece or as a whole. */
export function OwnAnswers({ answers, counts }: Props) {
  return (
    <section aria-labelledby="own-answers" className="own">
      <h2 id="own-answers">What it rests on</h2>
      <p>
        {many(counts.votes, "vote")}, {many(counts.bookmarks, "bookmark")} (both on <Link to="/me">your page</Link>) and{" "}
        {many(counts.answers, "answer")}. A logistic regression on the words of the papers is fitted to them; papers you
        left unmarked count as weak noes. Split sampling, a method of{" "}
        <Link to="/papers/online-active-learning">online active learning</Link>, chooses what you are asked.
      </p>
      <Form method="post" preventScrollReset>
        <FormToken />
        {answers.length > 0 && (
          <ul className="own-list">
            {answers.map((paper) => (
              <li key={paper.slug}>
                <span>
                  <strong>{paper.wouldRead ? "Yes" : "No"}</strong> <Link to={paper.path}>{paper.title}</Link>
                </span>
                <button type="submit" name="do" value={`back ${paper.slug}`} className="link-button">
                  Take back<span className="hidden-text"> the answer about {paper.title}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
        <p className="for-you-switch">
          {answers.length > 0 && (
            <button type="submit" name="do" value="forget" className="link-button">
              Delete all answers
            </button>
          )}
          <button type="submit" name="do" value="off" className="link-button">
            Switch this page off
          </button>
        </p>
      </Form>
    </section>
  );
}
