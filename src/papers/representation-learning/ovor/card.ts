import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "ovor",
    title: "OVOR: OnePrompt with Virtual Outlier Regularization for Rehearsal-Free Class-Incremental Learning",
    authors: ["Wei-Cheng Huang", "Chun-Fu Chen", "Hsiang Hsu"],
    year: 2024,
    venue: "ICLR 2024",
    arxiv: "2402.04129",
    field: "representation-learning",
    code: "https://github.com/jpmorganchase/ovor",
    listed: "2026-11-23",
    summary:
      "New classes keep arriving, a pretrained transformer stays frozen, and old examples may not be stored. The paper finds that one small prompt, simply trained further on every batch of classes, does about as well as a library of prompts, and needs one forward pass where libraries need two. It also repairs the confusion between classes that were never trained side by side: after each batch, the classifier alone is tuned to give real features high scores and made-up features at the edge of the data low ones. That second step fits any method with features and a linear classifier. When the features are fixed, a plain class-mean classifier can beat both variants; that comparison is missing from the paper.",
    keywords: [
      "class-incremental learning",
      "continual learning",
      "prompt tuning",
      "virtual outliers",
      "energy score",
      "rehearsal-free",
      "vision transformer",
    ],
    claim: {
      words:
        "Regularising the classifier with virtual outliers raises accuracy over all classes, and a single prompt matches prompt pools at about half the inference cost.",
      parts: [
        {
          name: "virtual outliers help",
          required: true,
          words: "Final accuracy over all classes is higher with the outlier step than without it.",
          inequality:
            "95% CI over 5 or more paired seeds of A_T(with outliers) − A_T(without) above 0, for OnePrompt (quick: for the classifier on frozen features)",
        },
        {
          name: "one prompt is enough",
          required: true,
          words: "OnePrompt is about as accurate as the best prompt pool.",
          inequality: "mean A_T(OnePrompt) ≥ max over DualPrompt, CODA-P and L2P of mean A_T − 1.5 points",
          only: "full",
        },
        {
          name: "inference time",
          required: true,
          words: "One forward pass is much cheaper than two.",
          inequality: "measured inference time(OnePrompt) ≤ 0.65 · inference time of every pool method",
        },
        {
          name: "class means and joint training",
          required: false,
          words: "The nearest class mean on frozen features, and training on all classes at once.",
          inequality: "no threshold; A_T of both beside the others",
        },
      ],
    },
    reported: [
      {
        part: "virtual outliers help",
        what: "final accuracy on ImageNet-R, 10 tasks: OnePrompt → OVOR",
        value: "≈ 73.3 → ≈ 75.6",
        where: "results tables (not confirmed, ±0.5)",
      },
      {
        part: "virtual outliers help",
        what: "final accuracy on CIFAR-100: OnePrompt → OVOR",
        value: "≈ 85–86 → ≈ 86.7",
        where: "results tables (not confirmed, ±0.5)",
      },
      {
        part: "one prompt is enough",
        what: "final accuracy on ImageNet-R: DualPrompt, CODA-P",
        value: "≈ 71, ≈ 73–75",
        where: "results tables (not confirmed, ±0.5)",
      },
      {
        part: "inference time",
        what: "inference FLOPs of OnePrompt against prompt pools",
        value: "half",
        where: "cost comparison (not confirmed)",
      },
      {
        what: "prompt weights of OnePrompt (ViT-B/16)",
        value: "107,520",
        where: "official code, configuration",
      },
    ],
    tool: "Learns your embeddings stage by stage with and without virtual outliers, and writes the accuracy per stage and an out-of-task score for every row.",
    where: "server",
  },
});
