import { defineGuide, type Guide } from "../../../kit/guide.ts";

const guide: Guide = defineGuide({
  card: {
    slug: "compare-ranking-and-rewards",
    title: "One decision from many rankings, rewards and answers: the methods side by side",
    field: "ranking-and-rewards",
    claim: {
      words:
        "No way of deciding is best everywhere: each method of this field wins in the situation it is made for, on evidence whose truth is known, and the plain mean wins where nothing is wrong with the scores.",
      parts: [
        {
          name: "one unit",
          required: true,
          words: "All tasks in one unit, noise alone: the mean orders best, ranks throw some of the evidence away.",
          inequality: "paired 95% CI of err(Borda) − err(mean) above 0",
        },
        {
          name: "own units",
          required: true,
          words: "A unit of its own for every task: the mean fails, z-scores undo the units.",
          inequality: "paired 95% CI of err(mean) − err(z-score) above 0",
        },
        {
          name: "outliers",
          required: true,
          words:
            "Curved scales and two broken tasks of ten: ranks withstand them better than z-scores, and the mean not at all.",
          inequality: "paired 95% CIs of err(mean) − err(Borda) and of err(z-score) − err(Borda) above 0",
        },
        {
          name: "votes contradicted",
          required: true,
          words: "On the same tables, the Kemeny order contradicts fewer pairwise votes of the tasks than Borda's.",
          inequality: "paired 95% CI of votes contradicted(Borda) − votes contradicted(Kemeny) above 0",
        },
        {
          name: "holes",
          required: true,
          words:
            "Six scores of ten missing and tasks of unequal difficulty: comparing pairs on the tasks they share beats the mean.",
          inequality: "paired 95% CI of err(mean) − err(Borda on shared tasks) above 0",
        },
        {
          name: "all at once",
          required: true,
          words:
            "A candidate is good when it has all of four properties: centred log-sigmoids find one more often than sums or ranks.",
          inequality:
            "paired 95% CIs of P(good | log-sigmoid, centred) − P(good | rule) above 0 for mean, z-score and Borda",
        },
        {
          name: "marked down",
          required: true,
          words: "Voters mark half of the items down: a floor of seats for that half chooses a truly better committee.",
          inequality: "paired 95% CI of quality(with a floor) − quality(without) above 0",
        },
        {
          name: "answers",
          required: true,
          words:
            "Learning to answer: scored outcomes lose fewer tokens than copied good traces when good attempts are not rare.",
          inequality:
            "p = .3, n = H = 256: paired 95% CI of the 80th percentile of loss(good traces) − loss(scored outcomes) above 0",
        },
        {
          name: "team",
          required: true,
          words: "Paying a team of two: looking at all reports together is worth more than paying each by its own.",
          inequality: "paired 95% CI of worth(all reports) − worth(own report) above 0",
        },
        {
          name: "pooled labels",
          required: true,
          words: "Labels from a pool: estimating what was looked at along with relevance makes a better ranker.",
          inequality: "paired 95% CI of NDCG@10(coupled estimation) − NDCG@10(unjudged as irrelevant) above 0",
        },
      ],
    },
    reported: [],
    where: "anywhere",
  },
  advice: [
    {
      method: "Mean of scores",
      when: "All tasks are measured in one unit, with errors of one size, and none is broken.",
      needs: "Scores.",
      cost: "$O(NT)$",
      part: "one unit",
    },
    {
      method: "Mean of z-scores",
      when: "Units differ, distributions do not: no outliers, no curved scales.",
      needs: "Scores, several systems a task.",
      cost: "$O(NT)$",
      part: "own units",
    },
    {
      method: "Borda",
      slug: "system-ranking",
      when: "Scales are arbitrary or a task may be broken; the usual choice for a leaderboard.",
      needs: "Ranks alone.",
      cost: "$O(TN\\log N)$",
      part: "outliers",
    },
    {
      method: "Kemeny",
      slug: "system-ranking",
      when: "The order must be defended vote by vote: no other contradicts fewer of them.",
      needs: "Ranks; some dozens of systems.",
      cost: "NP-hard; exact to the size shown on its page, with a bound beyond",
      part: "votes contradicted",
    },
    {
      method: "Borda on shared tasks",
      slug: "system-ranking",
      when: "Not every system was run on every task.",
      needs: "Some tasks in common for most pairs.",
      cost: "$O(TN^2)$",
      part: "holes",
    },
    {
      method: "Centred log-sigmoids of rewards",
      slug: "reward-combination",
      when: "Several rewards, and an answer must be good on every count.",
      needs: "Rewards as log-odds up to a constant; samples of the base policy for the reference.",
      cost: "$O(nk)$",
      part: "all at once",
    },
    {
      method: "Committee with floors",
      slug: "multiwinner-fairness",
      when: "Several are chosen, and a group may have been marked down.",
      needs: "Ballots, groups, and how many seats a group should have at least.",
      cost: "$O(nm)$; exact for additive scores",
      part: "marked down",
    },
    {
      method: "Verified search",
      slug: "verified-search",
      when: "Answers can be checked and good attempts are not very rare.",
      needs: "Attempts with scored outcomes.",
      cost: "$N$ samples a prompt and one score each",
      part: "answers",
    },
    {
      method: "Optimal payments",
      slug: "hiring-agents",
      when: "Agents gather evidence at a cost of their own, and nobody sees the effort.",
      needs: "What signals each effort would give, or past projects to learn it from.",
      cost: "One linear program, polynomial in the table of signals",
      part: "team",
    },
    {
      method: "Coupled estimation",
      slug: "pooling-bias",
      when: "A ranker is trained on labels of a pool that a search engine has chosen.",
      needs: "Features that tell how the pool was filled.",
      cost: "Twice the training of the ranker",
      part: "pooled labels",
    },
  ],
  claim: () => import("./claim.ts"),
});

export default guide;
