import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "pooling-bias",
    title: "Hard Negatives or False Negatives: Correcting Pooling Bias in Training Neural Ranking Models",
    authors: ["Yinqiong Cai", "Jiafeng Guo", "Yixing Fan", "Qingyao Ai", "Ruqing Zhang", "Xueqi Cheng"],
    year: 2022,
    venue: "CIKM 2022",
    arxiv: "2209.05072",
    field: "ranking-and-rewards",
    code: "https://github.com/caiyinqiong/Coupled_Estimation_Technique",
    listed: "2026-11-23",
    summary:
      "Relevance labels for search come from judges who saw only what a simple search engine put before them. A better engine then digs up good documents that nobody judged, and a ranker trained to push those down learns the wrong lesson. Coupled estimation trains two models side by side, one for relevance and one for having been looked at, and each tells the other which unlabelled documents can be trusted as negatives. Use it when your hard negatives come from a stronger retriever than the one behind the labels, or just to list probable missing labels for another look. The two models must see different features, otherwise they stay copies of each other and nothing is corrected.",
    keywords: [
      "hard negatives",
      "false negatives",
      "pooling bias",
      "learning to rank",
      "inverse propensity weighting",
      "information retrieval",
    ],
    claim: {
      words:
        "Negatives from a stronger retriever hide more unjudged relevant documents and make a worse ranker than those of a basic one; coupled estimation makes them usable.",
      parts: [
        {
          name: "more false negatives",
          required: true,
          words: "More of the strong retriever's negatives are in truth relevant.",
          inequality: "paired 95% CI of false-negative rate(strong) − false-negative rate(basic) above 0",
        },
        {
          name: "strong negatives hurt",
          required: true,
          words: "The ranker trained on them is worse, judged with complete relevance.",
          inequality: "paired 95% CI of NDCG@10(basic) − NDCG@10(strong) above 0",
        },
        {
          name: "correction helps",
          required: true,
          words: "Coupled estimation on the same strong negatives is better than plain training on them.",
          inequality: "paired 95% CI of NDCG@10(CET on strong) − NDCG@10(strong) above 0",
        },
        {
          name: "against denoising",
          required: true,
          words: "It is not worse than dropping suspicious negatives with a teacher.",
          inequality: "paired 95% CI of NDCG@10(CET on strong) − NDCG@10(denoised strong) above −0.005",
        },
        {
          name: "against basic negatives",
          required: false,
          words: "Whether corrected strong negatives also beat the basic ones, as the paper finds for BERT rankers.",
          inequality: "paired 95% CI of NDCG@10(CET on strong) − NDCG@10(basic) above 0",
        },
        {
          name: "closer retriever",
          required: false,
          words:
            "Whether the correction still helps when the basic retriever follows relevance more closely and only ten documents are judged.",
          inequality: "there, paired 95% CI of NDCG@10(CET on strong) − NDCG@10(strong) above 0",
        },
        {
          name: "audit",
          required: false,
          words: "The two models together list missing labels more surely than a ranker or the retriever alone.",
          inequality:
            "paired 95% CI of precision@100(audit) − precision@100(r) above 0 for r the tuned ranker's score and the strong retriever's order",
        },
      ],
    },
    reported: [
      {
        part: "strong negatives hurt",
        what: "ranker with negatives of a stronger retriever against BM25 negatives",
        value: "worse, with a higher share of false negatives",
        where: "experiments (exact values not confirmed)",
      },
      {
        part: "against basic negatives",
        what: "CET on strong negatives against all tested sampling strategies",
        value: "best on three benchmarks",
        where: "experiments (exact values not confirmed)",
      },
    ],
    tool: "Trains a reranker on your labelled queries with corrected negatives, and lists the unlabelled documents most likely to be relevant for another look.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});
