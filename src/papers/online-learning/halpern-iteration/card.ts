import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "halpern-iteration",
    title: "Variance Reduced Halpern Iteration for Finite-Sum Monotone Inclusions",
    authors: ["Xufeng Cai", "Ahmet Alacaoglu", "Jelena Diakonikolas"],
    year: 2023,
    venue: "ICLR 2024",
    arxiv: "2310.02987",
    field: "online-learning",
    listed: "2026-11-23",
    summary:
      "Many equilibrium problems, such as two-player games and constrained regression, ask for a point where a sum of many operators vanishes. Halpern iteration pulls every step slightly back to the starting point, and the size of the operator at the last point, which you can compute and use as a stopping test, shrinks steadily; but a step visits all $n$ terms. The paper estimates the sum from small samples that correct one another, and brings the total work down by a factor of up to $\\sqrt n$. Use it for a certified equilibrium of a large finite-sum game when single terms are cheap. The step size from the theory is timid, so the gain shows only for large $n$ or after tuning, and if sampling makes the problem much rougher there is no gain at all.",
    keywords: [
      "monotone inclusions",
      "variance reduction",
      "Halpern iteration",
      "min-max optimisation",
      "matrix games",
      "last-iterate convergence",
      "extragradient",
    ],
    claim: {
      words:
        "Variance-reduced Halpern iteration drives the last iterate's operator residual to $\\varepsilon$ with about $n + \\sqrt n L/\\varepsilon$ component evaluations, where deterministic methods need about $nL/\\varepsilon$.",
      parts: [
        {
          name: "speed-up",
          required: true,
          words: "At the largest sum the tuned method needs at most a third of the calls of tuned Halpern iteration.",
          inequality: "calls(Halpern)/calls(variance-reduced) ≥ 3 at the largest n",
        },
        {
          name: "growth with n",
          required: true,
          words: "The speed-up grows about with the square root of the number of terms.",
          inequality: "slope of log(speed-up) over log n ∈ [0.25, 0.6] at ε = 1e-3",
        },
        {
          name: "growth with precision",
          required: true,
          words: "The calls grow in proportion to one over the precision.",
          inequality: "slope of log(calls) over log(1/ε) ∈ [0.8, 1.2] at n = 1000",
        },
        {
          name: "matrix games",
          required: true,
          words: "On policeman–burglar games the second algorithm gains on extra anchored gradient as games grow.",
          inequality: "epochs(Algorithm 2)/epochs(EAG) decreasing in m and < 1 at m = 100",
        },
      ],
    },
    reported: [
      {
        part: "growth with n",
        what: "component evaluations for residual ε, against deterministic Halpern and extra anchored gradient",
        value: "Õ(n + √n·L/ε) against Õ(n·L/ε)",
        where: "theorems, Sections 3 and 4",
      },
      {
        part: "matrix games",
        what: "epochs on matrix games, policeman–burglar included",
        value: "fewer than the deterministic methods",
        where: "Figure 1 (no table)",
      },
    ],
    tool: "Finds equilibrium strategies of your payoff matrix with a certified residual and a bracket of the game's value.",
    where: "anywhere",
  },
});
