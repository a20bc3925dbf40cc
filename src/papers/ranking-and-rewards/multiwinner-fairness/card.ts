import { definePaper, type Paper } from "../../../kit/paper.ts";

const paper: Paper = definePaper({
  card: {
    slug: "multiwinner-fairness",
    title:
      "Subset Selection Based On Multiple Rankings in the Presence of Bias: Effectiveness of Fairness Constraints for Multiwinner Voting Score Functions",
    authors: ["Niclas Boehmer", "L. Elisa Celis", "Lingxiao Huang", "Anay Mehrotra", "Nisheeth K. Vishnoi"],
    year: 2023,
    venue: "ICML 2023",
    arxiv: "2306.09835",
    field: "ranking-and-rewards",
    listed: "2026-11-23",
    summary:
      "A jury ranks candidates, a scoring rule turns the rankings into a shortlist of $k$, and every juror marks one group down. Reserving seats for that group can bring back nearly the shortlist an unbiased jury would have chosen, because the jurors still order the members of the group sensibly. How many jurors this takes depends on the rule: one that reads only first places (SNTV) needs exponentially more as the bias grows, one that reads whole rankings (Borda) does not care. Use it to choose the rule and the size of a panel before you vote. The promise rests on a model of the bias and on a quota near the right one; reserving too many seats costs quality.",
    keywords: [
      "multiwinner voting",
      "fairness constraints",
      "implicit bias",
      "Borda",
      "SNTV",
      "committee selection",
      "Plackett-Luce",
    ],
    claim: {
      words:
        "A lower bound on the disadvantaged group's seats restores the quality lost to biased rankings; the number of rankings needed grows exponentially with the bias for SNTV and not at all for Borda.",
      parts: [
        {
          name: "quota helps",
          required: true,
          words: "With many rankings the constrained committee is truly better than the unconstrained one.",
          inequality:
            "for SNTV, Bloc and Borda and every b ∈ {2, 3, 4, 5}: paired 95% CI of ratio(constrained) − ratio(unconstrained) above 0 at n = 4096",
        },
        {
          name: "SNTV needs exponentially many",
          required: true,
          words:
            "The number n* of rankings at which SNTV with the quota first reaches 0.9 of the best quality grows exponentially with the bias b.",
          inequality: "slope of ln n*(SNTV) against b over 2…5 ≥ 0.4 and n*(SNTV, b = 5) ≥ 8 · n*(SNTV, b = 2)",
        },
        {
          name: "Borda needs few",
          required: true,
          words: "Borda reaches 0.9 with a few dozen rankings whatever the bias.",
          inequality: "n*(Borda, b) ≤ 64 for every b",
        },
        {
          name: "vote share",
          required: false,
          words: "At b = 5 the first places left for the group are as rare as the Plackett-Luce weights say.",
          inequality: "|share of first places in the group − Σ wᵢ/W over the group| ≤ 3 standard errors at b = 5",
        },
      ],
    },
    reported: [
      {
        part: "quota helps",
        what: "quality of the constrained committee against the best, with enough rankings",
        value: "close to 1",
        where: "theorems and synthetic experiments",
      },
      {
        part: "SNTV needs exponentially many",
        what: "rankings needed by SNTV",
        value: "exponentially many",
        where: "theorem (constants not confirmed)",
      },
      {
        part: "Borda needs few",
        what: "rankings needed by smooth scores such as Borda and Chamberlin-Courant",
        value: "polynomially many",
        where: "theorem (constants not confirmed)",
      },
    ],
    tool: "Chooses a committee from your jury's rankings with and without a quota for each scoring rule, and says how stable it is and how many jurors would be enough.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});

export default paper;
