import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "aranyani",
    title: "Enhancing Group Fairness in Online Settings Using Oblique Decision Forests",
    authors: [
      "Somnath Basu Roy Chowdhury",
      "Nicholas Monath",
      "Ahmad Beirami",
      "Rahul Kidambi",
      "Avinava Dubey",
      "Amr Ahmed",
      "Snigdha Chaturvedi",
    ],
    year: 2023,
    venue: "ICLR 2024 (spotlight)",
    arxiv: "2310.11401",
    field: "online-learning",
    code: "https://github.com/brcsomnath/Aranyani",
    listed: "2026-11-23",
    summary:
      "A model that learns from a stream should give both groups the same rate of positive decisions, but that rate is an average over people it no longer has in memory. Aranyani uses a small forest of soft decision trees and asks for parity at every inner node, where the gradient of the penalty needs nothing but running group averages. So a step costs one forward and one backward pass, and memory does not grow with the stream. Use it for decisions on arriving cases when storing past cases is too expensive or not allowed. Parity at the nodes is a stand-in for parity of the final decision, and a penalty on the output with the same running averages can do as well or better.",
    keywords: [
      "group fairness",
      "demographic parity",
      "online learning",
      "oblique decision trees",
      "soft trees",
      "data streams",
      "prequential evaluation",
    ],
    claim: {
      words:
        "Penalising group gaps at the nodes of an online oblique forest reaches near parity at a better accuracy than majority mixing and a penalised online network, at a fraction of the cost of stored-sample gradients.",
      parts: [
        {
          name: "effect",
          required: true,
          words: "Some penalty removes three quarters of the gap and stays well above majority mixing of equal gap.",
          inequality:
            "for some λ in every seed: DP(λ) ≤ 0.25·DP(0) and acc(λ) ≥ acc(majority mixing at equal DP) + 0.05",
        },
        {
          name: "against the network",
          required: true,
          words: "At equal parity on the second half of the stream the forest is more accurate than a penalised MLP.",
          inequality:
            "paired 95% CI of acc(node penalty | DP ≤ τ) − acc(MLP | DP ≤ τ) above 0 for at least two of τ ∈ {0.05, 0.1, 0.15}",
        },
        {
          name: "against the output penalty",
          required: false,
          words: "The same comparison with the penalty on the forest's output instead of its nodes.",
          inequality:
            "paired 95% CI of acc(node penalty | DP ≤ τ) − acc(output penalty | DP ≤ τ) above 0 for at least two of τ ∈ {0.05, 0.1, 0.15}",
        },
        {
          name: "cost",
          required: true,
          words: "A step is far cheaper than with a reservoir of 100 samples per group, and memory stays flat.",
          inequality: "time per step ≤ 0.2 × reservoir (R = 100); memory independent of n",
        },
      ],
    },
    reported: [
      {
        part: "against the network",
        what: "accuracy–parity curves on five benchmarks (Adult, Census, COMPAS, CelebA, CivilComments)",
        value: "above MLP, output penalty, majority mixing and Hoeffding trees",
        where: "result figures (not confirmed)",
      },
      {
        part: "cost",
        what: "cost against the reservoir variant at nearly the same trade-off",
        value: "a fraction",
        where: "result figures (not confirmed)",
      },
    ],
    tool: "Runs a fair online forest over your CSV stream and writes running accuracy and parity gap for every penalty, plus the model.",
    where: "anywhere",
  },
});
