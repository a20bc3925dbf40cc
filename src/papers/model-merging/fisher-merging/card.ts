import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "fisher-merging",
    title: "Merging Models with Fisher-Weighted Averaging",
    authors: ["Michael Matena", "Colin Raffel"],
    year: 2021,
    venue: "NeurIPS 2022",
    arxiv: "2111.09832",
    field: "model-merging",
    code: "https://github.com/mmatena/model_merging",
    listed: "2026-11-23",
    summary:
      "Models fine-tuned from one checkpoint can be combined by averaging their weights, but a plain average trusts every weight of every model alike. Here each weight counts as much as its diagonal Fisher information says: how strongly that model's predictions react to it. The average is then the most likely point under the product of the models' Gaussian posteriors, with a closed form for every coordinate. The Fisher costs one pass over a few hundred inputs without labels; merging costs one pass over the files, and there is no training. Reach for it to put several specialists of one ancestor into a single model, above all when their domains lie far apart. Models trained from different starting points cannot be merged this way.",
    keywords: [
      "model merging",
      "Fisher information",
      "weight averaging",
      "Laplace approximation",
      "ensembling",
      "robust fine-tuning",
      "intermediate-task transfer",
    ],
    claim: {
      words:
        "Weighting every parameter by its Fisher information merges fine-tuned models into one that is at least as accurate as their plain average with a tuned coefficient, and more accurate where the models learnt different things.",
      parts: [
        {
          name: "two domains",
          required: true,
          words:
            "One expert on upright digits, one on digits turned by 90°: their Fisher merge beats the plain average on both domains together.",
          inequality:
            "acc(Fisher) − acc(isotropic) ≥ 0.03 in the mean, its paired 95% CI above 0, and above 0 in ≥ 75% of seeds",
        },
        {
          name: "disjoint classes",
          required: true,
          words: "One expert on the digits 0 to 4, one on 5 to 9: their Fisher merge knows all ten better.",
          inequality: "mean of acc(Fisher) − acc(isotropic) above 0",
        },
        {
          name: "ensembling",
          required: true,
          words:
            "Five models tuned on 60 images each, merged into one, come close to averaging their five outputs and leave the single models behind.",
          inequality:
            "paired 95% CIs: acc(Fisher) − acc(output ensemble) above −0.02, acc(Fisher) − mean acc(single) above 0.02",
          only: "full",
        },
        {
          name: "near domains",
          required: false,
          words: "The same with the second domain turned by 45° only.",
          inequality:
            "acc(Fisher) − acc(isotropic) ≥ 0.03 in the mean, its paired 95% CI above 0, and above 0 in ≥ 75% of seeds",
        },
        {
          name: "robust fine-tuning",
          required: false,
          words:
            "Between a pretrained and a fine-tuned model, the Fisher path is better on clean and shifted digits together than the straight one (WiSE-FT).",
          inequality: "paired 95% CI of acc(Fisher) − acc(isotropic), mean of clean and shifted, above 0",
          only: "full",
        },
      ],
    },
    reported: [
      {
        part: "ensembling",
        what: "five BERT-base models merged on RTE, MRPC and SST-2 against the ensemble of their outputs",
        value: "on a par, at a fifth of the inference cost",
        where: "Fig. 2",
      },
      {
        part: "robust fine-tuning",
        what: "ViT-B/16 on ImageNet and its shifted variants, against plain averaging",
        value: "better trade-off",
        where: "abstract; figure not confirmed",
      },
      {
        what: "intermediate-task transfer and domain adaptation, against gradient training",
        value: "competitive, at far lower cost",
        where: "abstract",
      },
    ],
    tool: "Merges your fine-tuned safetensors checkpoints by their Fisher information, tensor by tensor whatever their size, and computes the Fishers of small networks from unlabelled rows.",
    where: "server",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});
