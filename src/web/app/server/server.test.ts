import fc from "fast-check";
import { RouterContextProvider } from "react-router";
import { describe, expect, it } from "vitest";
import type { Verdict } from "../../../kit/paper.ts";
import { catalogue } from "../../../papers/catalogue.ts";
import type { RunRecord } from "../../../store/runs.ts";
import { type Reader, readerContext } from "../../reader.ts";
import { type Services, servicesContext } from "../../services.ts";
import { sharedSpan } from "../components/forest.tsx";
import { loader as outputLoader } from "../routes/api/run-output.ts";
import { claimFormOf, toolFormsOf } from "./forms.server.ts";
import { highlightLines } from "./highlight.server.ts";
import { bestSentence, firstSentence, markdownHtml, markedText, richText } from "./rich-text.server.ts";
import { compareRuns, partTexts } from "./run-page.server.ts";
import { paperSources } from "./source.server.ts";

describe("text with maths", () => {
  it("escapes everything but formulas and code", () => {
    expect(richText("<b> & `x<y`")).toBe("&lt;b&gt; &amp; <code>x&lt;y</code>");
    expect(richText("order $n^2$")).toMatch(/^order <span class="katex">/);
    expect(richText("from $5 to $10")).toBe("from $5 to $10");
  });

  it("marks words outside formulas and code, and escapes the rest", () => {
    const isHit = (word: string): boolean => /^(models?|b)$/i.test(word);
    expect(markedText("Models <b> of `model` & $b$", isHit)).toMatch(
      /^<mark>Models<\/mark> &lt;<mark>b<\/mark>&gt; of <code>model<\/code> &amp; <span class="katex">/,
    );
    expect(markedText("<script>", () => true)).toBe("&lt;<mark>script</mark>&gt;");
    expect(bestSentence("First one. Then models, b. Last model.", isHit)).toBe("Then models, b.");
    expect(bestSentence("First one. Second one.", isHit)).toBe("First one.");
    expect(bestSentence("", isHit)).toBe("");
  });

  it("lets no tag or script through, whatever an abstract holds", () => {
    const pieces = fc.constantFrom(
      ...[
        "<script>",
        "</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "$",
        "$$",
        "`",
        "\\\\",
        '"',
        "'",
      ],
      ...["\\href{javascript:alert(1)}{x}", "\\url{javascript:alert(1)}", "\\htmlClass{a}{b}", "\\htmlData{a=b}{c}"],
      ...["\\includegraphics{https://elsewhere.example/a.png}", "\\text{<b>}", "x_1", "{", "}", "&lt;", " ", "\n", "a"],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        for (const html of [richText(parts.join("")), markdownHtml(parts.join(""))]) {
          const tags = [...html.matchAll(/<\/?([a-z][\w-]*)([^>]*)>/gi)];
          for (const [, name = "", attributes = ""] of tags) {
            expect(name).not.toMatch(/^(?:script|img|iframe|object|embed|link|style|form|base)$/i);
            expect(attributes.replace(/"[^"]*"/g, "")).not.toMatch(/\bon\w+\s*=/i);
            expect(attributes).not.toMatch(/\bsrc=|href="\s*(?:javascript|data)/i);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it("can be set for every card", () => {
    for (const { card } of catalogue) {
      const texts = [card.title, card.summary, card.claim.words, card.tool, ...card.reported.map((r) => r.value)];
      const html = texts.map(richText).join(" ") + JSON.stringify(partTexts(card));
      expect(html.includes("katex-error"), card.slug).toBe(false);
    }
  });

  it("takes the first sentence, also where a formula or an abbreviation has a stop", () => {
    expect(firstSentence("One, e.g. This one. Two.")).toBe("One, e.g. This one.");
    expect(firstSentence("Rate $a. B$ holds. Next.")).toBe("Rate $a. B$ holds.");
    expect(firstSentence("Only one")).toBe("Only one");
    for (const { card } of catalogue) expect(firstSentence(card.summary).length, card.slug).toBeGreaterThan(20);
  });
});

describe("code", () => {
  it("is marked up without losing a character", async () => {
    const source = 'const a = "<b>"; // note & more\n\nexport type T = Map<string, number>;';
    const lines = await highlightLines(source);
    const plain = lines.map((line) =>
      line
        .replace(/<[^>]+>/g, "")
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&quot;", '"')
        .replaceAll("&amp;", "&"),
    );
    expect(plain.join("\n")).toBe(source);
    expect(lines[0]).toContain("<t-k>");
  });

  it("shows the method first, then claim and tool", async () => {
    const paper = catalogue.find(({ card }) => card.slug === "system-ranking");
    if (!paper) throw new Error("system-ranking is not in the catalogue");
    const files = await paperSources(paper.card);
    const roles = files.map((file) => file.role);
    expect(roles[0]).toBe("method");
    expect(roles.slice(-2)).toEqual(["claim", "tool"]);
    expect(files.map((file) => file.name)).not.toContain("card.ts");
    expect(files.some((file) => file.name.includes(".test."))).toBe(false);
    expect(files.every((file) => !file.path.startsWith("/"))).toBe(true);
  });
});

describe("forms", () => {
  it("are made for every claim and tool, with a sample for every tool", async () => {
    for (const paper of catalogue) {
      const form = await claimFormOf(paper);
      expect(form !== null, paper.card.slug).toBe(paper.claim !== undefined);
      for (const field of form?.fields.quick ?? []) expect(field.descriptionHtml, field.name).not.toBe("");
      for (const tool of await toolFormsOf(paper)) {
        expect(tool.inputs.length, tool.name).toBeGreaterThan(0);
        for (const sample of tool.samples) {
          expect(sample.files.length, tool.name).toBeGreaterThan(0);
          for (const file of sample.files) expect(file.bytes).toBeGreaterThan(0);
        }
      }
    }
  });
});

describe("a file that a tool made", () => {
  const asked = async (name: string, mediaType: string): Promise<Response> => {
    const context = new RouterContextProvider();
    const file = { position: 0, direction: "out", role: "", name, mediaType, size: 3 };
    context.set(readerContext, {} as Reader);
    context.set(servicesContext, {
      runs: { get: async () => ({ run: { id: "a" }, mine: true, open: false }) },
      files: async () => [file],
      async *readFile() {
        yield new TextEncoder().encode("<x>");
      },
    } as unknown as Services); // what the route asks for
    return outputLoader({ request: new Request("http://localhost/"), context, params: { id: "a", name } });
  };

  it.each(["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml", "text/javascript"])(
    "is never a page or a script of this site: %s",
    async (mediaType) => {
      const { headers } = await asked("picture.svg", mediaType);
      expect(headers.get("content-type")).toBe("application/octet-stream");
      expect(headers.get("content-disposition")).toMatch(/^attachment; /);
      expect(headers.get("content-security-policy")).toBe("sandbox");
    },
  );

  it("keeps its name, which breaks out of no header", async () => {
    const name = 'a"; filename="b.html\r\nX: y ü.csv';
    const { headers } = await asked(name, "text/csv");
    const disposition = headers.get("content-disposition") ?? "";
    expect(disposition).not.toMatch(/[\r\n]/);
    expect(disposition.match(/filename="[^"]*"/g)).toHaveLength(1);
    expect(decodeURIComponent(/filename\*=UTF-8''(\S+)/.exec(disposition)?.[1] ?? "")).toBe(name);
    expect(headers.get("content-type")).toBe("text/csv");
  });
});

describe("comparing runs", () => {
  const run = (seed: number, value: number, params: Record<string, unknown>): RunRecord => {
    const verdict: Verdict = {
      outcome: "holds",
      parts: [
        {
          name: "p",
          required: true,
          outcome: "holds",
          inequality: "",
          reported: [],
          measured: [{ label: "m", value }],
        },
      ],
    };
    const shared = { kind: "claim", slug: "a", scale: "quick", version: "1", platform: "x" } as const;
    return { ...shared, seed, params, outcome: { status: "done", verdict } } as unknown as RunRecord; // what is compared
  };

  it("puts numbers side by side and names the settings that differ", () => {
    const { rows, differences, outcomes } = compareRuns(
      run(1, 0.5, { draws: 60 }),
      run(2, 0.7, { draws: 60, depth: 3 }),
    );
    expect(rows).toEqual([
      { part: "p", label: "m", unit: null, here: { label: "m", value: 0.5 }, there: { label: "m", value: 0.7 } },
    ]);
    expect(differences).toEqual([
      { name: "seed", here: "1", there: "2" },
      { name: "depth", here: "–", there: "3" },
    ]);
    expect(outcomes).toEqual([{ part: "p", here: "holds", there: "holds" }]);
  });
});

describe("the span of a part's numbers", () => {
  it("contains zero, every number and every interval", () => {
    expect(sharedSpan([{ label: "a", value: 2, low: 1, high: 3 }])).toEqual({ low: 0, high: 3 });
    expect(sharedSpan([{ label: "a", value: -2, low: -3, high: -1 }])).toEqual({ low: -3, high: 0 });
  });

  it("is not drawn for different units, unlike sizes, or without intervals", () => {
    const a = { label: "a", value: 2, low: 1, high: 3 };
    expect(sharedSpan([a, { ...a, unit: "s" }])).toBeNull();
    expect(sharedSpan([a, { ...a, value: 2000, high: 3000 }])).toBeNull();
    expect(sharedSpan([{ label: "a", value: 2 }])).toBeNull();
  });
});
