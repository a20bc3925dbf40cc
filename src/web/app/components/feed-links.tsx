import { type DocumentForm, documentForms, mediaTypes } from "../../../feed/documents/document.ts";
import { documentPath } from "../lib/feed-links.ts";

const formTitles: Record<DocumentForm, string> = { atom: "Atom", json: "JSON Feed" };

/** The list of a page for feed readers: named in the page's head, where they look, and in a line for people. */
export function FeedLinks({
  path,
  query = {},
  title,
}: {
  path: string;
  query?: Readonly<Record<string, string>>;
  title: string;
}) {
  return (
    <>
      {documentForms.map((form) => (
        <link
          key={form}
          rel="alternate"
          type={mediaTypes[form]}
          title={`${title} (${formTitles[form]})`}
          href={documentPath(form, path, query)}
        />
      ))}
      <p className="aside-note no-print">
        For feed readers: {title},{" "}
        {documentForms.map((form, i) => (
          <span key={form}>
            {i > 0 && " or "}
            <a href={documentPath(form, path, query)}>{formTitles[form]}</a>
          </span>
        ))}
      </p>
    </>
  );
}
