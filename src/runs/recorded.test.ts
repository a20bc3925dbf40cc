import { describe, expect, it } from "vitest";
import { checkEvents } from "./recorded.ts";

const chart = (spec: Record<string, unknown>) => [{ at: 0, event: { type: "chart", name: "c", alt: "c", spec } }];
const bars = { data: { values: [{ a: 1 }] }, mark: "bar", encoding: { x: { field: "a" } } };

describe("a chart of a record from a browser", () => {
  it("is taken when it draws what it carries", () => {
    expect(checkEvents(chart(bars))).toHaveLength(1);
  });

  it.each([
    ["data from an address", { data: { url: "/me/data.json" } }],
    [
      "a lookup in other data",
      { transform: [{ lookup: "a", from: { data: { url: "/x" }, key: "a", fields: ["b"] } }] },
    ],
    ["a link", { encoding: { href: { value: "https://example.org" } } }],
    ["a link of its style", { config: { bar: { href: "https://example.org" } } }],
    ["a picture", { layer: [{ mark: { type: "image", url: "https://example.org/x.png" } }] }],
    ["a field in the page", { params: [{ name: "p", bind: { input: "text", element: "main" } }] }],
    [
      "a patch",
      { usermeta: { embedOptions: { patch: [{ op: "add", path: "/data/0/url", value: "/me/data.json" }] } } },
    ],
    ["settings from an address", { usermeta: { embedOptions: { config: "/me/data.json" } } }],
    ["another language", { $schema: "https://vega.github.io/schema/vega/v6.json" }],
  ])("is refused with %s", (_what, more) => {
    expect(() => checkEvents(chart({ ...bars, ...more }))).toThrow("a chart with links");
  });
});

it("a log of more than 2 MB is refused", () => {
  const note = (characters: number) => ({ at: 0, event: { type: "note", markdown: "x".repeat(characters) } });
  expect(checkEvents(Array.from({ length: 20 }, () => note(90_000)))).toHaveLength(20);
  expect(() => checkEvents(Array.from({ length: 24 }, () => note(90_000)))).toThrow("larger than 2 MB");
});
