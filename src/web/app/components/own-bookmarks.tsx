import { Form, Link } from "react-router";
import type { PaperName } from "../server/papers.server.ts";
import { FormToken } from "./form-token.tsx";

interface Props {
  bookmarks: readonly (PaperName & { tags: readonly string[] })[];
  /** All tags in use. */
  tags: readonly string[];
  /** The one that is shown. */
  tag: string | null;
}

/** Bookmarks with their tags, all or those of one tag. */
export function OwnBookmarks({ bookmarks, tags, tag }: Props) {
  return (
    <section aria-labelledby="bookmarks">
      <h2 id="bookmarks">Bookmarks</h2>
      {tags.length > 0 && (
        <nav className="tool-choice" aria-label="Tags">
          <Link to="/me" aria-current={tag === null ? "true" : undefined} preventScrollReset>
            all
          </Link>
          {tags.map((name) => (
            <Link
              key={name}
              to={`/me?tag=${encodeURIComponent(name)}`}
              aria-current={tag === name ? "true" : undefined}
              preventScrollReset
            >
              {name}
            </Link>
          ))}
        </nav>
      )}
      {bookmarks.length === 0 ? (
        <p className="aside-note">None yet. Every paper has the button.</p>
      ) : (
        <ul className="own-list">
          {bookmarks.map((paper) => (
            <li key={paper.slug}>
              <Link to={paper.path}>{paper.title}</Link>
              <Form method="post" action="/me" className="tag-form" preventScrollReset>
                <FormToken />
                <input type="hidden" name="slug" value={paper.slug} />
                <label className="hidden-text" htmlFor={`tags-${paper.slug}`}>
                  Tags of {paper.title}, separated by commas
                </label>
                <input
                  id={`tags-${paper.slug}`}
                  key={paper.tags.join()}
                  name="tags"
                  defaultValue={paper.tags.join(", ")}
                  placeholder="tags, separated by commas"
                  maxLength={400}
                  autoComplete="off"
                />
                <button type="submit" name="do" value="tag" className="link-button">
                  Save tags<span className="hidden-text"> of {paper.title}</span>
                </button>
                <button type="submit" form="marks" name="do" value={`unsave ${paper.slug}`} className="link-button">
                  Remove<span className="hidden-text"> the bookmark of {paper.title}</span>
                </button>
              </Form>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
