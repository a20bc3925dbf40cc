import { expect, it } from "vitest";
import { compare } from "./viewers.ts";

it("counts what a viewer lacks, has twice, and has in the wrong place", () => {
  const all = ["1-1", "1-2", "1-3", "1-end"];
  expect(compare(all, all)).toEqual({ lost: 0, doubled: 0, disordered: 0 });
  expect(compare([], all)).toEqual({ lost: 4, doubled: 0, disordered: 0 });
  expect(compare(["1-1", "1-3", "1-end"], all)).toEqual({ lost: 1, doubled: 0, disordered: 0 });
  expect(compare(["1-1", "1-2", "1-2", "1-2", "1-3", "1-end"], all)).toEqual({ lost: 0, doubled: 2, disordered: 0 });
  expect(compare(["1-1", "1-3", "1-2", "1-end"], all)).toEqual({ lost: 0, doubled: 0, disordered: 1 });
  // A message that nobody else was told stands in no place.
  expect(compare([...all, "2-1"], all)).toEqual({ lost: 0, doubled: 0, disordered: 1 });
});
