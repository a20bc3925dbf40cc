import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "flover",
    title: "Flover: A Temporal Fusion Framework for Efficient Autoregressive Model Parallel Inference",
    authors: ["Jinghan Yao", "Nawras Alnaasan", "Tian Chen", "Aamir Shafi", "Hari Subramoni", "Dhabaleswar K. Panda"],
    year: 2023,
    venue: "HiPC 2023",
    arxiv: "2305.13484",
    field: "llm-systems",
    listed: "2026-11-23",
    summary:
      "Requests to a language model arrive at random and want answers of different lengths. If you batch them on arrival, late ones wait for the whole batch; if you run one instance per request, each instance reads all weights again for every token. Flover keeps a single loop that moves every live request forward by one token: newcomers join at the next turn, finished ones leave at once, and a minimal reshuffle of the cache keeps the live ones side by side in memory. Use it to understand or build a serving loop with low waiting times; it belongs to the same family as continuous batching. The very large factors hold against instances that read the weights anew: against well-tuned batching the gain is in waiting time, and throughput under light load hardly changes.",
    keywords: [
      "LLM serving",
      "continuous batching",
      "KV cache",
      "scheduling",
      "latency",
      "throughput",
      "autoregressive decoding",
    ],
    claim: {
      words:
        "Fusing the generation of all live requests into one token loop gives the same outputs many times faster than concurrent instances, and shorter waits than tuned dynamic batching.",
      parts: [
        {
          name: "exactness",
          required: true,
          words: "Every request gets the tokens it would have got alone, greedy or sampled with its own seed.",
          inequality: "tokens(fused) = tokens(alone) for all 24 requests",
        },
        {
          name: "real throughput",
          required: true,
          words: "On this processor a small model generates faster in the fused loop.",
          inequality: "tokens per second(fused) / tokens per second(one by one) > 1.2, median of ≥ 3 repeats",
        },
        {
          name: "against concurrent instances",
          required: true,
          words:
            "In the simulator, under dense arrivals, it finishes far earlier than the best number of concurrent instances.",
          inequality: "at mean gap ≤ 0.25 s: makespan ratio ≥ 8 and mean latency ratio ≥ 10",
        },
        {
          name: "against dynamic batching",
          required: true,
          words: "Against the best batch size and window it shortens waiting and does not lose throughput.",
          inequality:
            "mean latency ratio ≥ 1.15 in every cell and ≥ 1.8 for uniform lengths; makespan ratio ≥ 0.97 in every cell",
        },
        {
          name: "leaving and moving",
          required: true,
          words: "Letting finished requests leave pays, and the minimal reshuffle never moves more than shifting.",
          inequality: "moves(minimal) ≤ moves(shift) everywhere; makespan gain of eviction ≥ 1.05 at gap ≤ 0.5 s",
        },
      ],
    },
    reported: [
      {
        part: "against concurrent instances",
        what: "speed-up over FasterTransformer, GPT-J 6B, random arrivals and lengths",
        value: "over 11 times",
        where: "abstract",
      },
      {
        part: "against concurrent instances",
        what: "speed-up over FasterTransformer, LLaMA",
        value: "over 16 times",
        where: "abstract",
      },
    ],
    tool: "Replays your request trace on your hardware description under several serving policies and reports latency percentiles, throughput and the number of live requests over time.",
    where: "anywhere",
  },
});
