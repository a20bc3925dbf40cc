import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "token-dynamics",
    title: "Demystifying the Token Dynamics of Deep Selective State Space Models",
    authors: ["Thieu N Vo", "Tung D. Pham", "Xin T. Tong", "Tan Minh Nguyen"],
    year: 2024,
    venue: "ICLR 2025",
    arxiv: "2410.03292",
    field: "sequence-models",
    code: "https://github.com/Fsoft-AIC/Mamba-token-dynamic",
    listed: "2026-11-23",
    summary:
      "Stack many identical Mamba layers, read depth as time, and each token becomes a moving particle. With one-dimensional tokens a single number settles their fate, $\\mu$, the layer's input projection times its output projection: below zero all tokens shrink to nothing, above zero all run off to infinity, some slowly and some in finite time. Two repairs follow: build the layer so that shrinking cannot happen, and let it learn which tokens matter and read them in that order. Use it to audit a checkpoint or to understand why depth flattens signals. The proof covers one dimension without gates, skips and normalisation, and with those in place the effect on a small model may not show.",
    keywords: [
      "Mamba",
      "state space model",
      "token dynamics",
      "neural ODE",
      "asymptotics",
      "finite-time blow-up",
      "token reordering",
    ],
    claim: {
      words:
        "The sign of $\\mu$ decides whether all tokens of a deep one-dimensional selective layer vanish or diverge, at the predicted rates, and layers that cannot vanish learn better.",
      parts: [
        {
          name: "sign decides",
          required: true,
          words: "In every random system the sign of μ predicts the outcome, and no token changes sign.",
          inequality: "share of systems with sign(μ) predicting convergent or divergent = 100%, sign changes = 0",
        },
        {
          name: "rate of vanishing",
          required: true,
          words: "Convergent tokens fall like one over the square root of time, with known prefactors.",
          inequality:
            "log-slope of every token over τ = ln(1+t) ∈ [25, 32] in [−0.505, −0.495]; prefactor within 1% of 1 for the first token and of √(1 − 2^(−a)) for the others",
        },
        {
          name: "slow divergence",
          required: true,
          words: "Slow runs reach τ = 40 without blowing up, on the predicted logarithmic curve.",
          inequality:
            "with z = |σ|·x₁: |z − 3 ln z + ln(1 + 3/z + 12/z²) − τ − ln(μ/σ²)| ≤ 0.01 and x_l/x₁ > 1 for l ≥ 2",
        },
        {
          name: "finite-time blow-up",
          required: true,
          words: "Fast runs always blow up, a lone token at the time that an integral gives.",
          inequality:
            "every fast run blows up; lone token: |T − T*| / T* ≤ 0.01, T* = ∫ from x₀ to ∞ of du / (μu³ softplus(σu))",
        },
        {
          name: "several dimensions",
          required: false,
          words: "With all eigenvalues of the projection product of one sign, the norms follow that sign.",
          inequality: "no threshold; share of 50 systems with D = 2…4 that agree with the conjecture",
        },
        {
          name: "language model",
          required: false,
          words: "A tiny model with positive eigenvalues learns better than with mixed or negative ones.",
          inequality:
            "mean val loss(positive) < val loss(mixed) and < val loss(negative), paired seeds agreeing in sign",
          only: "full",
        },
        {
          name: "reordering",
          required: false,
          words: "Sorting tokens by importance, against no sorting, random and reversed order.",
          inequality: "no threshold; accuracy of each order with equal parameters",
          only: "full",
        },
      ],
    },
    reported: [
      {
        part: "sign decides",
        what: "fate of the tokens for D = 1",
        value: "all converge to zero or all diverge",
        where: "theorems for D = 1",
      },
      {
        part: "rate of vanishing",
        what: "rate in the convergent case",
        value: "O(t^(−1/2))",
        where: "theorem for D = 1",
      },
      {
        part: "slow divergence",
        what: "bound in the slowly divergent case",
        value: "O((ln t)^l)",
        where: "theorem for D = 1 (not confirmed)",
      },
      {
        part: "language model",
        what: "WikiText-103 perplexity, positive / negative eigenvalues, mixed between them",
        value: "about 16.7 / about 17.3",
        where: "WikiText-103 table (numbers not confirmed)",
      },
      {
        part: "reordering",
        what: "ImageNet-1K top-1 of MambaVision-T, without → with reordering",
        value: "≈ 81.9 → 82.0",
        where: "ImageNet table (not confirmed)",
      },
    ],
    tool: "Audits each layer of your Mamba checkpoint for vanishing or diverging tokens, or traces the paths of tokens you give.",
    where: "anywhere",
  },
});
