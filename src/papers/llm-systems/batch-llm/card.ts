import { definePaper, type Paper } from "../../../kit/paper.ts";

const paper: Paper = definePaper({
  card: {
    slug: "batch-llm",
    title:
      "BatchLLM: Optimizing Large Batched LLM Inference with Global Prefix Sharing and Throughput-oriented Token Batching",
    authors: ["Zhen Zheng", "Xin Ji", "Taosong Fang", "Fanghao Zhou", "Chuanjie Liu", "Gang Peng"],
    year: 2024,
    venue: "MLSys 2026",
    arxiv: "2412.03594",
    field: "llm-systems",
    code: "https://github.com/microsoft/MixLLM",
    listed: "2026-11-23",
    summary:
      "Offline jobs send thousands of prompts that begin alike: one system prompt over many rows, one document under many questions. An engine built for chat finds such sharing by luck, in a cache that forgets the prefix before its next user comes. Since a batch is known in advance, this paper finds all sharing first, keeps one shared prefix a request, runs the requests of a prefix together, starts with those that have long answers, and admits as many as the memory holds. The attention over a shared prefix is computed once for all of its users. The gain depends on how much your prompts share: with nothing in common there is none, and merely sorting the prompts already collects a good part of it.",
    keywords: ["batch inference", "prefix sharing", "KV cache", "scheduling", "chunked prefill", "throughput"],
    claim: {
      words:
        "Planning a batch globally, with one shared prefix a request, is faster than a streaming engine with a well-tuned LRU prefix cache, saves tokens where the cache is small, and loses little against sharing at every level.",
      parts: [
        {
          name: "speed-up",
          required: true,
          words:
            "On a simulated accelerator the planned batch ends earlier than the same batch in arrival order under a tuned LRU prefix cache, in every setting.",
          inequality:
            "geometric mean over settings of time(best-tuned LRU)/time(BatchLLM) ≥ 1.1, and ≥ 1.0 in every setting",
        },
        {
          name: "saving",
          required: true,
          words: "Where memory is small, explicit groups save prefill tokens that the LRU cache loses.",
          inequality: "saving ratio(explicit) − saving ratio(LRU) ≥ 0.1 in the small-KV setting",
        },
        {
          name: "one level",
          required: true,
          words:
            "One shared prefix a request keeps nearly all that sharing at every level would save. Token counts are exact, no simulation.",
          inequality: "saved tokens(one level) ≥ 0.95 · saved tokens(all levels) on the two-level workload",
        },
        {
          name: "beyond sorting",
          required: false,
          words:
            "The plan also beats the cheap trick of sorting the prompts before feeding them to a tuned LRU engine.",
          inequality: "geometric mean over settings of time(tuned sorted + LRU)/time(BatchLLM) ≥ 1.05",
        },
      ],
    },
    reported: [
      {
        part: "speed-up",
        what: "speed-up over vLLM on micro-benchmarks and two industry workloads",
        value: "1.1× to 2×",
        where: "abstract, v1",
      },
      { part: "speed-up", what: "speed-up over vLLM and SGLang", value: "1.3× to 10.8×", where: "abstract, v3" },
      {
        part: "saving",
        what: "prefill tokens saved by vLLM on an industry task, and the optimum",
        value: "35.8% of 58.1%",
        where: "evaluation (from a secondary source)",
      },
      {
        part: "one level",
        what: "prefill tokens saved by one-level sharing, and by all levels",
        value: "about 55% of 56%",
        where: "evaluation (from a secondary source)",
      },
    ],
    tool: "Reorders your batch of prompts (JSON Lines) so that any engine with prefix caching computes shared beginnings once, and estimates what that saves.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});

export default paper;
