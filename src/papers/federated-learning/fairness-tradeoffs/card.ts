import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "fairness-tradeoffs",
    title:
      "Demystifying Local and Global Fairness Trade-offs in Federated Learning Using Partial Information Decomposition",
    authors: ["Faisal Hamman", "Sanghamitra Dutta"],
    year: 2023,
    venue: "ICLR 2024",
    arxiv: "2307.11333",
    field: "federated-learning",
    code: "https://github.com/FaisalHamman/FairFL-PID",
    listed: "2026-11-23",
    summary:
      "A model trained across several sites can be unfair over the whole population, within each site, or both, and repairing one can leave or even create the other. The paper measures unfairness as information about the sensitive attribute in the predictions and splits it into three parts: one that shows both globally and locally, one that shows only globally, and one that shows only within sites. From the parts you read off which of the two notions can be met together, and a convex programme gives the highest accuracy that any model could have under chosen limits. Use it to audit a federated model, or to argue about which fairness target is reachable at all. The ceiling may peek at the true labels, so it is a bound and not a model, and small samples bias the estimates upwards.",
    keywords: [
      "fairness",
      "federated learning",
      "partial information decomposition",
      "mutual information",
      "statistical parity",
      "convex optimisation",
      "audit",
    ],
    claim: {
      words:
        "Global and local unfairness split exactly into unique, redundant and masked parts that decide whether one notion implies the other, and a convex programme bounds the accuracy reachable under limits on both.",
      parts: [
        {
          name: "identities",
          required: true,
          words: "The parts add up, none is negative, brute force agrees, and the three canonical examples come out.",
          inequality:
            "|Uni + Red − I_g| < 1e-6, |Uni + Syn − I_l| < 1e-6, every part > −1e-6, |Uni − brute force| < 1e-4 bits; canonical examples within 1e-6",
        },
        {
          name: "theorem probes",
          required: true,
          words:
            "Independent site and attribute: nothing redundant. Attribute acting through the site only: nothing unique or masked.",
          inequality: "Red < 1e-5 on 100 tables with Z ⟂ S; Uni, Syn < 1e-5 on 100 Markov tables Z–S–Ŷ",
        },
        {
          name: "trained models",
          required: true,
          words:
            "FedAvg on three ways of splitting the data shows mainly the unique, redundant and masked part in turn.",
          inequality: "expected part is the largest in ≥ 4 of 5 seeds per scenario and ≥ 60% of the sum",
          only: "full",
        },
        {
          name: "ceiling",
          required: true,
          words: "No trained model and no random rule beats the computed ceiling at its own disparities.",
          inequality: "acc(model) ≤ ceiling(I_g, I_l of the model) + 1e-6; 20 random rules never above the front",
        },
        {
          name: "shape",
          required: true,
          words:
            "Both limits cost the same when attribute and site are unrelated, and part clearly in the other two scenarios.",
          inequality:
            "scenario 1: acc(ε, ∞) = acc(∞, ε); scenario 2: acc(∞, 0) − acc(0, ∞) ≥ 0.1; scenario 3: acc(0, ∞) − acc(∞, 0) ≥ 0.1",
        },
      ],
    },
    reported: [
      {
        part: "trained models",
        what: "dominant part on ADULT with FedAvg: attribute even over clients, uneven, synergy split",
        value: "unique, redundant, masked",
        where: "experiment figures (bit values not confirmed)",
      },
      {
        part: "shape",
        what: "accuracy surface over global and local limits in the three scenarios",
        value: "limits agree in the first and part in the second and third",
        where: "experiment figures (values not confirmed)",
      },
    ],
    tool: "Audits your table of site, sensitive attribute, label and prediction: the three parts with intervals, parity per site, and the accuracy left on the table at the same fairness.",
    where: "anywhere",
  },
});
