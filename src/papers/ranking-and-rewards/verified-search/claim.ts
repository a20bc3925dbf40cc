import { z } from "zod";
import { defineClaim } from "../../../kit/paper.ts";
import { verdict } from "../../../kit/verdict.ts";
import paper from "./card.ts";
import { ratesTrial, searchTrial, type TrialInput } from "./experiment.ts";
import { ratesParts } from "./rates-parts.ts";
import { searchParts } from "./search-parts.ts";

const params = z.object({
  seeds: z.number().int().min(3).max(200).describe("Independent repetitions of everything, behind every interval"),
  reps: z.number().int().min(100).max(100_000).describe("Learners a seed on every setting of the exact instance"),
  prompts: z.number().int().min(50).max(10_000).describe("Test prompts a seed of the search"),
  ablate: z
    .enum(["none", "verification"])
    .default("none")
    .describe("Take verification away: grades belong to other rollouts, and all attempts look alike to the verifier"),
});

/**
 * The rates on an instance where both learners have closed forms, and search on simulated attempts with a verifier that is
 * learned from graded ones.
 */
export const claim = defineClaim({
  params,
  scales: { quick: { seeds: 5, reps: 4000, prompts: 2000 }, full: { seeds: 20, reps: 10_000, prompts: 2000 } },
  trials: { ratesTrial, searchTrial },
  async reproduce({ seeds, reps, prompts, ablate }, run) {
    const inputs = Array.from({ length: seeds }, (): TrialInput => ({ reps, prompts, ablate }));
    const rates = await run.map(ratesTrial, inputs, (_, __, done) =>
      run.progress((0.4 * done) / seeds, `rates, seed ${done} of ${seeds}`),
    );
    const first = ratesParts(rates, run);
    const curves = await run.map(searchTrial, inputs, (_, __, done) =>
      run.progress(0.4 + (0.55 * done) / seeds, `search, seed ${done} of ${seeds}`),
    );
    const second = searchParts(curves, run);
    run.note(
      "The mean loss of the clone is zero, for it is unbiased; what grows is its spread, which a single learner meets. Both are in the table, and the verifier-based slopes are the same for mean and RMS. The spread of returns matters through the exact instance only: in the search the lead over majority vote is not larger for the uneven base, since on even prompts a good verifier reaches nearly everything.",
    );
    run.note(
      "On thresholds pessimism is not what saves the verifier-based learner: one that believes the most generous threshold loses as little, and less where success is rare. The graded outcomes do it. Learning, attempts and answers are simulated; no language model was trained, and MATH was not used. A majority vote can be right only where the right answer is the most frequent one.",
    );
    run.progress(1, "done");
    return verdict(paper.card, run.scale, { ...first, ...second });
  },
});
