import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "equitable-sampling",
    title: "Adaptive Sampling Strategies to Construct Equitable Training Datasets",
    authors: [
      "William Cai",
      "Ro Encarnacion",
      "Bobbie Chern",
      "Sam Corbett-Davies",
      "Miranda Bogen",
      "Stevie Bergman",
      "Sharad Goel",
    ],
    year: 2022,
    venue: "FAccT 2022",
    arxiv: "2202.01327",
    field: "data-selection",
    listed: "2026-11-23",
    summary:
      "You can pay for a limited number of training samples, from groups that differ in price and in how fast a model learns them. Equal shares or population shares are the usual answer and rarely the best one. The paper first lets you write down what you value, a function of the groups' performances, and then buys each next batch where the estimated gain in that value per unit of cost is largest, reading the learning curves off the data collected so far. Use it to plan a collection or to decide what to collect next. The advantage over equal shares is small when all groups learn at a similar pace, and a carelessly fitted learning curve can starve a group for good.",
    keywords: [
      "fairness",
      "data collection",
      "learning curves",
      "adaptive sampling",
      "budget allocation",
      "subgroups",
      "polygenic scores",
    ],
    claim: {
      words:
        "When groups learn at different speeds, buying samples by estimated marginal value per cost reaches a higher chosen utility than equal or proportional sampling, close to what known learning curves would allow.",
      parts: [
        {
          name: "beats fixed shares",
          required: true,
          words: "On simulated polygenic scores for three groups, adaptive buying beats equal and proportional shares.",
          inequality:
            "paired 95% CIs of U(adaptive) − U(equal) and of U(adaptive) − U(proportional) both above 0, U = mean over groups of R² on fresh people",
        },
        {
          name: "other values and prices",
          required: false,
          words:
            "The same for the mean logarithm of R², for the lowest R², and for the mean when the slowest group costs three times as much.",
          inequality:
            "paired 95% CIs of U(adaptive) − U(equal) and of U(adaptive) − U(proportional) above 0 for each of the three",
          only: "full",
        },
        {
          name: "distance to the oracle",
          required: false,
          words:
            "The share of the gap between the best heuristic and the oracle allocation that adaptive buying closes.",
          inequality:
            "95% CI of (U(adaptive) − U(best heuristic)) / (U(oracle) − U(best heuristic)) above 0, U averaged over seeds",
        },
      ],
    },
    reported: [
      {
        part: "beats fixed shares",
        what: "adaptive sampling against equal and proportional sampling, simulated genomes, chosen utility",
        value: "adaptive is better and close to the optimum with known learning rates",
        where: "abstract; curves (not confirmed)",
      },
    ],
    tool: "Fits learning curves to your table of group, sample count and score, and recommends how many samples of each group to buy with the budget, or which group to buy next.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});
