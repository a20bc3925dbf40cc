import { expect, it, vi } from "vitest";
import { Random } from "../../../kit/random.ts";
import { countMatches } from "./hamming.ts";
import { plainMatches } from "./naive.ts";
import { encodeSymbols } from "./symbols.ts";
import { matchesAgree } from "./verify.ts";

vi.mock("./verify.ts", () => ({ prime: 1009, matchesAgree: vi.fn(() => false) }));

it("falls back to exact increments when every check fails", () => {
  const random = new Random(3);
  const draw = (length: number) => Uint8Array.from({ length }, () => random.int(0, 3));
  const pair = encodeSymbols(draw(20_000), draw(3000));
  expect(countMatches(pair, { method: "packed" })).toEqual(plainMatches(pair));
  expect(vi.mocked(matchesAgree).mock.calls.length).toBeGreaterThanOrEqual(2);
});
