import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "pointer-networks",
    title: "Pointer Networks",
    authors: ["Oriol Vinyals", "Meire Fortunato", "Navdeep Jaitly"],
    year: 2015,
    venue: "NeurIPS 2015",
    arxiv: "1506.03134",
    field: "sequence-models",
    listed: "2026-11-23",
    summary:
      "Some answers are lists of places in the question: the corners of a hull, the stops of a tour, the order after sorting. A decoder with a fixed list of outputs cannot give them, since every input length needs another list. A pointer network takes the attention weights over the input as its output distribution, so that every step points at one element or at stop. The same weights then serve any length, including lengths never trained on. Use it for tasks that select or reorder their input; accuracy falls as inputs grow far beyond those of training, and exact geometry, where there is any, stays better.",
    keywords: [
      "pointer network",
      "attention",
      "sequence to sequence",
      "convex hull",
      "travelling salesman",
      "combinatorial optimisation",
      "LSTM",
    ],
    claim: {
      words:
        "Pointing at the input solves convex hulls far better than a sequence-to-sequence network with attention and a fixed output list, and carries over to more points than in training.",
      parts: [
        {
          name: "pointing beats a fixed output",
          required: true,
          words: "Mean accuracy over seeds, both trained on the same data and steps with tuned learning rates.",
          inequality:
            "acc(Ptr-Net, n = 8) ≥ acc(attention seq2seq, n = 8) + 0.20 (quick: points sorted by x, at n = 5)",
        },
        {
          name: "unseen length",
          required: true,
          words: "On more points than ever trained, valid hulls cover nearly all of the true area.",
          inequality: "mean area ratio of valid outputs at n = 12 ≥ 0.90 (quick: at n = 8)",
        },
        {
          name: "scrambled control",
          required: false,
          words: "Trained on randomly permuted targets, the network must fail.",
          inequality: "no threshold; accuracy with scrambled targets, expected near 0",
          only: "full",
        },
        {
          name: "tours",
          required: false,
          words: "Tours of 5 to 8 cities with visited cities masked, against nearest neighbour and 2-opt.",
          inequality: "no threshold; length divided by the optimal length",
          only: "full",
        },
      ],
    },
    reported: [
      {
        part: "pointing beats a fixed output",
        what: "convex hull at n = 50, accuracy / area: LSTM with attention",
        value: "38.9% / 99.7%",
        where: "Table 1 (not confirmed)",
      },
      {
        part: "pointing beats a fixed output",
        what: "convex hull at n = 50, accuracy / area: Ptr-Net",
        value: "72.6% / 99.9%",
        where: "Table 1 (not confirmed)",
      },
      {
        part: "unseen length",
        what: "convex hull trained on n = 5–50, tested on n = 100, accuracy / area: Ptr-Net",
        value: "50.3% / 99.9%",
        where: "Table 1 (not confirmed)",
      },
      {
        part: "unseen length",
        what: "convex hull trained on n = 5–50, tested on n = 500, accuracy / area: Ptr-Net",
        value: "1.3% / 99.2%",
        where: "Table 1 (not confirmed)",
      },
      {
        part: "tours",
        what: "TSP tour length at n = 10, optimal / Ptr-Net",
        value: "2.87 / 2.88",
        where: "TSP results table (not confirmed)",
      },
    ],
    tool: "Trains a pointer network on your select-or-reorder examples and predicts new ones, or computes hulls and tours of your points beside the exact answers.",
    where: "anywhere",
  },
});
