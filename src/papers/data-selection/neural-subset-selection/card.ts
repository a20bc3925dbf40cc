import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "neural-subset-selection",
    title: "Enhancing Neural Subset Selection: Integrating Background Information into Set Representations",
    authors: [
      "Binghui Xie",
      "Yatao Bian",
      "Kaiwen Zhou",
      "Yongqiang Chen",
      "Peilin Zhao",
      "Bo Han",
      "Wei Meng",
      "James Cheng",
    ],
    year: 2024,
    venue: "ICLR 2024",
    arxiv: "2402.03139",
    field: "data-selection",
    code: "https://github.com/XieBinghui/INSET",
    listed: "2026-11-23",
    summary:
      "From examples of collections and the items somebody picked out of them, the task is to learn to pick from a new collection. Earlier models judge a candidate selection by itself, although what makes a good pick often depends on what was left behind: an odd one out is odd only next to the rest. INSET adds one pooled summary of the whole collection to the representation of the selection, and leaves the rest of the model and its training alone. The order of the items still does not matter, and collections may have any size. Where the choice does not depend on the others nothing is gained, and a base model whose starting probabilities are tuned with care may already see the collection through its own random samples.",
    keywords: [
      "subset selection",
      "set functions",
      "permutation invariance",
      "Deep Sets",
      "mean-field inference",
      "energy-based model",
      "anomaly detection",
    ],
    claim: {
      words:
        "When the right subset depends on the whole collection, a model that also encodes the collection finds it better than one that encodes the subset alone.",
      parts: [
        {
          name: "paper configuration",
          required: true,
          words:
            "On picking the three odd digits out of twelve, both models starting from a network's proposal as in the paper and equal in parameters, INSET agrees more with the truth (mean Jaccard coefficient, MJC).",
          inequality: "mean MJC(INSET) − mean MJC(EquiVSet) > 0.02 and its paired 95% CI above 0",
        },
        {
          name: "tuned rivals",
          required: true,
          words:
            "With settings tuned alike on validation sets, INSET is not worse than the base, nor than an equivariant set network; if only the first part holds, the gain disappears against a tuned base. Tuned at the quick scale are the starting probability ψ⁽⁰⁾ ∈ {|S|/|V|, 0.5} and the depth of the set network, at K = 1 and one learning rate, 0.008, for all; the full scale also tunes K ∈ {1, 3} and the learning rate ∈ {0.004, 0.008}, and shows a Set Transformer with the same choices of rate, which is too dear for the quick one.",
          inequality:
            "paired 95% CI of MJC(INSET) − MJC(rival) above −0.01 for rival ∈ {EquiVSet-DiffMF, Deep Sets}, all tuned",
        },
        {
          name: "control without context",
          required: false,
          words: "Where the subset is fixed by an absolute score, knowing the collection makes no difference.",
          inequality: "paired 95% CI of MJC(INSET) − MJC(EquiVSet) contains 0",
          only: "full",
        },
        {
          name: "Gaussian mixture",
          required: false,
          words: "Ten points of the minority centre among a hundred.",
          inequality: "no threshold; MJC of all models",
          only: "full",
        },
        {
          name: "theorem",
          required: false,
          words:
            "How many of two reals are in the upper half of their set of six, whose common shift is random, the two alone cannot reveal: a function of the subset explains nothing, and a function of subset and collection explains most. The reals lie around two levels, 2 apart with a spread of 0.3, since networks of this size learn the upper half of normally distributed ones only in part in the time there is: R² was 0.60 to 0.65.",
          inequality: "R² of F(S; V) > 0.8 on fresh data, with R² of F(S), 0 in expectation, beside it",
        },
      ],
    },
    reported: [
      {
        part: "paper configuration",
        what: "MJC on Amazon gear, EquiVSet → INSET",
        value: ".70 → .808",
        where: "Tables 1–3 (not confirmed)",
      },
      {
        part: "paper configuration",
        what: "MJC on Amazon health, EquiVSet → INSET",
        value: ".70 → .812",
        where: "Tables 1–3 (not confirmed)",
      },
      {
        part: "paper configuration",
        what: "MJC on CelebA anomaly detection, EquiVSet → INSET",
        value: ".549 → .580",
        where: "Tables 1–3 (not confirmed)",
      },
      {
        part: "paper configuration",
        what: "MJC on PDBBind, EquiVSet → INSET",
        value: ".924 → .935",
        where: "Tables 1–3 (not confirmed)",
      },
    ],
    tool: "Learns from your example collections and their chosen items to pick the best items of new collections, with a probability for each.",
    where: "server",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});
