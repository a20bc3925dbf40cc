import { describe, expect, it } from "vitest";
import { isRunnable } from "../kit/paper.ts";
import { catalogue } from "../papers/catalogue.ts";
import type { Outcome } from "../runs/types.ts";
import { cli, someVerdict } from "./testing.ts";
import { type VerifyDocument, verifyStatus } from "./verify.ts";

const runnable = catalogue.filter(isRunnable).map(({ card }) => card.slug);

describe("livepapers verify", () => {
  it("runs every runnable claim once and prints one JSON document", async () => {
    const { status, out, jobs } = await cli(["verify", "--json", "--seed", "5"]);
    expect(status).toBe(3);
    expect(jobs.map(({ job }) => job.slug).sort()).toEqual([...runnable].sort());
    for (const { job } of jobs) expect(job).toMatchObject({ kind: "claim", scale: "quick", seed: 5 });
    const document = JSON.parse(out) as VerifyDocument;
    expect(document.papers.map(({ slug }) => slug)).toEqual(runnable);
    expect(document.papers[0]).toMatchObject({ outcome: "partly holds", held: 1, required: 2, verdict: someVerdict });
  });

  it("prints the scoreboard", async () => {
    const { out } = await cli(["verify", "--field", "ranking-and-rewards"]);
    expect(out).toMatch(/^paper .*verdict .*parts .*duration/);
    expect(out).toMatch(/^system-ranking +◐ partly holds +1\/2/m);
    expect(out).toMatch(/claims: \d+ partly holds\.$/m);
  });

  it("goes on after a fault, names it, and exits 1", async () => {
    const outcome: Outcome = { status: "failed", message: "The run failed: x" };
    const { status, out } = await cli(["verify", "--field", "ranking-and-rewards"], { outcome });
    expect(status).toBe(1);
    expect(out).toMatch(/^system-ranking +! fault +0\/4/m);
    expect(out).toContain("The run failed: x");
  });

  it("runs as many at a time as there are cores, and stops at Ctrl-C", async () => {
    let running = 0;
    let most = 0;
    const controller = new AbortController();
    const { status, out } = await cli(["verify"], {
      signal: controller.signal,
      async execute() {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        controller.abort();
        return { status: "cancelled", message: "The run was cancelled." };
      },
    });
    const { availableParallelism } = await import("node:os");
    expect(most).toBeLessThanOrEqual(availableParallelism());
    expect({ status, out }).toEqual({ status: 130, out: "" });
  });

  it("decides the status by the worst", () => {
    expect(verifyStatus([])).toBe(0);
    expect(verifyStatus([{ outcome: "holds" }])).toBe(0);
    expect(verifyStatus([{ outcome: "holds" }, { outcome: "inconclusive" }])).toBe(3);
    expect(verifyStatus([{ outcome: "does not hold" }, { outcome: "fault" }])).toBe(1);
  });
});
