import { definePaper, type Paper } from "../../../kit/paper.ts";

const paper: Paper = definePaper({
  card: {
    slug: "reward-combination",
    title: "Transforming and Combining Rewards for Aligning Large Language Models",
    authors: [
      "Zihao Wang",
      "Chirag Nagpal",
      "Jonathan Berant",
      "Jacob Eisenstein",
      "Alex D'Amour",
      "Sanmi Koyejo",
      "Victor Veitch",
    ],
    year: 2024,
    venue: "ICML 2024",
    arxiv: "2402.00742",
    field: "ranking-and-rewards",
    listed: "2026-11-23",
    summary:
      "A reward learned from comparisons fixes only which answer is better, not by how much, yet alignment adds and exponentiates the raw numbers. The paper asks for samples of the base model on the condition that they are good, meaning that they beat a reference answer for the same prompt, and that question has one fitting transformation: $\\log\\sigma(r - r_{\\text{ref}})$. It flattens for answers that are already fine, so effort moves to the prompts still answered badly and an answer that games the reward gains little. Sums of transformed rewards then read as good on every count, without weights to tune. Use it to rerank or reweight samples under several rewards; the gain for a single clean reward is small, and much depends on a sensible reference per prompt.",
    keywords: ["reward model", "RLHF", "alignment", "reward hacking", "log-sigmoid", "multi-objective", "best-of-n"],
    claim: {
      words:
        "At the same KL distance from the base policy, log-sigmoid-centred (LSC) rewards beat raw rewards on each property, and their sum beats the best weighted sum of raw rewards on being good on both.",
      parts: [
        {
          name: "both properties",
          required: true,
          words:
            "Probability of beating a base answer on both true properties, against raw sums whose weight was tuned on separate seeds.",
          inequality:
            "for KL ∈ {0.5, 1, 2} nats, clean and hackable rewards: paired 95% CI of joint win(LSC) − joint win(best raw sum) above 0",
        },
        {
          name: "single property",
          required: true,
          words:
            "With one hackable reward it wins more often, improves the worst prompts more, and puts less mass on hacked answers.",
          inequality:
            "KL = 1: 95% CIs of win(LSC) − win(raw) and p10(LSC) − p10(raw) above 0, of hack mass(LSC) − hack mass(raw) below 0",
        },
        {
          name: "other rules",
          required: false,
          words:
            "The minimum of centred rewards, the product of probabilities, z-scored sums and the transform without a centre.",
          inequality: "no threshold; joint win of every rule at every KL",
        },
        {
          name: "policy gradient",
          required: false,
          words: "REINFORCE with a KL penalty approaches the closed-form policy.",
          inequality: "total-variation distance to the closed-form policy falls over training, to less than 0.1",
        },
      ],
    },
    reported: [
      {
        part: "single property",
        what: "win rate against KL, helpfulness or harmlessness alone",
        value: "LSC above the raw reward at every KL",
        where: "win-rate figures (curves only)",
      },
      {
        part: "both properties",
        what: "good on both properties against KL",
        value: "sum of LSC rewards above the best weighted raw sum",
        where: "win-rate figures (curves only)",
      },
    ],
    tool: "Reweights or reranks your sampled answers by several rewards at a KL you choose, with the probability that each answer is good on every count.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});

export default paper;
