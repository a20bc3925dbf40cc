import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Candidate, floors, placeCandidates, signalNames } from "./trending.ts";

function candidate(slug: string, signals: Partial<Candidate> = {}, group = "g"): Candidate {
  return { slug, group, votes: 0, reads: 0, runs: 0, upvotes: 0, freshness: 0, ...signals };
}

const anyCandidates = fc
  .array(
    fc.record({
      group: fc.constantFrom("a", "b", "c", "d"),
      votes: fc.nat(3),
      reads: fc.nat(3),
      runs: fc.nat(2),
      upvotes: fc.nat(3),
      freshness: fc.constantFrom(0, 0.25, 0.5, 1),
    }),
    { maxLength: 40 },
  )
  .map((all) => all.map((signals, i) => ({ slug: `p${i}`, ...signals })));

const slugs = (candidates: readonly Candidate[], seats = 1000): string[] =>
  placeCandidates(candidates, seats).map(({ slug }) => slug);

describe("trending", () => {
  it("lists every candidate once, whatever the signals", () => {
    fc.assert(
      fc.property(anyCandidates, fc.integer({ min: 1, max: 12 }), (candidates, seats) => {
        const placed = placeCandidates(candidates, seats);
        expect(placed.map(({ place }) => place)).toEqual(candidates.map((_, i) => i + 1));
        expect(new Set(placed.map(({ slug }) => slug)).size).toBe(candidates.length);
      }),
    );
  });

  it("never places a paper behind one that it is at least as good as in every signal and better in one", () => {
    fc.assert(
      fc.property(anyCandidates, (candidates) => {
        const order = new Map(slugs(candidates).map((slug, i) => [slug, i]));
        for (const a of candidates)
          for (const b of candidates) {
            const dominates =
              signalNames.every((signal) => a[signal] >= b[signal]) &&
              signalNames.some((signal) => a[signal] > b[signal]);
            if (dominates) expect(order.get(a.slug)).toBeLessThan(order.get(b.slug) ?? -1);
          }
      }),
    );
  });

  it("counts places and not amounts: a thousand votes outweigh no more than the next best", () => {
    const few = [
      candidate("loud", { votes: 2 }),
      candidate("b", { votes: 1, reads: 2, runs: 1 }),
      candidate("c", { reads: 1 }),
    ];
    const many = few.map((one) => (one.slug === "loud" ? { ...one, votes: 1000 } : one));
    expect(placeCandidates(many, 20)).toEqual(placeCandidates(few, 20));
    expect(slugs(many)[0]).toBe("b");
  });

  it("keeps the order in which equals came", () => {
    expect(slugs([candidate("b"), candidate("a"), candidate("c")])).toEqual(["b", "a", "c"]);
    expect(slugs([candidate("only")])).toEqual(["only"]);
    expect(slugs([])).toEqual([]);
  });

  it("says the rank every signal gave, ties at the better one, and nothing where it says nothing", () => {
    const placed = placeCandidates(
      [candidate("a", { votes: 2, reads: 5 }), candidate("b", { votes: 2 }), candidate("c", { votes: 1, reads: 7 })],
      20,
    );
    const ranks = Object.fromEntries(
      placed.map(({ slug, ranks }) => [slug, ranks.map(({ rank, of }) => `${rank}/${of}`)]),
    );
    expect(ranks).toEqual({
      a: ["1/3", "2/2", "0/0", "0/0", "0/0"],
      b: ["1/3", "0/2", "0/0", "0/0", "0/0"],
      c: ["3/3", "1/2", "0/0", "0/0", "0/0"],
    });
  });

  it("keeps seats on every page for a field that would be buried, and says so", () => {
    const big = Array.from({ length: 60 }, (_, i) => candidate(`big${i}`, { votes: 100 - i, reads: 100 - i }, "big"));
    const small = [candidate("small0", { votes: 0.5 }, "small"), candidate("small1", {}, "small")];
    const placed = placeCandidates([...big, ...small], 20);
    const page = (number: number) => placed.slice(20 * number, 20 * number + 20);
    expect(page(0).map(({ slug }) => slug)).toEqual([...big.slice(0, 19).map(({ slug }) => slug), "small0"]);
    expect(page(0).at(-1)).toMatchObject({ kept: true, consensus: 61, place: 20 });
    expect(page(1).at(-1)).toMatchObject({ slug: "small1", kept: true });
    expect(placed.filter(({ kept }) => kept)).toHaveLength(2);
    // Without other fields nothing is kept.
    expect(placeCandidates(big, 20).some(({ kept }) => kept)).toBe(false);
  });

  it("has floors that fit on the page and in the groups", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(14), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 25 }),
        (raw, seats) => {
          const names = [...new Set(raw)];
          const groups = raw.map((group) => names.indexOf(group));
          const lower = floors(groups, names.length, seats);
          expect(lower.reduce((sum, floor) => sum + floor, 0)).toBeLessThanOrEqual(seats);
          lower.forEach((floor, group) => {
            expect(floor).toBeGreaterThanOrEqual(0);
            expect(floor).toBeLessThanOrEqual(groups.filter((g) => g === group).length);
            if (names.length <= seats / 2) expect(floor).toBeGreaterThanOrEqual(1);
          });
        },
      ),
    );
  });
});
