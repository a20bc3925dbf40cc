import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "unsupervised-pretraining",
    title: "On the Provable Advantage of Unsupervised Pretraining",
    authors: ["Jiawei Ge", "Shange Tang", "Jianqing Fan", "Chi Jin"],
    year: 2023,
    venue: "ICLR 2024",
    arxiv: "2303.01566",
    field: "representation-learning",
    listed: "2026-11-23",
    summary:
      "Unlabelled data are cheap; when do they make up for missing labels? The paper studies the plain recipe: learn a model of hidden factors from $m$ unlabelled points, leave it fixed from then on, and train only a small head on $n$ labelled ones. If knowing how the inputs are distributed pins down the hidden factors, up to a change that the head can undo, the error splits into one term that falls with $m$ and one that falls with $n$ and depends on the head alone, not on the number of columns. It tells you whether the next euro should buy labels or raw data. If the target lies outside the factors, pretraining cannot help, and if the factors are strong, the labelled inputs alone already reveal them.",
    keywords: [
      "unsupervised pretraining",
      "factor model",
      "probabilistic PCA",
      "Gaussian mixture",
      "maximum likelihood",
      "sample complexity",
      "semi-supervised learning",
    ],
    claim: {
      words:
        "With plenty of unlabelled data and an informative model, the two-phase error depends on the head's size and not on the ambient dimension, and beats learning from labels alone; without informativeness it does not.",
      parts: [
        {
          name: "beats labels only",
          required: true,
          words:
            "Factor model in 100 dimensions with 20,000 unlabelled points, against ridge, least squares and the same recipe on the labelled inputs only.",
          inequality: "at each n ≤ 200: paired 95% CI of log(excess(two-phase) / excess(best baseline)) below 0",
        },
        {
          name: "rates",
          required: true,
          words:
            "The excess risk falls with the unlabelled and with the labelled sample at least as fast as the theorem says.",
          inequality:
            "slope of log excess in log m ≤ −0.45 where it is at least 3× the oracle's; slope in log n ≤ −0.45",
        },
        {
          name: "free of the dimension",
          required: true,
          words: "From 25 to 200 columns the two-phase error stays, that of the best baseline does not.",
          inequality: "excess(d = 200) / excess(d = 25) ≤ 1.5 for two-phase and ≥ 2 for the best baseline",
        },
        {
          name: "non-informative control",
          required: true,
          words: "When the signal lies outside the factors, pretraining must lose.",
          inequality: "excess(two-phase) ≥ 10 · excess(ridge) at n = 800",
        },
        {
          name: "mixture",
          required: false,
          words: "Four Gaussian clusters with a label distribution each, against logistic regression.",
          inequality: "paired 95% CI of log(excess(two-phase) / excess(best baseline)) below 0 at each n",
          only: "full",
        },
      ],
    },
    reported: [
      {
        part: "rates",
        what: "excess risk of the two-phase recipe, with complexities C of the model and of the head",
        value: "Õ(√(C_Φ/m) + √(C_Ψ/n))",
        where: "main theorem (constants not confirmed)",
      },
      {
        part: "free of the dimension",
        what: "factor model: two-phase, with labels only beside it",
        value: "Õ(√(d/m) + √(r/n)), labels only √(d/n)",
        where: "factor-model theorem (polynomial factors not confirmed)",
      },
      {
        part: "mixture",
        what: "Gaussian mixture with K components",
        value: "Õ(√(dK/m) + √(K/n))",
        where: "mixture theorem (polynomial factors not confirmed)",
      },
    ],
    tool: "Tells you from your labelled and unlabelled tables whether the unlabelled rows help at each number of labels, and predicts with the better recipe.",
    where: "anywhere",
  },
});
