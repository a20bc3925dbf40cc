import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "gossip-variance",
    title: "Vanishing Variance Problem in Fully Decentralized Neural-Network Systems",
    authors: ["Yongding Tian", "Zaid Al-Ars", "Maksim Kitsak", "Peter Hofstee"],
    year: 2024,
    arxiv: "2404.04616",
    field: "federated-learning",
    listed: "2026-11-23",
    summary:
      "When peers without a server average models that began from different random weights, the average has much smaller weights than any of them, signals fade from layer to layer, and training sits still for a long time. The cure is one line after each averaging: stretch every layer back until its variance matches the mean variance of the models that went in. Learning by gossip then gets going about as fast as with a server. Use it for peer-to-peer training, or whenever you average networks that were initialised apart. If the peers can agree on one initial model, that alone avoids the problem and is simpler.",
    keywords: [
      "gossip learning",
      "decentralised training",
      "model averaging",
      "weight variance",
      "Xavier initialisation",
      "peer-to-peer",
      "federated learning",
    ],
    claim: {
      words:
        "Averaging independently initialised models shrinks their weight variance and stalls training; rescaling each layer after averaging removes the plateau and matches the pace of federated learning.",
      parts: [
        {
          name: "plateau removed",
          required: true,
          words:
            "The corrected average reaches 80% accuracy in at most half the rounds of the plain one, on even and uneven data.",
          inequality: "T80(corrected) ≤ 0.5·T80(plain mean) in every seed and data regime",
        },
        {
          name: "pace of federated learning",
          required: true,
          words: "It needs at most half as many rounds again as federated averaging from a common start.",
          inequality: "median T80(corrected) ≤ 1.5·T80(federated, common init) in both data regimes",
        },
        {
          name: "variance law",
          required: true,
          words: "The variance after the first exchange is the one predicted for independent models.",
          inequality: "|measured variance / predicted variance (ρ = 0) − 1| ≤ 0.1",
        },
        {
          name: "simpler cures",
          required: false,
          words: "Against gossip from a common initial model and against exchanging random parts of the model.",
          inequality: "T80(corrected) ≤ 1.25·T80(common-init gossip) and ≤ 1.25·T80(sampled gossip)",
        },
      ],
    },
    reported: [
      {
        part: "plateau removed",
        what: "convergence against existing gossip methods in large networks, MNIST and CIFAR simulations",
        value: "up to 6 times faster",
        where: "experiments (not confirmed)",
      },
      {
        part: "pace of federated learning",
        what: "corrected gossip against federated learning, IID and non-IID",
        value: "matches it",
        where: "experiments (not confirmed)",
      },
    ],
    tool: "Merges your safetensors checkpoints of one architecture with corrected layer variance, and reports variance, correction factor and implied correlation per layer.",
    where: "server",
  },
});
