import { XMLBuilder } from "fast-xml-parser";
import { type DocumentEntry, type FeedDocument, lastChange, mediaTypes, writable } from "./document.ts";

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  suppressEmptyNode: true,
  // The default takes an attribute that is "true" for one without a value, which XML does not have.
  suppressBooleanAttributes: false,
});

/** The document as Atom (RFC 4287). */
export function atomDocument(document: FeedDocument): string {
  const { title, page, self, site, entries } = document;
  const tree = {
    "?xml": { "@version": "1.0", "@encoding": "utf-8" },
    feed: {
      "@xmlns": "http://www.w3.org/2005/Atom",
      "@xml:lang": "en",
      id: page,
      title: writable(title),
      updated: lastChange(entries),
      link: [
        { "@rel": "self", "@type": mediaTypes.atom, "@href": self.atom },
        { "@rel": "alternate", "@type": "text/html", "@href": page },
        { "@rel": "alternate", "@type": mediaTypes.json, "@href": self.json },
      ],
      // Of entries that name nobody; Atom wants someone.
      author: { name: "livepapers", uri: site },
      entry: entries.map(entryOf),
    },
  };
  return builder.build(tree);
}

function entryOf(entry: DocumentEntry) {
  return {
    id: entry.id,
    title: writable(entry.title),
    link: [
      { "@rel": "alternate", "@type": "text/html", "@href": entry.url },
      { "@rel": entry.imported ? "via" : "related", "@type": "text/html", "@href": entry.arxiv },
    ],
    author: entry.authors.map((name) => ({ name: writable(name) })),
    published: entry.published,
    updated: entry.updated,
    category: entry.categories.map(({ term, scheme, label }) => ({
      "@term": writable(term),
      "@scheme": scheme,
      "@label": writable(label),
    })),
    summary: writable(entry.summary),
    content: { "@type": "html", "#text": entry.html },
  };
}
