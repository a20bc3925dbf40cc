import fc from "fast-check";
import { simpleParser } from "mailparser";
import { describe, expect, it } from "vitest";
import { composeMail } from "../../mail/message.ts";
import type { DigestEntry } from "./entries.ts";
import { digestLetter, periodWords, wrapped } from "./letter.ts";
import { pickDiverse } from "./pick.ts";

const entry: DigestEntry = {
  slug: "one",
  title: "Ranks in $O(n^2)$",
  authors: ["Ada", "Grace", "Emmy", "Sofia"],
  year: 2025,
  fieldTitle: "Ranking and rewards",
  arxiv: "2506.00001",
  path: "/papers/one",
  words: "It holds that a < b & c.",
  isClaim: true,
  runnable: true,
  verdict: { outcome: "holds", runs: 2 },
};

const options = {
  to: "ada@example.net",
  period: "2025-06-20",
  wish: "every day at 07:00 (UTC), about all fields",
  siteUrl: new URL("https://papers.example.org"),
  manage: "https://papers.example.org/inbox/manage?key=a.b",
  unsubscribe: "https://papers.example.org/inbox/unsubscribe?key=a.c",
  id: "digest-a-2025-06-20",
};

describe("a digest's letter", () => {
  it("reads well as text, says the same in HTML, and can be unsubscribed from by one click", async () => {
    const letter = digestLetter({ ...options, entries: [entry, { ...entry, verdict: null, isClaim: false }] });
    expect(letter.text).toContain("Trending papers, 20 June 2025");
    expect(letter.text).toContain("1. Ranks in O(n²)\n   Ada and 3 others · 2025 · Ranking and rewards");
    expect(letter.text).toContain("It holds that a < b & c.\n\n   Measured here: holds (2 runs).");
    expect(letter.text).toContain("   https://papers.example.org/papers/one\n   https://arxiv.org/abs/2506.00001");
    expect(letter.text).toContain(
      "It holds that a < b & c.\n   From the authors’ abstract.\n\n   Not runnable here yet.",
    );
    expect(letter.text.match(/From the authors’ abstract/g)).toHaveLength(1);
    expect(letter.html?.match(/From the authors’ abstract/g)).toHaveLength(1);
    expect(Math.max(...letter.text.split("\n").map((line) => line.length))).toBeLessThan(78);
    const { raw } = await composeMail(letter, "livepapers <papers@example.org>");
    const parsed = await simpleParser(raw);
    expect(parsed.text).toBe(letter.text);
    expect(parsed.html).toContain("It holds that a &#60; b &#38; c.");
    expect(parsed.messageId).toBe("<digest-a-2025-06-20@example.org>");
    expect(raw.toString()).toContain("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    expect(raw.toString().replace(/\r\n\s+/g, " ")).toContain(`List-Unsubscribe: <${options.unsubscribe}>`);
  });

  it("loads nothing and runs nothing, whatever an abstract holds", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("<script>", "<img src=x>", '"', "'", "&", "$", "\\href{a}{b}", "a b")),
        (parts) => {
          const text = parts.join("");
          const { html = "" } = digestLetter({ ...options, entries: [{ ...entry, title: text, words: text }] });
          expect(html).not.toMatch(/<(?:script|img|link|style|iframe|form)\b|<[^>]*\ssrc=/i);
          expect(html.match(/<(?!\/?(?:a|b|p|h1|h2|div|html|head|meta|title|body)\b|!doctype html>)/g)).toBeNull();
        },
      ),
    );
  });

  it("names days and weeks, and breaks lines between words only", () => {
    expect(periodWords("2026-W05")).toBe("week 5 of 2026");
    fc.assert(
      fc.property(fc.string({ maxLength: 600 }), (text) => {
        const words = text.split(/\s+/).filter(Boolean);
        expect(wrapped(text, "  ").split(/\s+/).filter(Boolean)).toEqual(words);
      }),
    );
  });
});

describe("the choice of a digest", () => {
  const paper = (title: string, field: string | null = null) => ({ title, abstract: title, own: "", field });

  it("begins with what trends most and goes on with what differs", () => {
    const papers = [
      paper("sparse attention kernels", "sequence-models"),
      paper("sparse attention kernels again", "sequence-models"),
      paper("sparse attention kernels once more", "sequence-models"),
      paper("voting rules for committees", "ranking-and-rewards"),
      paper("federated averaging of models", "federated-learning"),
      ...Array.from({ length: 10 }, (_, i) => paper(`subject${i} nobody${i} shares${i}`)),
    ];
    expect(pickDiverse(papers, 3).map(({ title }) => title)).toEqual([
      "sparse attention kernels",
      "voting rules for committees",
      "federated averaging of models",
    ]);
  });

  it("is the order itself where papers have nothing in common", () => {
    const papers = ["alpha", "bravo", "charlie", "delta"].map((word) => paper(word));
    expect(pickDiverse(papers, 4)).toEqual(papers);
  });

  it("has as many papers as there are, each once, the first one first", () => {
    const words = fc.constantFrom("alpha", "bravo", "charlie", "delta", "models");
    fc.assert(
      fc.property(
        fc.array(fc.array(words, { maxLength: 4 }).map((list) => paper(list.join(" ")))),
        fc.integer({ min: 0, max: 8 }),
        (papers, count) => {
          const picked = pickDiverse(papers, count);
          expect(picked).toHaveLength(Math.min(count, papers.length));
          expect(new Set(picked).size).toBe(picked.length);
          if (picked.length > 0) expect(picked[0]).toBe(papers[0]);
        },
      ),
    );
  });
});
