import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "flag-aggregator",
    title:
      "Flag Aggregator: Scalable Distributed Training under Failures and Augmented Losses using Convex Optimization",
    authors: ["Hamidreza Almasi", "Harsh Mishra", "Balajee Vamanan", "Sathya N. Ravi"],
    year: 2023,
    venue: "ICLR 2024",
    arxiv: "2302.05865",
    field: "federated-learning",
    code: "https://github.com/hamidralmasi/FlagAggregator",
    listed: "2026-11-23",
    summary:
      "In distributed training a few broken or hostile workers can ruin the averaged gradient, and most robust rules must be told how many to expect. Flag Aggregator looks for a low-dimensional subspace that explains as many workers' directions as possible, counting large misfits only mildly, and updates with the workers projected onto it. A few reweighted eigenproblems of the size of the worker count suffice, whatever the size of the model. Use it when the number of faulty workers is unknown or may change. With a roomy subspace an attacker can occupy a dimension of its own, so much of the protection may come simply from giving all gradients length one, and rules told the true count can be better.",
    keywords: [
      "Byzantine robustness",
      "gradient aggregation",
      "distributed training",
      "flag median",
      "robust PCA",
      "iteratively reweighted least squares",
      "subspace",
    ],
    claim: {
      words:
        "Projecting worker gradients onto a robustly fitted subspace keeps training accurate with faulty workers, without being told how many there are.",
      parts: [
        {
          name: "tolerance",
          required: true,
          words:
            "With three random workers out of 15, correctly declared, it beats median, trimmed mean, Bulyan and the mean.",
          inequality:
            "acc(flag) − acc(b) ≥ 0.005 with paired 95% CI above 0 for b ∈ {median, trimmed mean, Bulyan}; acc(flag) − acc(mean) ≥ 0.3",
        },
        {
          name: "beats all",
          required: false,
          words: "The same against the best of all rules, Multi-Krum and MeaMed included.",
          inequality: "acc(flag) − max acc(all rules) ≥ 0.005 with paired 95% CI above 0",
        },
        {
          name: "unknown count",
          required: true,
          words: "With five faulty workers and rules told one, it still trains where they fail.",
          inequality: "acc(flag) ≥ 0.85 and acc(flag) − max(acc of rules that need the count, acc(median)) ≥ 0.2",
        },
        {
          name: "source of the gain",
          required: false,
          words: "How much is left over simply averaging gradients of length one.",
          inequality: "95% CI of acc(flag) − acc(normalised mean) above 0",
        },
        {
          name: "subspace recovery",
          required: true,
          words:
            "With three coherent outliers among 15 vectors it finds the plane of the other twelve better than PCA.",
          inequality: "median principal angle(flag, m = 2) ≤ 0.5 × that of PCA, 40 seeds",
        },
      ],
    },
    reported: [
      {
        part: "tolerance",
        what: "accuracy with 15 workers and up to 3 random ones, CIFAR-10 and Tiny-ImageNet ResNets",
        value: "above Bulyan, Multi-Krum, median, trimmed mean, Phocas and MeaMed",
        where: "tolerance figure (values not confirmed)",
      },
      {
        what: "number of workers it was scaled to",
        value: "60",
        where: "scalability figure (not confirmed)",
      },
    ],
    tool: "Aggregates your gradient or weight-change vectors into one robust update and rates every worker, so that suspicious ones stand out.",
    where: "server",
  },
});
