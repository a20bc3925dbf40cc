import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "portfolio-ensembles",
    title:
      "Ensembling Portfolio Strategies for Long-Term Investments: A Distribution-Free Preference Framework for Decision-Making and Algorithms",
    authors: ["Duy Khanh Lam"],
    year: 2024,
    arxiv: "2406.03652",
    field: "forecasting-and-markets",
    listed: "2026-11-23",
    summary:
      "Given several portfolio strategies and no market model that you would bet on, how should your money be spread over them? The paper judges a combination only by its long-run growth, on whatever prices may come, and weights every fixed mix of the strategies by the wealth it would have earned so far. In the long run this keeps pace with the best fixed mix, which itself can outgrow every single strategy when they take turns. The price is known in advance: with $K$ strategies after $n$ days, at most about $(K-1)\\log n$ in log wealth. If one strategy leads throughout, you trail it by that price, and the guarantee knows nothing of trading costs. The paper's formula for its faster variant was not available to us, so ours is labelled as our reading.",
    keywords: [
      "universal portfolio",
      "online learning",
      "strategy ensemble",
      "regret bound",
      "growth rate",
      "portfolio selection",
    ],
    claim: {
      words:
        "Weighting mixes of strategies by their past wealth grows like the best constant mix on every market, and eventually exceeds the best single strategy; accelerating it improves on that.",
      parts: [
        {
          name: "regret bound",
          required: true,
          words:
            "On complementary, dominated and adversarial markets the loss against the best mix stays below the bound on every day.",
          inequality:
            "at every n: log S*ₙ − log Sₙ ≤ log C(n+1, 1) for K = 2 with exact integration; for the K = 4 grid log Sₙ(best node) − log Sₙ ≤ log 286 and ≤ log C(n+3, 3)",
        },
        {
          name: "exceeds the best strategy",
          required: true,
          words: "Where strategies complement one another, the combination ends above each of them.",
          inequality:
            "complementary market: final log wealth(κ = 1) > best component for every seed and mean gap ≥ 0.3",
        },
        {
          name: "acceleration",
          required: true,
          words: "The accelerated variant, in our reading, ends higher on both random markets.",
          inequality:
            "mean final log wealth(κ = 4) > mean final log wealth(κ = 1) on the complementary and the dominated market",
        },
        {
          name: "where it cannot win",
          required: false,
          words: "Where one strategy dominates, the combination must end below it.",
          inequality: "dominated market: final log wealth(κ = 1) < best component",
        },
      ],
    },
    reported: [
      {
        part: "exceeds the best strategy",
        what: "cumulative wealth over 27 years of daily CRSP data",
        value: "eventually exceeds the best component strategy",
        where: "experiments (exact values not confirmed)",
      },
      {
        part: "acceleration",
        what: "accelerated variant against the plain combination",
        value: "markedly higher wealth at a small cost in Sharpe ratio",
        where: "experiments (exact values not confirmed)",
      },
    ],
    tool: "Combines the strategies or assets of your returns table day by day, and shows the regret against the best mix in hindsight beside its bound.",
    where: "anywhere",
  },
});
