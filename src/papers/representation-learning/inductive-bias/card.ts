import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "inductive-bias",
    title: "Towards Exact Computation of Inductive Bias",
    authors: ["Akhilan Boopathy", "William Yue", "Jaedong Hwang", "Abhiram Iyer", "Ila Fiete"],
    year: 2024,
    venue: "IJCAI 2024",
    arxiv: "2406.15941",
    field: "representation-learning",
    code: "https://github.com/FieteLab/Exact-Inductive-Bias",
    listed: "2026-11-23",
    summary:
      "How much must a learner know beforehand, beyond the training set, to reach a given test error? The paper draws random functions that all fit the training data and asks how rare it is that one of them is good enough; minus the logarithm of that probability is the required inductive bias, in nats. The event is far too rare to count, so the distribution of errors is fitted and its tail computed. That lets you compare tasks, which need more bias in higher dimension, and model families, among which neural networks bring a lot of it along. It re-expresses test error on an informative scale relative to one chosen space of functions: change the kernel width and the number changes.",
    keywords: [
      "inductive bias",
      "generalisation",
      "Gaussian process",
      "noncentral chi-square",
      "tail probability",
      "information",
      "model comparison",
    ],
    claim: {
      words:
        "The inductive bias a task needs can be estimated directly from the error tail of random fitting functions; it rises with the dimension of the task, and neural networks supply more of it than other expressive models.",
      parts: [
        {
          name: "dimension",
          required: true,
          words: "Required bias rises with input dimension on synthetic tasks.",
          inequality: "mean exact I strictly increasing for d ≥ 4 and Spearman(d, I) ≥ 0.9 over all (d, seed)",
        },
        {
          name: "estimator",
          required: true,
          words:
            "The fitted tail comes close to the exact one, its noise shrinks with the sample, and counting alone fails.",
          inequality:
            "median |I_fit − I_exact|/I_exact ≤ 0.25 at 10,000 samples; slope of log spread over log S ∈ [−0.7, −0.3]; counting off by > 50% whenever I > ln S",
        },
        {
          name: "model classes",
          required: true,
          words: "On digits a network supplies more bias than ridge, neighbours, tree and tuned kernel ridge.",
          inequality: "max(I(MLP), I(CNN)) − max(I of other classes) > 2 pooled standard errors",
        },
      ],
    },
    reported: [
      {
        part: "dimension",
        what: "order of tasks by required bias",
        value: "inverted pendulum < MNIST < CIFAR-10 < 5-way 1-shot Omniglot",
        where: "results table (not confirmed; order as in the earlier work of the authors)",
      },
      {
        part: "estimator",
        what: "estimate against the upper bound of Boopathy et al. 2023",
        value: "tighter",
        where: "abstract",
      },
      {
        part: "model classes",
        what: "bias encoded by neural networks against other expressive classes",
        value: "far more",
        where: "abstract",
      },
    ],
    tool: "Computes how many nats of prior knowledge your table's target error needs, and how many linear models, neighbours, trees, networks or your own predictions supply.",
    where: "server",
  },
});
