import { expect, it } from "vitest";
import { mostInterruptions } from "../../src/store/runs.ts";
import { faults, type RunRow } from "./checks.ts";
import { type Posted, posts } from "./load.ts";

const posted: Posted[] = posts(2).map((post) => ({ post, id: `run${post.seed}`, failures: 0 }));

/** The run of a post as it should be, but for `other`. */
function row(seed: number, other: Partial<RunRow> = {}): RunRow {
  return {
    ...{
      id: `run${seed}`,
      kind: "tool",
      slug: "hamming-distances",
      seed,
      state: "done",
      attempts: 1,
      interruptions: 0,
    },
    ...{ message: null, total: 10, duration: 5, ends: 1, seqs: [1, 2], shape: ["table a", "note "], outputs: "f00" },
    ...other,
  };
}

it("finds nothing wrong with runs that ended once, whole, also at a later attempt", () => {
  expect(faults([row(1), row(2)], posted)).toEqual([]);
  expect(
    faults([row(1), row(2, { attempts: mostInterruptions, interruptions: mostInterruptions - 1 })], posted),
  ).toEqual([]);
});

it("finds runs that are lost, doubled, or of no post", () => {
  expect(faults([row(1)], posted)).toEqual(["lost: the run of post 2"]);
  expect(faults([row(1), row(2), row(2, { id: "other" })], posted)).toEqual([
    "doubled: post 2 is 2 runs",
    "3 runs of 2 posts",
  ]);
  expect(faults([row(1), row(2, { id: "other" })], posted)).toEqual(["post 2 was answered with another id"]);
});

it("finds what is wrong with a run: given up, failed, ended twice, a gap, another log or other outputs", () => {
  const said = (other: Partial<RunRow>): string[] =>
    faults([row(1), row(2, other)], posted).map((fault) => fault.replace("run run2 (post 2): ", ""));
  const given = {
    state: "failed",
    interruptions: mostInterruptions,
    attempts: mostInterruptions,
    shape: [],
    outputs: null,
  };
  expect(said(given)).toEqual(["was given up after 5 interruptions"]);
  expect(said({ interruptions: mostInterruptions })).toEqual(["was interrupted 5 times and is done all the same"]);
  expect(said({ interruptions: mostInterruptions + 1 })).toEqual(["was interrupted 6 times"]);
  expect(said({ state: "failed", message: "no memory" })).toEqual(["ended as failed: no memory"]);
  expect(said({ state: "running", ends: 0 })).toEqual(["ended 0 times", "ended as running: null"]);
  expect(said({ ends: 2 })).toEqual(["ended 2 times"]);
  expect(said({ seqs: [1, 3] })).toEqual(["its log is numbered 1 3"]);
  expect(said({ shape: ["table a"] })).toEqual(["its log has 1 parts, not 2"]);
  expect(said({ outputs: "bad" })).toEqual(["its outputs are not those of the others"]);
});
