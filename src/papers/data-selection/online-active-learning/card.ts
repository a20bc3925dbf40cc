import { definePaper, type Paper } from "../../../kit/paper.ts";

const paper: Paper = definePaper({
  card: {
    slug: "online-active-learning",
    title: "A survey on online active learning",
    authors: ["Davide Cacciarelli", "Murat Kulahci"],
    year: 2023,
    venue: "Machine Learning 113",
    arxiv: "2302.08893",
    field: "data-selection",
    listed: "2026-11-23",
    summary:
      "Records arrive one at a time without a label, a label costs money, and whether to buy it must be decided before the next record comes. The survey sorts the known ways of deciding: by the model's doubt, by disagreement in a committee, by novelty, by how much a point would tell a regression, each for steady streams and for streams that change. We put representative strategies behind one interface and hold them all to the same label bill, so that they can be compared on your own stream. It is meant for sensors, moderation queues and inspection lines, where people label a small share of what passes. For classification the gain over random labelling is small when nothing changes, clear when the world turns slowly, and gone when it turns at once; for a regression it is large.",
    keywords: [
      "active learning",
      "data streams",
      "label budget",
      "concept drift",
      "uncertainty sampling",
      "optimal design",
      "prequential evaluation",
    ],
    claim: {
      words:
        "At equal label spend, informed querying of a stream beats random labelling, with and without drift, and choosing informative points for a regression beats taking labels as they come.",
      parts: [
        {
          name: "informed querying",
          required: true,
          words:
            "The best of variable, randomised and split uncertainty has a lower prequential error than random labelling at its best eagerness, both chosen on separate seeds.",
          inequality:
            "for no, abrupt and gradual drift: paired 95% CI of err(chosen strategy) − err(random) below 0, label rates equal within 0.01",
        },
        {
          name: "D-optimal regression",
          required: true,
          words:
            "Labelling only points that shrink the parameters' uncertainty beats passive sampling with as many labels.",
          inequality: "MSE(D-optimal) / MSE(passive) < 0.8 and its 95% CI below 1",
        },
        {
          name: "randomness under drift",
          required: false,
          words: "Under drift, both strategies that keep some randomness err less than pure uncertainty.",
          inequality:
            "paired 95% CI of err(variable) − err(randomised) and of err(variable) − err(split) above 0 under abrupt drift, at full scale also under drift where the model feels safe",
        },
        {
          name: "a real order",
          required: false,
          only: "full",
          words:
            "On a real stream in its own order, four years of daily weather in Seattle, the best of the same three strategies foretells rain on the next day with a lower error than random labelling at its best eagerness, both chosen from other starting points of the same days.",
          inequality:
            "at budgets of 0.02, 0.05 and 0.2: 95% CI of err(chosen strategy) − err(random), over blocks of 20 days and starting points, below 0, label rates equal within 0.01",
        },
      ],
    },
    reported: [
      {
        what: "central statement of the survey",
        value: "informed queries use labels better than random ones; drift calls for strategies that keep exploring",
        where: "whole survey; no single figure",
        part: "informed querying",
      },
    ],
    tool: "Replays your time-ordered table to compare query strategies at one label budget, or tells you which of the new rows to label now.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});

export default paper;
