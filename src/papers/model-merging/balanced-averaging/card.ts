import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "balanced-averaging",
    title: "Spurious Feature Diversification Improves Out-of-distribution Generalization",
    authors: [
      "Yong Lin",
      "Lu Tan",
      "Yifan Hao",
      "Honam Wong",
      "Hanze Dong",
      "Weizhong Zhang",
      "Yujiu Yang",
      "Tong Zhang",
    ],
    year: 2023,
    venue: "ICLR 2024",
    arxiv: "2309.17230",
    field: "model-merging",
    listed: "2026-11-23",
    summary:
      "Averaging the weights of a pretrained and a fine-tuned model often does better on shifted data than either, and it even solves inputs that both get wrong. The paper's explanation: each model leans on its own set of misleading cues, these fail independently and thin each other out, while the evidence that really holds adds up. From a small voting model it forecasts the accuracy of single models, of averaged outputs and of averaged weights. The gain shrinks when one member is overconfident, so the proposed recipe (BANG) fine-tunes with label smoothing or Mixup before averaging. Reach for it when a fine-tuned model must survive a change of environment; in small networks the recipe itself may cost more than it brings, because smoothing can also wash out what was learnt before.",
    keywords: [
      "weight averaging",
      "WiSE-FT",
      "out-of-distribution generalisation",
      "spurious features",
      "ensembles",
      "calibration",
      "label smoothing",
      "Mixup",
    ],
    claim: {
      words:
        "An ensemble of two models that rely on different spurious features generalises better under shift than both, also on inputs that both get wrong, and the gain fades as one member grows overconfident; balancing confidence before averaging keeps it.",
      parts: [
        {
          name: "theory",
          required: true,
          words:
            "In the voting model the ensemble beats a single model in every cell, fixes more inputs than it breaks, gains nothing at full overlap, and sampling agrees with exact enumeration.",
          inequality:
            "acc(ensemble) > acc(single) for (n_v, n_s) ∈ {(2, 3), (5, 20)} and p ∈ {0.7, 0.8, 0.9}; both-wrong-then-right > both-right-then-wrong; equality at full overlap; |sampled − exact| ≤ 4 standard errors",
        },
        {
          name: "many cues",
          required: true,
          words:
            "On digits with 32 coloured patches the averaged weights beat both members under shift; with a single patch per model the gain is smaller.",
          inequality:
            "acc(average) − max(acc of members), mean over p ∈ {0.8, 0.9}, ≥ 0.01 in the mean over seeds with its 95% CI above 0; both-wrong-then-right > both-right-then-wrong in every run; paired 95% CI of gain(32 patches) − gain(one patch a member) above 0",
        },
        {
          name: "overconfidence",
          required: true,
          words: "Scaling up one member's logits lowers the exact accuracy of the ensemble step by step.",
          inequality: "acc(λ) decreasing over λ ∈ {1, 2, 3, 5, 100} in every cell of the theory",
        },
        {
          name: "balanced averaging",
          required: false,
          words:
            "Fine-tuning with label smoothing or Mixup before averaging beats plain averaging on coloured digits under shift.",
          inequality:
            "paired 95% CI of acc(BANG) − acc(plain average) above 0 for the best of label smoothing, Mixup and both, at α = ½ and with α chosen for each on shifted validation images",
        },
        {
          name: "turned digits",
          required: false,
          words:
            "A network trained on many views and fine-tuned on clean digits: the average beats both on turned and noisy ones.",
          inequality:
            "acc(average) − max(acc of members), mean of four shifts, ≥ 0.01 in the mean over seeds with its 95% CI above 0; both-wrong-then-right > both-right-then-wrong in every seed",
          only: "full",
        },
        {
          name: "balanced averaging, turned digits",
          required: false,
          words: "On turned and noisy digits, too, label smoothing or Mixup before averaging beats plain averaging.",
          inequality:
            "paired 95% CI of acc(BANG) − acc(plain average) above 0 for the best of label smoothing, Mixup and both, at α = ½ and with α chosen for each on shifted validation images",
          only: "full",
        },
      ],
    },
    reported: [
      {
        part: "theory",
        what: "forecast accuracy of one model and of two disjoint ones, n_v = 2, n_s = 3, K = 3, p = 0.9",
        value: "≈ 0.866 and ≈ 0.974",
        where: "worked example of the theory section (not confirmed)",
      },
      {
        part: "many cues",
        what: "MultiColorMNIST with 32 patches, flip rates 0.70 to 0.90: the ensemble against its members",
        value: "better at every flip rate; not so with a single spurious colour",
        where: "Table 1",
      },
      {
        part: "balanced averaging",
        what: "BANG against WiSE-FT, average over five ImageNet shifts, CLIP ViT-B/16",
        value: "about +2 points",
        where: "Table 2 (not confirmed)",
      },
      {
        part: "turned digits",
        what: "averaged weights against summed outputs under shift",
        value: "averaged weights do better; explained by invariant features that both models share",
        where: "abstract and theory section",
      },
      {
        what: "inputs that both members get wrong and the average gets right, ImageNet variants",
        value: "common, and a large share of the gain",
        where: "Figure 2",
      },
    ],
    tool: "Takes a pretrained and a fine-tuned checkpoint or their predictions, and returns the averaged weights, the accuracy curve over the mixing weight, the table of who fixes whom, and calibration.",
    where: "server",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});
