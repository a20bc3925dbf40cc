import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "prompt-tpp",
    title: "Prompt-augmented Temporal Point Process for Streaming Event Sequence",
    authors: [
      "Siqiao Xue",
      "Yan Wang",
      "Zhixuan Chu",
      "Xiaoming Shi",
      "Caigao Jiang",
      "Hongyan Hao",
      "Gangwei Jiang",
      "Xiaoyun Feng",
      "James Y. Zhang",
      "Jun Zhou",
    ],
    year: 2023,
    venue: "NeurIPS 2023",
    arxiv: "2310.04993",
    field: "forecasting-and-markets",
    code: "https://github.com/yanyanSann/PromptTPP",
    listed: "2026-11-23",
    summary:
      "Clicks, trades and tickets come as timed events whose habits change from week to week, and yesterday's records may not be kept. A model retrained on each new week forgets the habits that will come back. PromptTPP gives a neural event model a small shelf of learned prompts: each sequence looks up the few whose keys resemble it, they are put before the attention's keys and values, and shelf and model are trained week after week. No old data are stored and nobody has to say when the habits change. The gain comes with patterns that recur; expect it to be small, and measure it against a fine-tuned model with as many parameters and against prompts picked at random.",
    keywords: [
      "temporal point process",
      "event sequences",
      "continual learning",
      "prompt pool",
      "neural Hawkes process",
      "streaming",
      "forgetting",
    ],
    claim: {
      words:
        "On a drifting event stream, a prompt pool with retrieval predicts the next event's type and time better than pretrained, retrained and fine-tuned models, and forgets less.",
      parts: [
        {
          name: "event type",
          required: true,
          words: "Lower mean error on the type of the next event of the current window.",
          inequality:
            "mean type error(prompt) < that of pretrained, retrained and online, lower end of the paired 95% bootstrap interval of the difference > 0",
        },
        {
          name: "event time",
          required: true,
          words: "Lower mean error on its time.",
          inequality: "mean RMSE(prompt) < mean RMSE(pretrained), RMSE(retrained) and RMSE(online)",
        },
        {
          name: "forgetting",
          required: true,
          words: "Past windows are predicted better than by plain fine-tuning, measured from each window's best.",
          inequality: "forgetting(prompt) < forgetting(online)",
        },
        {
          name: "controls",
          required: false,
          words:
            "Fine-tuning with as many extra parameters, prompts picked at random, prompts without their temporal half, and a stream without shift.",
          inequality: "no threshold; type error, RMSE, NLL and forgetting of each control",
        },
      ],
    },
    reported: [
      {
        part: "event time",
        what: "RMSE of the next event's time on Taobao, Amazon and StackOverflow streams",
        value: "lowest on every data set",
        where: "results (table values not confirmed)",
      },
      {
        part: "event type",
        what: "type error of the next event on Taobao, Amazon and StackOverflow streams",
        value: "lowest on every data set",
        where: "results (table values not confirmed)",
      },
    ],
    tool: "Learns your event log window by window and predicts the next event of every sequence, with errors and forgetting per window and the prompts that fired.",
    where: "anywhere",
  },
});
