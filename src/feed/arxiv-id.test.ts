import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { monthOf, parseArxivId, serialOf } from "./arxiv-id.ts";

describe("arXiv ids", () => {
  it.each([
    ["2202.03799", "2202.03799", undefined],
    ["2202.03799v12", "2202.03799", 12],
    ["http://arxiv.org/abs/cs/0501001v1", "cs/0501001", 1],
    ["https://export.arxiv.org/pdf/0704.0001v2.pdf", "0704.0001", 2],
    ["arXiv:math.GT/0309136", "math.GT/0309136", undefined],
  ])("reads %s", (text, id, version) => {
    expect(parseArxivId(text)).toEqual(version === undefined ? { id } : { id, version });
  });

  it.each(["", "2202", "2213.00001", "2202.123", "v1", "2202.03799v0", "../etc/passwd", "cs/05010011", "hep-th"])(
    "refuses %s",
    (text) => {
      expect(parseArxivId(text)).toBeUndefined();
    },
  );

  it("orders by age across the centuries and both forms", () => {
    const ids = ["hep-th/9108001", "cs/0501001", "0704.0001", "0704.0002", "1412.9999", "1501.00001", "2202.03799"];
    const serials = ids.map((id) => serialOf(id) ?? Number.NaN);
    expect([...serials].sort((a, b) => a - b)).toEqual(serials);
    expect(serials.map(monthOf).slice(0, 2)).toEqual(["1991-08-01", "2005-01-01"]);
    expect(serials.every(Number.isSafeInteger)).toBe(true);
  });

  it("takes any text", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseArxivId(text)));
  });
});
