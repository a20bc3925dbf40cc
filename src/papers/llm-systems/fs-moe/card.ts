import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "fs-moe",
    title: "FSMoE: A Flexible and Scalable Training System for Sparse Mixture-of-Experts Models",
    authors: [
      "Xinglin Pan",
      "Wenxiang Lin",
      "Lin Zhang",
      "Shaohuai Shi",
      "Zhenheng Tang",
      "Rui Wang",
      "Bo Li",
      "Xiaowen Chu",
    ],
    year: 2025,
    venue: "ASPLOS 2025",
    arxiv: "2501.10714",
    field: "llm-systems",
    code: "https://github.com/xpan413/FSMoE",
    listed: "2026-11-23",
    summary:
      "A mixture-of-experts layer spends much of its time on traffic: tokens travel between machines, are shared inside a machine, and go back. FSMoE cuts the batch into chunks so that links between machines, links inside a machine and the arithmetic all work at once, and it slips the exchange of gradients into the gaps. From simple straight-line cost fits it computes the best number of chunks, separately for the forward and the backward pass. Use it to plan an expert-parallel training step, or to see which of the three resources holds it up. Here the optimiser is real and the cluster simulated; how much you gain depends strongly on how far the two kinds of link slow each other down.",
    keywords: [
      "mixture of experts",
      "expert parallelism",
      "pipelining",
      "all-to-all",
      "gradient all-reduce",
      "cost model",
      "scheduling",
    ],
    claim: {
      words:
        "Overlapping traffic between nodes, traffic inside nodes and expert computation, with a separately optimised number of chunks per direction, trains mixture-of-experts layers faster than earlier pipelines.",
      parts: [
        {
          name: "optimality",
          required: true,
          words: "The number of chunks from the case formula is as good as the event simulator's own optimum.",
          inequality: "time ratio ≤ 1.01 on ≥ 99% of layers, both directions",
        },
        {
          name: "speed-up",
          required: true,
          words:
            "With 15% interference between the links the mean gain over Tutel is clear, no layer loses, and the systems come in the published order.",
          inequality:
            "at μ = 1.15: mean T(Tutel)/T(FSMoE) ≥ 1.10 on testbed B, min over layers ≥ 1.0 with fallback, mean times DS-MoE > Tutel > Tutel-Improved > No-IIO > FSMoE",
        },
        {
          name: "direction-specific chunks",
          required: true,
          words: "Forward and backward often want different numbers of chunks.",
          inequality: "share of layers with different best r ≥ 0.4 on testbed B",
        },
        {
          name: "numeric layer",
          required: false,
          words: "Five gates agree with a loop over tokens, and chunking does not change the output.",
          inequality: "max |output(r chunks) − output(unchunked)| = 0 for r = 1 to 8",
        },
      ],
    },
    reported: [
      {
        part: "speed-up",
        what: "mean speed-up over Tutel on 1458 layers, testbeds A and B",
        value: "1.18 and 1.22",
        where: "Table 5",
      },
      {
        part: "speed-up",
        what: "mean speed-up over Tutel without overlap of the two kinds of link, testbeds A and B",
        value: "1.12 and 1.16",
        where: "Table 5",
      },
      {
        part: "speed-up",
        what: "speed-up over DeepSpeed-MoE on GPT2-XL and Mixtral",
        value: "1.28 to 3.01",
        where: "end-to-end experiments",
      },
      {
        part: "direction-specific chunks",
        what: "layers whose best chunk number differs between directions",
        value: "912 of 1458",
        where: "experiments",
      },
    ],
    tool: "Fits cost lines to your micro-benchmarks and returns, for your layers, the best chunk numbers, a timeline of the three resources, where to put the gradients, and the predicted time against each baseline.",
    where: "anywhere",
  },
});
