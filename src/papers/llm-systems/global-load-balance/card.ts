import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "global-load-balance",
    title:
      "Demons in the Detail: On Implementing Load Balancing Loss for Training Specialized Mixture-of-Expert Models",
    authors: [
      "Zihan Qiu",
      "Zeyu Huang",
      "Bo Zheng",
      "Kaiyue Wen",
      "Zekun Wang",
      "Rui Men",
      "Ivan Titov",
      "Dayiheng Liu",
      "Jingren Zhou",
      "Junyang Lin",
    ],
    year: 2025,
    venue: "ACL 2025",
    arxiv: "2501.11873",
    field: "llm-systems",
    listed: "2026-11-23",
    summary:
      "Mixture-of-experts training adds a loss that keeps all experts busy, and most code computes it inside each micro-batch of a few texts. That forces the router to spread every single text over all experts, so no expert can specialise in a subject. The remedy is to sum the expert counts over the global batch (or over accumulation steps) before the loss is formed: one short vector to exchange, a line of code. Perplexity falls and experts take on subjects. Use it whenever micro-batches come from one source each; if they are well mixed already, nothing changes, and comparing at a single loss weight flatters one side or the other.",
    keywords: [
      "mixture of experts",
      "load balancing",
      "router",
      "expert specialisation",
      "language model training",
      "micro-batch",
      "auxiliary loss",
    ],
    claim: {
      words:
        "Balancing expert load over the global batch instead of each micro-batch lowers perplexity and lets experts specialise, because the counts then reflect the whole data mixture.",
      parts: [
        {
          name: "perplexity",
          required: true,
          words:
            "At each mode's best weight that keeps the load within twice the mean, global balancing has lower perplexity.",
          inequality: "mean PPL(micro)/PPL(global) ≥ 1.005 with the paired 95% interval above 1",
        },
        {
          name: "specialisation",
          required: true,
          words: "At the same weight, experts differ more between domains.",
          inequality: "TV(global) ≥ 1.3·TV(micro) at w = 0.1",
        },
        {
          name: "mixture, not sample size",
          required: true,
          words: "Counts from a random subset as small as a micro-batch recover at least half of the gain.",
          inequality: "PPL(micro) − PPL(shuffled) ≥ 0.5·(PPL(micro) − PPL(global))",
        },
        {
          name: "buffer",
          required: true,
          words: "Counts accumulated over steps do nearly as well as synchronised ones.",
          inequality: "PPL(global) ≤ PPL(buffer) ≤ PPL(micro), or |PPL(buffer)/PPL(global) − 1| ≤ 0.005",
        },
      ],
    },
    reported: [
      {
        part: "perplexity",
        what: "3.4B model, 120B tokens: average perplexity balancing over 4, 32 and 512 sequences",
        value: "8.167, 8.062, 8.038",
        where: "Table 1",
      },
      {
        part: "perplexity",
        what: "15B model: average perplexity, micro to global",
        value: "5.778 to 5.603",
        where: "Table 1",
      },
      {
        part: "mixture, not sample size",
        what: "3.4B model: perplexity with shuffled micro-batches",
        value: "8.041",
        where: "Table 2",
      },
      {
        part: "buffer",
        what: "3.4B model, 400B tokens: buffer over 128 against synchronised over 512",
        value: "7.199 against 7.198",
        where: "Table 1",
      },
      {
        part: "perplexity",
        what: "micro-batch loss with smaller weights 0.004 and 0.001",
        value: "8.154 and 8.159",
        where: "Table 4",
      },
    ],
    tool: "Reads your router's expert counts per micro-batch and domain and returns the loss computed each way with balance and specialisation tables, or trains a small model on your text folders with every variant.",
    where: "anywhere",
  },
});
