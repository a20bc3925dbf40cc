import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMarkdown } from "./markdown.ts";

const markdown = createMarkdown((formula, display) => `<math${display ? " display" : ""}>${formula}</math>`);

describe("markdown of runs and comments", () => {
  it("sets prose, code, lists and tables", () => {
    expect(markdown("a *b* `c`")).toBe("<p>a <em>b</em> <code>c</code></p>\n");
    expect(markdown("- a\n- b")).toContain("<li>a</li>");
    expect(markdown("|a|b|\n|-|-|\n|1|2|")).toMatch(/^<div class="scroll"><table>/);
  });

  it("hands formulas to the renderer and leaves money alone", () => {
    expect(markdown("is $x_1 * y_1$ here")).toBe("<p>is <math>x_1 * y_1</math> here</p>\n");
    expect(markdown("$$\\sum_i\nx_i$$")).toBe("<p><math display>\\sum_i\nx_i</math></p>\n");
    expect(markdown("costs $5 or $10")).toBe("<p>costs $5 or $10</p>\n");
    expect(markdown("`$x$`")).toBe("<p><code>$x$</code></p>\n");
  });

  it("shows raw HTML as text and keeps links that leave for elsewhere by script out", () => {
    expect(markdown("<script>alert(1)</script>")).not.toContain("<script");
    expect(markdown("a <img src=x onerror=alert(1)>")).not.toContain("<img");
    expect(markdown("[x](javascript:alert(1))")).toBe("<p>x</p>\n");
    expect(markdown("[x](//elsewhere.example)")).toBe("<p>x</p>\n");
    expect(markdown("![a picture](https://elsewhere.example/a.png)")).toBe("<p>a picture</p>\n");
    expect(markdown("[x](https://arxiv.org/abs/1)")).toBe('<p><a href="https://arxiv.org/abs/1">x</a></p>\n');
  });

  it("never lets a tag through that it did not make", () => {
    const pieces = fc.constantFrom(
      "<",
      ">",
      "script",
      "img onerror=a",
      '"',
      "'",
      "[x](",
      "javascript:",
      ")",
      "`",
      "\n",
      "a",
      "&lt;",
      "!",
      "*",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const html = markdown(parts.join(""));
        expect(html).not.toMatch(/<(?:script|img|iframe|svg)/i);
        expect(html).not.toMatch(/<[^>]*\son\w+\s*=/i);
        expect(html).not.toMatch(/href="javascript/i);
      }),
      { numRuns: 500 },
    );
  });
});
