import { definePaper, type Paper } from "../../../kit/paper.ts";

const paper: Paper = definePaper({
  card: {
    slug: "lightning-attention",
    title: "Various Lengths, Constant Speed: Efficient Language Modeling with Lightning Attention",
    authors: ["Zhen Qin", "Weigao Sun", "Dong Li", "Xuyang Shen", "Weixuan Sun", "Yiran Zhong"],
    year: 2024,
    venue: "ICML 2024",
    arxiv: "2405.17381",
    field: "sequence-models",
    code: "https://github.com/OpenNLPLab/lightning-attention",
    listed: "2026-11-23",
    summary:
      "Attention without the softmax can carry everything it has read in one small matrix, so in theory every token costs the same however long the text is. In practice that running matrix forces the hardware to go token by token, and the promised speed is lost. Lightning Attention cuts the sequence into blocks: inside a block it multiplies out all pairs as ordinary attention does, and only the matrix of sums passes from block to block. The work becomes dense matrix products, speed stops depending on length, and memory stays fixed, backward pass included. A language model built around it, TransNormerLLM, is reported to match softmax Transformers of the same size.",
    keywords: [
      "linear attention",
      "lightning attention",
      "TransNormerLLM",
      "long context",
      "tiling",
      "exponential decay",
      "language model",
      "transformer",
    ],
    claim: {
      words:
        "With Lightning Attention the time per token stays the same from short to long sequences at fixed memory, while softmax attention slows down with length, and a language model that uses it is about as good as a softmax Transformer.",
      parts: [
        {
          name: "constant speed",
          required: true,
          words:
            "The same tokens, cut into sequences 32 times longer, take about the same time with Lightning Attention and many times longer with softmax attention that skips the masked half and keeps no square matrix.",
          inequality:
            "R = tokens/s at the longest ÷ tokens/s at the shortest length: R(lightning) ≥ 0.75, forward and with backward, and R(softmax) ≤ 0.25",
        },
        {
          name: "fixed cost",
          required: true,
          words: "Working memory and multiply-adds per token, both counted, do not change with length.",
          inequality:
            "bytes of all buffers besides inputs and outputs equal at every length, and multiply-adds per token too",
        },
        {
          name: "exact",
          required: true,
          words: "The blocks change the order of the sums and nothing else.",
          inequality:
            "largest error of a row, relative to its largest entry, against the quadratic form in double precision ≤ 1e-4 at every length",
        },
        {
          name: "faster than stepping",
          required: true,
          words:
            "Dense products beat the update of the state token by token, with both running on the same vector instructions of one core.",
          inequality: "tokens/s(lightning) ≥ 2 · tokens/s(recurrence) at every length, forward",
        },
        {
          name: "crossover",
          required: false,
          words:
            "Softmax attention is faster on short sequences only, as in the kernel timings published with the code.",
          inequality: "tokens/s(lightning) > tokens/s(softmax) at every measured length from 4096 on",
        },
        {
          name: "quality",
          required: true,
          only: "full",
          words:
            "A small character model of Moby-Dick with Lightning Attention is as good as a softmax Transformer with as many parameters and tokens, each with its own best learning rate.",
          inequality: "validation loss(TNL) ≤ 1.05 · validation loss(Transformer), means over seeds",
        },
        {
          name: "decay",
          required: true,
          only: "full",
          words: "The exponential decay of the state is worth having.",
          inequality: "validation loss(TNL without decay) > validation loss(TNL) for every seed",
        },
      ],
    },
    reported: [
      {
        part: "constant speed",
        what: "training speed of TNL with Lightning Attention from 1K to 128K tokens",
        value: "flat; LLaMA with FlashAttention-2 falls steeply",
        where: "Figure 1",
      },
      {
        part: "constant speed",
        what: "forward time at 32768 tokens, Lightning Attention against FlashAttention-2 (batch 4, 32 heads, d = 128)",
        value: "17.6 ms against 163 ms",
        where: "benchmark in the code repository",
      },
      {
        part: "constant speed",
        what: "backward time at 32768 tokens, in the same comparison",
        value: "74.3 ms against 471 ms",
        where: "benchmark in the code repository",
      },
      {
        part: "crossover",
        what: "forward time at 512 tokens, Lightning Attention against FlashAttention-2 (batch 4, 32 heads, d = 128)",
        value: "0.35 ms against 0.09 ms",
        where: "benchmark in the code repository",
      },
      {
        part: "crossover",
        what: "forward time at 4096 tokens, in the same comparison",
        value: "2.24 ms against 2.74 ms",
        where: "benchmark in the code repository",
      },
      {
        part: "quality",
        what: "test perplexity on WikiText-103, about 45 million parameters, TNL against a Transformer",
        value: "about 24.0 against about 24.8",
        where: "WikiText-103 comparison, rounded and from memory",
      },
    ],
    tool: "Trains a small Lightning Attention language model on your text, or runs the operator over your own queries, keys and values in constant memory.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});

export default paper;
