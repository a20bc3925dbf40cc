import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "data-filtering-laws",
    title: "Scaling Laws for Data Filtering -- Data Curation cannot be Compute Agnostic",
    authors: ["Sachin Goyal", "Pratyush Maini", "Zachary C. Lipton", "Aditi Raghunathan", "J. Zico Kolter"],
    year: 2024,
    venue: "CVPR 2024",
    arxiv: "2404.07177",
    field: "data-selection",
    code: "https://github.com/locuslab/scaling_laws_data_filtering",
    listed: "2026-11-23",
    summary:
      "Keeping only the cleanest slice of a data pool pays in a short training run and backfires in a long one, since the slice is then shown again and again and each repeat teaches less. The paper gives every quality bucket two numbers, how useful a fresh sample is and after how many epochs that usefulness halves, and a rule that predicts any mixture of buckets without training on it. From a few single-bucket runs you can then say how hard to filter for the compute you have. Use it before a large run, to choose the pool together with the budget. The law cannot describe error that rises again when noisy labels are memorised, and a well-chosen fixed mixture can still beat its choice.",
    keywords: [
      "scaling laws",
      "data filtering",
      "data curation",
      "repeated data",
      "compute budget",
      "data mixture",
      "pretraining",
    ],
    claim: {
      words:
        "Which part of the data to keep depends on the compute: the best bucket alone wins for short training and loses to the full pool for long training, and a law fitted on single buckets picks the mixture better than either fixed rule.",
      parts: [
        {
          name: "crossover",
          required: true,
          words: "The unfiltered pool is worse than the best bucket early and better late.",
          inequality:
            "paired 95% CI of err(all four buckets) − err(best bucket) above 0 at a budget of 2N samples and below 0 at 64N",
        },
        {
          name: "law",
          required: true,
          words: "The pools chosen by the law lose less to the best measured pool than either fixed policy does.",
          inequality:
            "95% CI over resampled seeds of min(regret(always best bucket), regret(always all)) − regret(law) above 0; mean regret over budgets from 2N to 64N, to the best of all unions",
        },
        {
          name: "unseen mixtures",
          required: false,
          words: "A law in which repeats teach less predicts unions of buckets better than one in which they do not.",
          inequality: "rmse on unions, none of which was fitted: rmse(utility law) < rmse(law without decay)",
        },
      ],
    },
    reported: [
      {
        part: "crossover",
        what: "samples seen after which unfiltered training overtakes the best 10%, DataComp medium, ViT-B/32",
        value: "about 450M",
        where: "Figures 1 to 5",
      },
      {
        part: "law",
        what: "number of buckets chosen as the budget grows from 32M to 640M samples, DataComp medium",
        value: "from the best one alone to about the best three or four",
        where: "Figures 1 to 5 (not confirmed)",
      },
    ],
    tool: "Fits usefulness and half-life per bucket from your checkpoints table and predicts the error of every pool, with the pool to train on for each budget.",
    where: "server",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});
