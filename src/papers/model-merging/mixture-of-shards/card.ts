import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "mixture-of-shards",
    title: "MoS: Unleashing Parameter Efficiency of Low-Rank Adaptation with Mixture of Shards",
    authors: [
      "Sheng Wang",
      "Liheng Chen",
      "Pengan Chen",
      "Jingwei Dong",
      "Boyang Xue",
      "Jiyue Jiang",
      "Lingpeng Kong",
      "Chuan Wu",
    ],
    year: 2024,
    venue: "ICLR 2025",
    arxiv: "2410.00938",
    field: "model-merging",
    code: "https://github.com/Forence1999/MoS",
    listed: "2026-11-23",
    summary:
      "If you keep one low-rank adapter per customer, the adapters fill the memory long before the base model does. MoS lets all layers draw their adapter matrices from one shared pool of short vector pieces, glued together according to index tables drawn once at random and never trained. Sharing alone makes the layers too alike, so four cheap measures drive them apart: every layer takes its own subset, the two factors are indexed independently, vectors are cut into pieces, and a few pieces are reserved for one layer. The result is still a linear update that folds into the base weights, at a fraction of the numbers a plain adapter of that quality stores. When the layers need unrelated updates there is nothing to share, and plain LoRA of the same size wins.",
    keywords: [
      "LoRA",
      "low-rank adaptation",
      "parameter sharing",
      "parameter-efficient fine-tuning",
      "adapter serving",
      "mixture of shards",
    ],
    claim: {
      words:
        "At an equal number of trained parameters, adapters assembled from shared shards with differentiation beat LoRA, and undo the damage that plain sharing does.",
      parts: [
        {
          name: "beats LoRA",
          required: true,
          words:
            "When the layers' true updates are built from common atoms, MoS has a lower test error than LoRA with the same budget, the settings of both chosen on separate tasks.",
          inequality: "shared-atom teacher, e = 2, 5 tasks or more: paired 95% CI of err(LoRA-e) − err(MoS) above 0",
        },
        {
          name: "differentiation",
          required: true,
          words: "Sharing without the four measures is worse than MoS.",
          inequality: "paired 95% CI of err(pure sharing) − err(MoS) above 0",
        },
        {
          name: "private shards",
          required: true,
          words: "Taking the reserved shards away does not help.",
          inequality: "paired 95% CI of err(MoS without private shards) − 0.98 · err(MoS) above 0",
        },
        {
          name: "saving factor",
          required: false,
          words: "The LoRA rank that would match MoS, interpolated over ranks 1, 2, 3, 4 and 8, divided by e.",
          inequality:
            "no threshold; the eightfold saving of the paper belongs to large language models and is not reproduced at this scale",
          only: "full",
        },
        {
          name: "other teachers",
          required: false,
          words:
            "Unrelated layer updates, where LoRA should win, half-related ones, and digit classification; with every measure removed in turn.",
          inequality: "no threshold; errors of all methods and of MoS without each of its four measures",
          only: "full",
        },
      ],
    },
    reported: [
      {
        part: "beats LoRA",
        what: "LLaMA2-7B, average over MMLU, BBH, GSM8K, TyDi QA and HumanEval, 5.00M parameters: LoRA r = 2",
        value: "34.98",
        where: "Table 2",
      },
      {
        part: "beats LoRA",
        what: "LLaMA2-7B, the same average, 5.00M parameters: MoS",
        value: "36.39",
        where: "Table 2",
      },
      {
        part: "saving factor",
        what: "LLaMA2-7B, the same average, 19.99M parameters: MoS",
        value: "37.63",
        where: "Table 2",
      },
      {
        part: "saving factor",
        what: "LLaMA2-7B, the same average, 159.91M parameters: LoRA r = 64",
        value: "37.53",
        where: "Table 2",
      },
      {
        part: "differentiation",
        what: "pure sharing at rank 64 with 5M parameters against LoRA r = 2",
        value: "worse on most tasks; own subsets per layer turn it into a lead of more than 1 point",
        where: "Table 1",
      },
      {
        part: "private shards",
        what: "loss from removing private shards at 19.99M parameters",
        value: "> 1 point",
        where: "ablation table",
      },
    ],
    tool: "Trains a mixture-of-shards adapter for your frozen network on your CSV or text, writes it as safetensors, says how much memory it saves per user against LoRA, and merges it into the base when you like.",
    where: "server",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});
