import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "fedau",
    title: "A Lightweight Method for Tackling Unknown Participation Statistics in Federated Averaging",
    authors: ["Shiqiang Wang", "Mingyue Ji"],
    year: 2023,
    venue: "ICLR 2024",
    arxiv: "2306.03401",
    field: "federated-learning",
    code: "https://github.com/IBM/fedau",
    listed: "2026-11-23",
    summary:
      "In federated averaging some clients are online far more often than others, and the model quietly drifts towards their data. Weighting each update by one over the client's participation rate would repair this, but nobody knows the rates. FedAU keeps the average number of rounds between a client's appearances, cut off at $K$, and uses it as the weight: a few numbers per client, no stored models, no knowledge of how clients come and go. Use it whenever availability is uneven and tied to the data. A client much rarer than once in $K$ rounds still counts too little, and memory-hungry methods that store every client's last update may be as accurate.",
    keywords: [
      "federated averaging",
      "client participation",
      "aggregation weights",
      "partial participation",
      "non-IID data",
      "bias correction",
      "online estimation",
    ],
    claim: {
      words:
        "Weighting updates by the running mean of participation intervals removes the bias of federated averaging under unknown participation, and beats averaging over participants or over all clients with a few numbers of memory per client.",
      parts: [
        {
          name: "accuracy",
          required: true,
          words: "Test accuracy exceeds the better of the two tuned averaging rules.",
          inequality:
            "paired 95% CI of acc(FedAU) − max(acc(average participating), acc(average all)) above 0, ≥ 5 seeds, each rule tuned",
        },
        {
          name: "memory",
          required: true,
          words: "The state is three numbers per client.",
          inequality: "memory(FedAU) ≤ 3N floats",
        },
        {
          name: "fixed point",
          required: true,
          words:
            "On two quadratics with rates 0.9 and 0.1, FedAU lands in the middle, where plain averaging lands at its biased closed form.",
          inequality: "|x(FedAU) − 0.5| ≤ 0.02",
        },
        {
          name: "heavier rivals",
          required: false,
          words: "FedVarp, MIFA and weighting by the true rates, for comparison.",
          inequality: "acc(FedAU) ≥ acc of FedVarp, MIFA, known rates",
        },
      ],
    },
    reported: [
      {
        part: "accuracy",
        what: "CIFAR-10 test accuracy, Bernoulli participation: FedAU, average participating, average all",
        value: "≈ 77%, ≈ 74%, ≈ 73%",
        where: "main results table (not confirmed)",
      },
      {
        part: "memory",
        what: "memory of FedVarp and MIFA, 250 clients",
        value: "250 times a model",
        where: "main results table (not confirmed)",
      },
      {
        part: "heavier rivals",
        what: "FedAU against FedVarp, MIFA and known rates on SVHN, CIFAR-10, CIFAR-100, CINIC-10",
        value: "on par or better",
        where: "main results table (not confirmed)",
      },
    ],
    tool: "Reads your participation log and returns the weight of every client over time, its estimated rate, and how unevenly plain averaging would count the clients.",
    where: "server",
  },
});
