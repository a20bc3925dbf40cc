import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "prompt-guided-pooling",
    title: "PPLLaVA: Varied Video Sequence Understanding With Prompt Guidance",
    authors: ["Ruyang Liu", "Haoran Tang", "Haibo Lu", "Yixiao Ge", "Ying Shan", "Chen Li", "Jiankun Yang"],
    year: 2024,
    arxiv: "2411.02327",
    field: "sequence-models",
    code: "https://github.com/farewellthree/PPLLaVA",
    listed: "2026-11-23",
    summary:
      "A short video gives a language model tens of thousands of image tokens, and hardly any of them bear on the question. This pooling first asks how well each token matches the question, then shrinks small blocks of space and time to one token each, weighting the block's members by their match. Where nothing stands out it is plain average pooling, and where one token carries the answer that token is kept. Use it to bring any long grid of embeddings, video, page tiles or spectrograms, down to a fixed number of tokens for a given query. It needs query and tokens in a common space, and when the object fills whole blocks or single tokens are very noisy, averaging is as good or better.",
    keywords: [
      "token compression",
      "video language model",
      "pooling",
      "CLIP",
      "visual tokens",
      "prompt guidance",
      "DPO",
    ],
    claim: {
      words:
        "Pooling guided by the prompt keeps, with 18 times fewer tokens, nearly all the accuracy of the full grid, and beats average pooling, subsampling and top-k selection at the same budget.",
      parts: [
        {
          name: "same budget",
          required: true,
          words:
            "Mean accuracy over local and global questions on planted-object clips, 128 of 2304 tokens kept, the reader tuned for each compressor.",
          inequality:
            "acc(PGP) − max(acc(average), acc(uniform), acc(top-k)) ≥ 0.10 in the mean over seeds, and acc(PGP) above each of them in every seed",
        },
        {
          name: "close to all tokens",
          required: true,
          words: "Little is lost against the uncompressed grid.",
          inequality: "acc(all tokens) − acc(PGP) ≤ 0.05",
        },
        {
          name: "shuffled weights",
          required: false,
          words: "With its relevance weights shuffled the method must fall back to average pooling.",
          inequality: "no threshold; acc(PGP with shuffled weights) beside acc(average)",
        },
        {
          name: "where it stops helping",
          required: false,
          words: "The gain over average pooling against object size and token noise.",
          inequality: "no threshold; acc(PGP) − acc(average) over both sweeps",
          only: "full",
        },
      ],
    },
    reported: [
      {
        part: "same budget",
        what: "MVBench, Vicuna-7B, 1024 visual tokens: PPLLaVA, with PLLaVA (average pooling) beside it",
        value: "59.2 (46.6)",
        where: "official README, results table",
      },
      {
        part: "same budget",
        what: "Video-MME, Vicuna-7B, 1024 visual tokens: PPLLaVA, with LLaVA-Next-Video beside it",
        value: "53.6 (45.0)",
        where: "official README, results table",
      },
      {
        part: "close to all tokens",
        what: "token reduction at kept or better quality",
        value: "up to 18×",
        where: "abstract (later version)",
      },
      {
        what: "ActivityNet-QA, with the best rival listed beside it",
        value: "60.7 (60.2)",
        where: "official README, results table",
      },
    ],
    tool: "Compresses your grid of patch embeddings for a given prompt to the number of tokens you ask for, with a heat map of what the prompt looked at.",
    where: "anywhere",
  },
});
