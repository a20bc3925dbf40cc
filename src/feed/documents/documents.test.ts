import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import { atomDocument } from "./atom.ts";
import { type DocumentEntry, escaped, type FeedDocument } from "./document.ts";
import { jsonFeedDocument } from "./json-feed.ts";

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => ["entry", "author", "category", "link"].includes(name),
});

interface Parsed {
  feed: {
    id: string;
    title: string;
    updated: string;
    entry?: {
      id: string;
      title: string;
      summary: string;
      updated: string;
      author: { name: string }[];
      category: Record<string, string>[];
      link: Record<string, string>[];
      content: Record<string, string>;
    }[];
  };
}

/** The feed of a document, which must be well formed. */
function read(xml: string): Parsed["feed"] {
  expect(XMLValidator.validate(xml)).toBe(true);
  return (parser.parse(xml) as Parsed).feed;
}

function entry(text: string, more: Partial<DocumentEntry> = {}): DocumentEntry {
  return {
    id: "https://papers.example/arxiv/2611.00001",
    url: "https://papers.example/papers/x",
    title: text,
    authors: [text, "Ada"],
    published: "2026-11-01T00:00:00.000Z",
    updated: "2026-11-02T00:00:00.000Z",
    categories: [{ term: text, scheme: "https://papers.example/fields/", label: text }],
    summary: text,
    html: `<p>${escaped(text)}</p>`,
    arxiv: "https://arxiv.org/abs/2611.00001",
    imported: false,
    ...more,
  };
}

function document(entries: DocumentEntry[], title = "Search: a < b"): FeedDocument {
  const page = "https://papers.example/search?q=a+%3C+b&x=1";
  return {
    title,
    page,
    self: { atom: `${page}#atom`, json: `${page}#json` },
    site: "https://papers.example/",
    entries,
  };
}

/** What a text is to say once it has come through: spaces as one, and without what XML has no way to say. */
function expected(text: string): string {
  const kept = [...text].filter((sign) => {
    const code = sign.codePointAt(0) ?? 0;
    if (code < 32) return [9, 10, 13].includes(code);
    return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
  });
  return kept.join("").replace(/\s+/g, " ").trim();
}

describe("documents for feed readers", () => {
  const hostile = [
    "a ]]> b <![CDATA[ c ]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &amp; <script>alert(2)</script>",
    "\u0000\u0001a\u001Fb\u000B\tc\nd",
    "\u202Egnirts\u202C \u200Fאבג\u200E (עברית)",
    "half \uD800 of a pair, \uFFFF and \u{1F600}",
    `"quotes' & <!-- comment --> <?xml version="1.0"?> <!DOCTYPE x>`,
    "&#0; &nosuch; 100%",
  ];

  it.each(hostile)("say what was meant, whatever a text holds: %j", (text) => {
    const [one] = read(atomDocument(document([entry(text)]))).entry ?? [];
    const wanted = expected(text);
    expect([one?.title, one?.summary, one?.author[0]?.name]).toEqual([wanted, wanted, wanted]);
    expect([one?.category[0]?.["@term"], one?.category[0]?.["@label"]]).toEqual([wanted, wanted]);
    const html = one?.content["#text"] ?? "";
    expect(html.replace(/<\/?p>/g, "")).not.toMatch(/[<>]/);
    expect((parser.parse(html) as { p: string }).p.trim()).toBe(wanted);
    const json = JSON.parse(jsonFeedDocument(document([entry(text)])));
    expect([json.items[0].title, json.items[0].content_html]).toEqual([wanted, html]);
  });

  it("are well formed for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 30 }), (text) => {
        const [one] = read(atomDocument(document([entry(text)], text))).entry ?? [];
        expect(one?.title).toBe(expected(text));
      }),
      { numRuns: 100 },
    );
  });

  it("say where they are from and when they changed", () => {
    const later = entry("b", { updated: "2026-11-03T00:00:00.000Z", imported: true });
    const xml = atomDocument(document([entry("a"), later]));
    const feed = read(xml);
    expect(xml).toMatch(/^<\?xml version="1.0" encoding="utf-8"\?><feed xmlns="http:\/\/www.w3.org\/2005\/Atom"/);
    expect(feed).toMatchObject({
      id: "https://papers.example/search?q=a+%3C+b&x=1",
      title: "Search: a < b",
      updated: "2026-11-03T00:00:00.000Z",
    });
    expect(feed.entry?.map(({ link }) => link[1]?.["@rel"])).toEqual(["related", "via"]);
    const json = JSON.parse(jsonFeedDocument(document([later])));
    expect(json).toMatchObject({ version: "https://jsonfeed.org/version/1.1", title: "Search: a < b" });
    expect(json.items[0]).toMatchObject({
      id: "https://papers.example/arxiv/2611.00001",
      authors: [{ name: "b" }, { name: "Ada" }],
      date_modified: "2026-11-03T00:00:00.000Z",
      tags: ["b"],
    });
  });

  it("stay the same while they are empty", () => {
    const feed = read(atomDocument(document([])));
    expect([feed.updated, feed.entry]).toEqual(["1970-01-01T00:00:00.000Z", undefined]);
    expect(JSON.parse(jsonFeedDocument(document([]))).items).toEqual([]);
  });
});
