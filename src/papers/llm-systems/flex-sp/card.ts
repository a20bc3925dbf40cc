import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "flex-sp",
    title: "Data-Centric and Heterogeneity-Adaptive Sequence Parallelism for Efficient LLM Training",
    authors: [
      "Yujie Wang",
      "Shiju Wang",
      "Shenhan Zhu",
      "Fangcheng Fu",
      "Xinyi Liu",
      "Xuefeng Xiao",
      "Huixia Li",
      "Jiashi Li",
      "Faming Wu",
      "Bin Cui",
    ],
    year: 2024,
    venue: "ASPLOS 2025",
    arxiv: "2412.01523",
    field: "llm-systems",
    code: "https://github.com/PKU-DAIR/Hetu-Galvatron/tree/flexsp",
    listed: "2026-11-23",
    summary:
      "Training on long texts spreads every sequence over a fixed number of GPUs, chosen for the longest one, so thousands of short sequences pay for slow traffic between machines that they do not need. FlexSP plans every step anew: it cuts the batch into micro-batches of similar lengths and solves a small integer programme that chooses group sizes and puts each sequence into a group, so that the slowest group ends as early as memory allows. Use it when lengths vary wildly and the slow links are between machines. The planning runs on CPUs while the previous step is still computing. What you see here is the real planner against a calibrated cost model, not GPUs; a well-balanced fixed group size comes close when the batch has few very long sequences.",
    keywords: [
      "sequence parallelism",
      "long-context training",
      "integer programming",
      "scheduling",
      "variable-length sequences",
      "all-to-all",
      "cluster simulator",
    ],
    claim: {
      words:
        "Choosing a mixture of group sizes for every batch shortens a training step against any fixed sequence-parallel degree, also one that is re-chosen for each batch.",
      parts: [
        {
          name: "against a static degree",
          required: true,
          words: "On every kind of length distribution the step is faster than with one degree for the whole run.",
          inequality: "geometric mean of T(static)/T(flexible) ≥ 1.20 on each kind, also under the perturbed clock",
        },
        {
          name: "against a degree per batch",
          required: true,
          words: "It is faster than the best single degree chosen per batch.",
          inequality: "geometric mean of T(per batch)/T(flexible) ≥ 1.05 on each kind, also under the perturbed clock",
        },
        {
          name: "against the tuned rival",
          required: true,
          words: "It beats the strongest plan with equal groups, balanced by time.",
          inequality:
            "pooled over kinds: T(tuned)/T(flexible) ≥ 1.02 with its 95% interval above 1, also under the perturbed clock",
        },
      ],
    },
    reported: [
      {
        part: "against a static degree",
        what: "speed-up over DeepSpeed on 64 A100, batch 512, 7B at 192K: GitHub, CommonCrawl, Wikipedia",
        value: "1.45, 1.50, 1.72",
        where: "main results figure",
      },
      {
        what: "speed-up over Megatron-LM, the same setting",
        value: "1.43, 1.66, 1.98",
        where: "main results figure",
      },
      {
        part: "against a static degree",
        what: "speed-up over DeepSpeed, 7B at 384K: GitHub, CommonCrawl, Wikipedia",
        value: "1.26, 1.42, 1.46",
        where: "main results figure",
      },
      {
        part: "against a degree per batch",
        what: "speed-up over DeepSpeed of choosing one degree per batch",
        value: "1.03 to 1.34",
        where: "ablation",
      },
    ],
    tool: "Plans the GPU groups for batches of your sequence lengths on your cluster description and compares the predicted step time with three fixed-degree plans.",
    where: "anywhere",
  },
});
