import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "transductive-few-shot",
    title: "Transductive Few-Shot Learning: Clustering is All You Need?",
    authors: ["Imtiaz Masud Ziko", "Malik Boudiaf", "Jose Dolz", "Eric Granger", "Ismail Ben Ayed"],
    year: 2021,
    arxiv: "2106.09516",
    field: "representation-learning",
    code: "https://github.com/imtiazziko/SLK-few-shot",
    listed: "2026-11-23",
    summary:
      "You have one or five labelled examples of each class and many unlabelled ones: is clever meta-learning needed? This paper starts a clustering from the labelled examples, runs it over the whole batch in a good feature space, and matches elaborate methods with plain k-means. A smoothness term that lets neighbours share a label adds a little, with an update that can be computed for all points at once. Use it when embeddings are at hand and a batch can be labelled together. It needs classes that are compact in those features, and batches with about as many examples of every class: under imbalance the advantage shrinks and can turn against you.",
    keywords: [
      "few-shot learning",
      "transductive inference",
      "clustering",
      "k-means",
      "Laplacian regularisation",
      "mean shift",
      "embeddings",
    ],
    claim: {
      words:
        "Clustering the queries from labelled prototypes beats nearest-prototype classification with one example per class and rivals dedicated transductive methods.",
      parts: [
        {
          name: "clustering helps",
          required: true,
          words: "Balanced episodes of five classes with one labelled example each.",
          inequality: "paired 95% CI over episodes of acc(K-means) − acc(nearest prototype) above 0",
        },
        {
          name: "rivals transductive methods",
          required: true,
          words: "K-means is about as accurate as the better of two dedicated methods.",
          inequality: "acc(K-means) ≥ max(acc(BD-CSPN), acc(LaplacianShot)) − 1.0 point",
        },
        {
          name: "smoothness term",
          required: true,
          words: "The best Laplacian variant is not worse than plain K-means.",
          inequality: "max(acc(SLK variants)) ≥ acc(K-means) − 0.5 point",
        },
        {
          name: "imbalanced queries",
          required: false,
          words: "Class shares drawn from a Dirichlet distribution, which the paper does not test.",
          inequality: "no threshold; acc(K-means) − acc(nearest prototype) at 1 and 5 examples",
        },
      ],
    },
    reported: [
      {
        part: "clustering helps",
        what: "mini-ImageNet, WRN, 1-shot / 5-shot: SimpleShot (nearest prototype)",
        value: "65.87 / 82.09",
        where: "official README, results table",
      },
      {
        part: "clustering helps",
        what: "mini-ImageNet, WRN, 1-shot / 5-shot: K-means",
        value: "73.80 / 84.62",
        where: "official README, results table",
      },
      {
        part: "rivals transductive methods",
        what: "mini-ImageNet, WRN, 1-shot / 5-shot: LaplacianShot",
        value: "73.44 / 83.93",
        where: "official README, results table",
      },
      {
        part: "rivals transductive methods",
        what: "mini-ImageNet, WRN, 1-shot / 5-shot: BD-CSPN",
        value: "70.31 / 81.89",
        where: "official README, results table",
      },
      {
        part: "smoothness term",
        what: "mini-ImageNet, WRN, 1-shot / 5-shot: SLK-MS",
        value: "75.17 / 84.28",
        where: "official README, results table",
      },
    ],
    tool: "Labels the rows of your embedding table from the few you labelled, with probabilities and the rows to label next.",
    where: "server",
  },
});
