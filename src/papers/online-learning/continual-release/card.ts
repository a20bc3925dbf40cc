import { definePaper, type Paper } from "../../../kit/paper.ts";

const paper: Paper = definePaper({
  card: {
    slug: "continual-release",
    title: "The Price of Differential Privacy under Continual Observation",
    authors: ["Palak Jain", "Sofya Raskhodnikova", "Satchit Sivakumar", "Adam Smith"],
    year: 2021,
    venue: "ICML 2023",
    arxiv: "2112.00828",
    field: "online-learning",
    listed: "2026-11-23",
    summary:
      "A dashboard that must publish a private answer after every record pays more noise than one that publishes once at the end. For a running count the price is small, some powers of the logarithm of the length T. This paper shows that it jumps as soon as the answer involves the largest of several counts, its value or its name: then every private mechanism errs about $T^{1/3}$ times as much as a single release. Two simple mechanisms reach that: publish afresh every so often, or keep all d counts private and read the answer off them. Both stay private when the records react to what was published. Use it to choose between them and to set the refresh rate, and stop looking for something much better.",
    keywords: [
      "differential privacy",
      "continual observation",
      "data streams",
      "zCDP",
      "binary tree mechanism",
      "matrix factorization mechanism",
      "tracing attack",
      "lower bound",
    ],
    claim: {
      words:
        "Releasing the largest of many sums privately at every step costs about $T^{1/3}$ times the error of one release at the end, while a running count costs only powers of $\\log T$; and a mechanism with less noise gives its records away.",
      parts: [
        {
          name: "rate",
          required: true,
          words:
            "On the stream of the lower bound with $d = T^{2/3}$ columns, the worst error of the better private mechanism grows like the cube root of T.",
          inequality:
            "95% CI over seeds of the slope of log ERR against log T within [0.28, 0.42], T = 2^12 … 2^16 (full: 2^18), ERR = max over t, the smaller of recompute and factorization",
        },
        {
          name: "counting",
          required: true,
          words: "Over the same horizons the error of a running count hardly grows and that of one release not at all.",
          inequality:
            "95% CI of the counter's slope ≤ 0.22 and of the batch error's slope within [−0.05, 0.05], of log error against log T",
        },
        {
          name: "dimension",
          required: true,
          words:
            "At T = 2^12, keeping all d counts private costs the square root of d: better than recomputing for few columns, worse for $T^{2/3}$.",
          inequality:
            "95% CI of the slope of log ERR(factorization) against log d within [0.4, 0.65]; paired 95% CI of ERR(recompute) − ERR(factorization) above 0 for d ≤ 8 and below 0 for d = 256",
        },
        {
          name: "tracing",
          required: true,
          words:
            "An attack on the decoded answers stays below the limit that privacy sets, and exceeds it for an impostor that puts a counter's noise on the maximum.",
          inequality:
            "AUC(recompute) ≤ Φ(√ρ) + 0.02 for d = 64, 256, 1024; 95% CI of AUC(impostor) above Φ(√ρ) for d ≥ 256, and AUC(impostor) rising with d",
        },
      ],
    },
    reported: [
      {
        part: "rate",
        what: "worst error of continual max-sum and sum-select against one release at the end",
        value: "larger by a factor of about T^(1/3), up to logarithms",
        where: "abstract",
      },
      {
        part: "counting",
        what: "the same gap for sums of binary attributes, from earlier work",
        value: "polylogarithmic in T",
        where: "abstract",
      },
      {
        part: "dimension",
        what: "upper bound, the better of recompute, tree and a constant answer",
        value: "min{(T/ρ)^(1/3), √(d/ρ), T}, up to logarithms",
        where: "upper bound theorems",
      },
      {
        part: "tracing",
        what: "lower bound for (ε, δ)-privacy, also against streams fixed beforehand",
        value: "min{T^(1/3)/ε^(2/3), √d/ε, T}, up to logarithms",
        where: "lower bound theorems",
      },
    ],
    tool: "Answers max-sum or sum-select privately after every record of your event stream, line by line, and writes the privacy ledger.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});

export default paper;
