import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "partitive-partitioning",
    title: "Probabilistic Partitive Partitioning (PPP)",
    authors: ["Mujahid Sultan"],
    year: 2020,
    arxiv: "2003.04372",
    field: "representation-learning",
    listed: "2026-11-23",
    summary:
      "k-means is quick, but its answer depends on a lucky start and it must be told how many clusters there are. PPP lets k-means suggest a split and asks a Gaussian mixture, started from that very split, whether it agrees; a split stands if the mixture assigns nearly every row to the same side without hesitating, and the parts are split further. You get the same clusters on every run, a number of clusters you did not have to choose, and the name of the part of the data that stands out most. It suits the first hour with a numeric table that has no labels. Only the abstract was available to us: the thresholds and the merging of needless cuts are our reconstruction. When you do know the number of clusters, k-means with ten starts is just as repeatable.",
    keywords: ["clustering", "k-means", "Gaussian mixture", "model selection", "number of clusters", "repeatability"],
    claim: {
      words:
        "Partitions proposed by k-means and confirmed by a Gaussian mixture do not depend on the start and find the number of clusters, without losing accuracy against choosing a mixture by BIC.",
      parts: [
        {
          name: "repeatable",
          required: true,
          words: "Runs with different seeds agree with one another more than single-start k-means that knows K.",
          inequality:
            "paired 95% CI of repeatability(PPP) − repeatability(1-start k-means, true K) above 0 and repeatability(PPP) ≥ 0.98, repeatability = mean pairwise ARI between seeds",
        },
        {
          name: "accurate",
          required: true,
          words: "Agreement with the true clusters is that of the mixture chosen by BIC.",
          inequality: "lower end of the 95% CI of ARI(PPP) − ARI(GMM + BIC) ≥ −0.02",
        },
        {
          name: "no clusters in noise",
          required: true,
          words: "On uniform noise it finds one cluster, or two.",
          inequality: "share of uniform-noise sets with K ≤ 2 is ≥ 0.8",
          only: "full",
        },
      ],
    },
    reported: [
      {
        part: "repeatable",
        what: "dependence on the start",
        value:
          "clusters are insensitive to initial conditions, compact, and K is found automatically; no numbers known to us",
        where: "abstract",
      },
    ],
    tool: "Clusters your numeric table without asking for a number of clusters, with a membership probability per row and the reason why each split was accepted or not.",
    where: "server",
  },
});
