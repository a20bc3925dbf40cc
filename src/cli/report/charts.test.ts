import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { chartSvg } from "./charts.ts";

const encoding = { x: { field: "a", type: "nominal" }, text: { field: "a" } };

it("a chart shows what it carries, with an expression worked out", async () => {
  const spec = {
    data: { values: [{ a: "alpha" }] },
    transform: [{ calculate: "upper(datum.a)", as: "b" }],
    mark: "text",
    encoding: { ...encoding, text: { field: "b" } },
  };
  expect(await chartSvg({ name: "c", spec, alt: "letters" }, {})).toContain("ALPHA");
});

it("a chart reads no file and makes no link, whatever a server put into it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "livepapers-chart-"));
  try {
    const path = join(folder, "secret.json");
    await writeFile(path, JSON.stringify([{ a: "secret-alpha" }]));
    const reading = { data: { url: path }, mark: "text", encoding };
    const svg = await chartSvg({ name: "c", spec: reading, alt: "c" }, {});
    expect(svg).not.toContain("secret-alpha");
    const linking = {
      data: { values: [{ a: "x" }] },
      mark: { type: "text", href: "https://example.org/taken" },
      encoding,
    };
    expect(await chartSvg({ name: "c", spec: linking, alt: "c" }, {})).not.toContain("example.org/taken");
  } finally {
    await rm(folder, { recursive: true });
  }
});
