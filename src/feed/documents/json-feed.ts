import { type FeedDocument, writable } from "./document.ts";

/** The document as JSON Feed 1.1 (jsonfeed.org). */
export function jsonFeedDocument({ title, page, self, entries }: FeedDocument): string {
  return JSON.stringify({
    version: "https://jsonfeed.org/version/1.1",
    title: writable(title),
    home_page_url: page,
    feed_url: self.json,
    language: "en",
    items: entries.map((entry) => ({
      id: entry.id,
      url: entry.url,
      external_url: entry.arxiv,
      title: writable(entry.title),
      content_html: entry.html,
      summary: writable(entry.summary),
      date_published: entry.published,
      date_modified: entry.updated,
      authors: entry.authors.map((name) => ({ name: writable(name) })),
      tags: entry.categories.map(({ label }) => writable(label)),
    })),
  });
}
