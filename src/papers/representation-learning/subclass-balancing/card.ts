import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "subclass-balancing",
    title: "Subclass-balancing Contrastive Learning for Long-tailed Recognition",
    authors: ["Chengkai Hou", "Jieyu Zhang", "Haonan Wang", "Tianyi Zhou"],
    year: 2023,
    venue: "ICCV 2023",
    arxiv: "2306.15925",
    field: "representation-learning",
    code: "https://github.com/JackHck/SBCL",
    listed: "2026-11-23",
    summary:
      "A few labels have thousands of examples and most have a handful; giving every label equal weight makes each rare example shout and treats a big, varied class as one lump. SBCL cuts big classes into clusters about the size of a small class, renews the clusters while it trains, and learns features that hold cluster mates closely together and class mates loosely. Examples and groups are then balanced at once, and a balanced classifier is fitted on the finished features. Use it when your frequent classes hide several kinds of things; the clusters are worth reading in their own right. With small data the overall gain may drown in noise, and clusters that are too small harm.",
    keywords: [
      "long-tailed recognition",
      "class imbalance",
      "contrastive learning",
      "subclasses",
      "balanced k-means",
      "supervised contrastive",
    ],
    claim: {
      words:
        "Balancing over subclasses of the frequent classes gives better features for long-tailed data than class-level contrastive learning, above all on the rare classes.",
      parts: [
        {
          name: "balanced accuracy",
          required: true,
          words:
            "On coarse classes with hidden fine ones it is ahead of supervised contrastive learning (SCL) and of its k-positive version (KCL); inconclusive when the interval straddles zero.",
          inequality:
            "5 or more paired seeds: mean of acc(SBCL) − max(acc(SCL), acc(KCL)) > 0 and lower end of its 95% CI > −0.2 points (quick: against SCL)",
        },
        {
          name: "rare classes",
          required: true,
          words: "On the three rarest classes it is no worse than SCL.",
          inequality: "mean acc over the three tail classes: SBCL ≥ SCL",
        },
        {
          name: "controls",
          required: false,
          words: "Random subclasses of the same sizes, plain k-means, and cross-entropy with a balanced classifier.",
          inequality: "no threshold; balanced accuracy of each, random subclasses expected below clustered ones",
          only: "full",
        },
      ],
    },
    reported: [
      {
        part: "balanced accuracy",
        what: "CIFAR-100-LT, imbalance 100, accuracy: SBCL / TSC / KCL",
        value: "44.9 / 43.8 / 42.8",
        where: "main results table (not confirmed)",
      },
      {
        part: "balanced accuracy",
        what: "CIFAR-100-LT, imbalance 50, accuracy: SBCL / TSC / KCL",
        value: "48.7 / 47.4 / 46.3",
        where: "main results table (not confirmed)",
      },
      {
        part: "balanced accuracy",
        what: "ImageNet-LT, accuracy: SBCL / TSC",
        value: "≈ 53.4 / 52.4",
        where: "main results table (not confirmed)",
      },
    ],
    tool: "Learns features for your imbalanced table, shows accuracy on frequent and rare labels, and lists the subclasses it found in each frequent label.",
    where: "server",
  },
});
