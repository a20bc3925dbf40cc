import { expect, it } from "vitest";
import { bounceAddress, bouncedId } from "./bounce-address.ts";

it("an address for bounces names its subscription, and nobody makes one for another", () => {
  const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const address = bounceAddress(key, `${"b".repeat(28)}@papers.example.org`, "abcdefghijkl");
  expect(address).toMatch(/^b{28}\+b-abcdefghijkl\.[a-f\d]{20}@papers\.example\.org$/);
  expect(address.indexOf("@")).toBeLessThanOrEqual(64);
  expect(bouncedId(key, address)).toBe("abcdefghijkl");
  expect(bouncedId(other, address)).toBeUndefined();
  expect(bouncedId(key, address.replace("abcdefghijkl", "abcdefghijkm"))).toBeUndefined();
  expect(bouncedId(key, "bounces@papers.example.org")).toBeUndefined();
});
