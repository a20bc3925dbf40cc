import { definePaper, type Paper } from "../../../kit/paper.ts";

const paper: Paper = definePaper({
  card: {
    slug: "system-ranking",
    title: "What are the best systems? New perspectives on NLP Benchmarking",
    authors: ["Pierre Colombo", "Nathan Noiry", "Ekhine Irurozki", "Stéphan Clémençon"],
    year: 2022,
    venue: "NeurIPS 2022",
    arxiv: "2202.03799",
    field: "ranking-and-rewards",
    code: "https://github.com/PierreColombo/RankingNLPSystems",
    listed: "2026-11-23",
    summary:
      "A leaderboard that averages scores over tasks lets the task with the widest scale pick the winner. This paper ranks the systems on every task first and then looks for the ranking that disagrees least with all of them, the Kemeny consensus; summing the ranks, the Borda count, comes close to it at no cost. With scores for single instances it works in two levels, instances into one ranking per task and tasks into the final one, so that a task with many instances does not vote many times. The consensus stays the same when a task changes its units, and it moves little when a few tasks are broken.",
    keywords: [
      "leaderboard",
      "rank aggregation",
      "Kemeny consensus",
      "Borda count",
      "benchmarking",
      "evaluation",
      "social choice",
    ],
    claim: {
      words:
        "When tasks are scored on different scales or some of them are corrupted, a consensus of rankings recovers the true order of systems better than the mean of scores, and aggregating in two levels protects it from tasks with many instances.",
      parts: [
        {
          name: "scale",
          required: true,
          words:
            "With a private increasing scale on every task, Borda orders systems better than the mean; at full scale also better than the mean of z-scores for the two larger spreads.",
          inequality:
            "paired 95% CI of err(mean) − err(Borda) above 0 and its mean > 0.02 for every φ; full: the CI against z-scores above 0 for φ ∈ {0.25, 0.5}",
        },
        {
          name: "corruption",
          required: true,
          words: "With one to three tasks reversed and blown up tenfold or more, Borda errs less than the mean.",
          inequality:
            "paired 95% CI of err(mean) − err(Borda) above 0 for every k ∈ {1, 2, 3}, factor ∈ {10, 1000} and φ",
        },
        {
          name: "two levels",
          required: true,
          words: "One reversed task with 500 instances sinks the one-level consensus and not the two-level one.",
          inequality: "err(two-level) < err(one-level) − 0.3 for every φ",
        },
        {
          name: "XTREME",
          required: true,
          words:
            "On the XTREME leaderboard the consensus order differs from the mean order and agrees more with the tasks.",
          inequality: "order(Borda) ≠ order(mean) and distortion(Kemeny) ≤ distortion(Borda) ≤ distortion(mean)",
        },
      ],
    },
    reported: [
      {
        part: "XTREME",
        what: "mean Kendall distance to the task rankings, Borda",
        value: "12.25",
        where: "official notebook, XTREME",
      },
      {
        part: "XTREME",
        what: "mean Kendall distance to the task rankings, mean score",
        value: "12.75",
        where: "official notebook, XTREME",
      },
      {
        part: "XTREME",
        what: "mean Kendall distance to the task rankings, random order",
        value: "52.4",
        where: "official notebook, XTREME",
      },
    ],
    tool: "Ranks the systems of your scores table by mean, Borda and Kemeny side by side, with bootstrap intervals on every rank.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});

export default paper;
