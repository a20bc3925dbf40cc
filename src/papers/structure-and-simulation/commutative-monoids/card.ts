import { definePaper, type Paper } from "../../../kit/paper.ts";

const paper: Paper = definePaper({
  card: {
    slug: "commutative-monoids",
    title: "Learnable Commutative Monoids for Graph Neural Networks",
    authors: ["Euan Ong", "Petar Veličković"],
    year: 2022,
    venue: "LoG 2022",
    arxiv: "2212.08541",
    field: "structure-and-simulation",
    listed: "2026-11-23",
    summary:
      "A graph network has to melt any number of neighbour messages into one vector, and the usual sum, mean or max is a fixed choice that cannot express everything: a sum fitted on small bags does not learn parity for large ones. Recurrent nets can, but they read the neighbours one after another. This paper learns the two-argument operator itself: a GRU cell averaged over both orders of its arguments is commutative by construction, and a penalty nudges it towards associativity. Such an operator can be applied along a balanced binary tree, so a bag of n messages takes about log2 n dependent steps in place of n. Reach for it when the right aggregation is not a sum, or when bags at test time are much larger than in training.",
    keywords: [
      "graph neural networks",
      "sets",
      "aggregation",
      "commutative monoid",
      "GRU",
      "tree reduction",
      "extrapolation",
    ],
    claim: {
      words:
        "A learned commutative operator reduced along a tree generalises to bags far larger than those it was trained on where sum, mean, max and PNA fail, keeps up with a recurrent aggregator, and needs logarithmically many dependent steps.",
      parts: [
        {
          name: "extrapolation",
          required: true,
          words:
            "Trained on the parity of 2 to 8 bits and tested on 256, the learned operator beats every fixed aggregator by more than 20 points.",
          inequality:
            "95% CI of acc₂₅₆(LCM) − acc₂₅₆(f) above 0.20, paired by seed, for every f in sum, mean, max, PNA",
        },
        {
          name: "recurrent",
          required: true,
          words: "It loses no more than 5 points to the recurrent aggregator on the same bags.",
          inequality: "95% CI of acc₂₅₆(LCM) − acc₂₅₆(GRU) above −0.05, paired by seed",
        },
        {
          name: "depth",
          required: true,
          words:
            "A bag of 256 takes 8 dependent calls of the operator, and on an array library a bag of 4096 is reduced in at most a quarter of the recurrent aggregator's time.",
          inequality: "counted calls for 256 items = 8 and median time(LCM, 4096) ≤ ¼ median time(GRU, 4096)",
        },
        {
          name: "graph parity",
          required: true,
          only: "full",
          words:
            "The same on graphs: the parity of marked neighbours, learned on 20 to 40 nodes and tested on graphs of 160.",
          inequality:
            "95% CI of acc₁₆₀(LCM) − acc₁₆₀(f) above 0.20 for every f in sum, mean, max, PNA, and of acc₁₆₀(LCM) − acc₁₆₀(GRU) above −0.05",
        },
        {
          name: "plain loops",
          required: false,
          words:
            "The tree is also four times as fast where nothing runs in parallel and calls cost nothing: plain loops on one core.",
          inequality: "median time(LCM, 4096) ≤ ¼ median time(GRU, 4096) in plain loops",
        },
        {
          name: "associativity",
          required: false,
          only: "full",
          words: "The penalty makes the operator at least ten times as associative and costs no accuracy.",
          inequality: "defect(μ = 0.1) ≤ defect(μ = 0) / 10 and 95% CI of acc₂₅₆(μ = 0.1) − acc₂₅₆(μ = 0) above −0.05",
        },
      ],
    },
    reported: [
      {
        part: "recurrent",
        what: "accuracy against recurrent aggregators, synthetic and real graphs",
        value: "competitive",
        where: "abstract",
      },
      { part: "depth", what: "dependency length for V neighbours", value: "O(log V) against O(V)", where: "abstract" },
      {
        part: "plain loops",
        what: "gain in dependency length and parallelism",
        value: "exponential",
        where: "abstract",
      },
    ],
    tool: "Trains an aggregator on your bags of vectors or your graph and tells how it holds up on sizes it has not seen.",
    where: "anywhere",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});

export default paper;
