import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "groupwise-regret",
    title: "Oracle Efficient Algorithms for Groupwise Regret",
    authors: ["Krishna Acharya", "Eshwar Ram Arunachaleswaran", "Sampath Kannan", "Aaron Roth", "Juba Ziani"],
    year: 2023,
    venue: "ICLR 2024",
    arxiv: "2310.04652",
    field: "online-learning",
    code: "https://github.com/krishnacharya/multidecomp",
    listed: "2026-11-23",
    summary:
      "A model that learns from a stream of people can be good on average and poor for some group, and the groups overlap: young, female, smoker. The paper keeps one ordinary online learner per group, trained on that group's cases only, and for each person mixes the learners of the groups they belong to, giving weight to those that have been doing better. Every group is then served nearly as well as by the best model of the class chosen for it in hindsight, and the work per case grows with the number of active groups only. Use it with any online learner, from linear regression to shortest paths. If there are just a few combinations of groups, a separate model for each combination may do as well, and if groups hardly matter one shared model is better.",
    keywords: [
      "online learning",
      "regret",
      "overlapping groups",
      "subgroup fairness",
      "sleeping experts",
      "AdaNormalHedge",
      "ridge regression",
    ],
    claim: {
      words:
        "Mixing one online learner per group by sleeping experts gives lower regret than a single online learner on every group at once, within its guaranteed bound.",
      parts: [
        {
          name: "every group gains",
          required: true,
          words:
            "For all four label rules every group's regret is lower than with one online ridge on the same features.",
          inequality:
            "mean over seeds of regret(ridge) − regret(groupwise) > 0 for every rule and group; full: paired 95% CI above 0",
        },
        {
          name: "bound",
          required: true,
          words: "The mixing rule stays within its bound in every clipped run.",
          inequality: "R_g ≤ √(3·C_g·(ln|G| + ln B)), B = 5/2 + (3/2)·ln(1 + T), for every group",
        },
        {
          name: "a model per cell",
          required: false,
          words: "Against an independent ridge for each full combination of groups.",
          inequality: "regret(ridge per cell) − regret(groupwise) > 0",
        },
      ],
    },
    reported: [
      {
        part: "every group gains",
        what: "synthetic data, mean label, final regret, ridge to groupwise: circle, square, triangle",
        value: "15.3 to 0.73, 15.4 to 0.63, 12.1 to 0.76",
        where: "published result tables, 10 orders",
      },
      {
        part: "every group gains",
        what: "synthetic data, mean label, final regret, ridge to groupwise: green, red, all",
        value: "10.0 to −14.1, 14.8 to −1.8, 0.76 to −39.9",
        where: "published result tables, 10 orders",
      },
      {
        part: "every group gains",
        what: "Adult income, final regret, ridge to groupwise: young, male, white, all",
        value: "37.4 to 14.0, 21.0 to −2.2, 14.7 to −17.4, 18.2 to −18.5",
        where: "published result tables, 10 orders",
      },
      {
        part: "every group gains",
        what: "medical costs, final regret, ridge to groupwise: smoker, all",
        value: "5.06 to 1.47, 1.13 to −3.43",
        where: "published result tables, 10 orders",
      },
    ],
    tool: "Predicts the target of your CSV row by row with groups you name or define by rules, and compares loss and regret per group with a single online model.",
    where: "anywhere",
  },
});
