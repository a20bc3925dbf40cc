import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "synergistic-alphas",
    title: "Generating Synergistic Formulaic Alpha Collections via Reinforcement Learning",
    authors: ["Shuo Yu", "Hongyan Xue", "Xiang Ao", "Feiyang Pan", "Jia He", "Dandan Tu", "Qing He"],
    year: 2023,
    venue: "KDD 2023",
    arxiv: "2306.12964",
    field: "forecasting-and-markets",
    code: "https://github.com/RL-MLDM/alphagen",
    listed: "2026-11-23",
    summary:
      "An alpha is a formula over prices and volumes whose value today should say which stocks do better tomorrow. Searching for the best single formulas ends with ten versions of the same one, while a formula that is useless alone may cancel the noise of another. AlphaGen has an agent write formulas symbol by symbol and pays it for how well the whole weighted collection predicts once the new formula has joined, so that it looks for what is missing. Use it to find a small set of readable signals that work together. Much of the effect comes from judging the collection as a whole, which random formulas enjoy too; what the learning agent adds on top may be small.",
    keywords: [
      "formulaic alphas",
      "reinforcement learning",
      "information coefficient",
      "symbolic search",
      "portfolio signals",
      "quantitative trading",
      "PPO",
    ],
    claim: {
      words:
        "Searching for formulas by what they add to the pool yields a collection with a higher test IC, the daily correlation with future returns, than collecting the best single formulas, filtered or not.",
      parts: [
        {
          name: "synergy",
          required: true,
          words:
            "On a market where two features predict only together, with equally many evaluated formulas and ten kept by every method.",
          inequality:
            "lower end of the paired 95% bootstrap interval of IC(RL + pool) − max over {RL, GP, random} × {top, filter} of IC > 0",
        },
        {
          name: "part of the agent",
          required: false,
          words: "The learning agent beats random formulas judged by the same pool.",
          inequality: "mean test IC(RL + pool) > mean test IC(random + pool), with its 95% bootstrap interval",
        },
        {
          name: "control market",
          required: false,
          words: "Where one feature tells all, the gap shrinks.",
          inequality: "gap of synergy without the suppressor < gap with it",
        },
      ],
    },
    reported: [
      {
        part: "synergy",
        what: "test IC and rank IC on CSI300 and CSI500",
        value: "highest of all compared methods",
        where: "results tables (exact values not confirmed)",
      },
      {
        part: "synergy",
        what: "test IC as the pool grows",
        value: "keeps rising, while the best single alphas level off",
        where: "pool-size figure (not confirmed)",
      },
    ],
    tool: "Mines a small set of readable formulas from your daily prices that predict returns together, with weights, test IC and an equity curve.",
    where: "anywhere",
  },
});
