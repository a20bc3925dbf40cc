import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "zeta-cross-entropy",
    title: "Analysis on Riemann Hypothesis with Cross Entropy Optimization and Reasoning",
    authors: ["Kevin Li", "Fulu Li"],
    year: 2024,
    arxiv: "2409.19790",
    field: "structure-and-simulation",
    listed: "2026-11-23",
    summary:
      "The zeros of the zeta function are treated as rare events: throw points at the complex plane, keep those where $|\\zeta|$ is smallest, aim the next throw there, and repeat. A second proposal for language models keeps several paths alive during nucleus sampling and ranks them by their total probability. Nothing here proves the Riemann hypothesis or is evidence for it beyond the height searched; the paper's hope of a proof is neither tested nor endorsed by us. What runs is a sound cross-entropy toolkit: a minimiser, a rare-event estimator, and a count of zeros up to height 100 checked by two independent formulas and against a function whose zeros do leave the line. For listing zeros of zeta, looking for sign changes on the line needs far fewer evaluations.",
    keywords: [
      "cross-entropy method",
      "rare events",
      "Riemann zeta function",
      "importance sampling",
      "argument principle",
      "top-p sampling",
      "beam search",
    ],
    claim: {
      words:
        "Cross-entropy search finds every zero of zeta up to a stated height, notices off-line zeros where they exist, and beats random search and crude Monte Carlo; a proof of anything is not claimed.",
      parts: [
        {
          name: "census",
          required: true,
          words: "All zeros with imaginary part from 10 to 100, as many as two exact counts say, all on the line.",
          inequality:
            "zeros found = 29 (quick, up to 50: 10) = argument principle = Riemann–von Mangoldt; max |Re − ½| < 1e-6; min |ζ| found over |Re s − ½| ≥ 0.05 > 1e-3",
        },
        {
          name: "control",
          required: true,
          words: "The same settings find a zero off the line of the Davenport–Heilbronn function.",
          inequality: "a zero with t ∈ [85, 86.5], |Re − ½| > 0.3 and |f| < 1e-6 is found",
        },
        {
          name: "efficiency",
          required: true,
          words: "Evaluations to reach |ζ| < 1e-3 on a box with one zero.",
          inequality: "median evaluations(cross-entropy) ≤ median evaluations(random search) / 50",
        },
        {
          name: "rare event",
          required: true,
          words: "Probability that |ζ| ≤ ε at a random point, for ε = 1e-2, 1e-3 and 1e-4.",
          inequality:
            "|estimate − asymptotic value| ≤ 3 standard errors for ε ≤ 1e-3, relative error ≤ 0.05 with ≤ 15,000 evaluations in 10 of 10 seeds",
        },
        {
          name: "enhanced top-p",
          required: false,
          words:
            "On a Markov model with garden paths, four joint paths against the best of four separate samples at equal model calls.",
          inequality:
            "mean log-probability(enhanced, k = 4) − mean log-probability(best of 4 top-p) ≥ 0.1 nat and its paired 95% CI above 0",
        },
      ],
    },
    reported: [
      {
        part: "census",
        what: "coverage of the complex plane by the framework",
        value: "argued, without an experimental table; said to possibly lead to a proof",
        where: "abstract and text",
      },
    ],
    tool: "Minimises your formula of bounded variables or estimates how rarely it falls below a threshold, and lists the zeros of zeta in a range with a certificate.",
    where: "anywhere",
  },
});
