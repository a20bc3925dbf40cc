import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "sequence-match",
    title: "SequenceMatch: Imitation Learning for Autoregressive Sequence Modelling with Backtracking",
    authors: ["Chris Cundy", "Stefano Ermon"],
    year: 2023,
    venue: "ICLR 2024",
    arxiv: "2306.05426",
    field: "sequence-models",
    listed: "2026-11-23",
    summary:
      "A model trained only to guess the next token of good text has never seen its own mistakes, so one wrong token leads to the next. SequenceMatch treats writing as imitation: the sequences that the model passes through should resemble those of the data, measured on its own attempts as well, without a second adversarial network. It also gives the model a backspace key and shows it how to use it. It pays in arithmetic or code, where one slip spoils the result but is easy to notice right after. At small scale, training on inserted errors followed by a backspace may bring most of the gain by itself, so that is the comparison to watch.",
    keywords: [
      "sequence generation",
      "imitation learning",
      "backspace",
      "exposure bias",
      "occupancy matching",
      "language model",
      "chi-squared divergence",
    ],
    claim: {
      words:
        "Matching occupancies with a backspace action stops errors from compounding, and the divergence helps beyond what the backspace data alone bring.",
      parts: [
        {
          name: "backtracking stops compounding",
          required: true,
          words:
            "With tokens randomly corrupted during generation, and from a corrupted prefix, it ends in valid sequences far more often than maximum likelihood (MLE).",
          inequality:
            "in every seed: perturbed validity(SequenceMatch) ≥ perturbed validity(MLE) + 0.15 and recovery(SequenceMatch) ≥ recovery(MLE) + 0.5",
        },
        {
          name: "divergence helps",
          required: true,
          words:
            "It beats plain training on the same backspace data; if only the first part holds, the backspace data explain the gain and the claim is inconclusive.",
          inequality:
            "perturbed validity(SequenceMatch) − perturbed validity(backspace cloning) ≥ 0.01 and its paired 95% CI above 0",
        },
        {
          name: "free generation",
          required: true,
          words: "Undisturbed generation does not suffer.",
          inequality: "free validity(SequenceMatch) ≥ free validity(MLE) − 0.01",
        },
        {
          name: "exact occupancies",
          required: false,
          words: "In a tiny world where everything can be enumerated, the divergence from the data's occupancy.",
          inequality: "no threshold; χ²-mixture divergence of SequenceMatch and of MLE",
        },
      ],
    },
    reported: [
      {
        part: "divergence helps",
        what: "MAUVE of fine-tuned language models, SequenceMatch against MLE",
        value: "higher than MLE (≈ 0.91 against ≈ 0.85)",
        where: "text generation table (not confirmed)",
      },
      {
        part: "backtracking stops compounding",
        what: "arithmetic generation",
        value: "more accurate than MLE",
        where: "arithmetic experiment (not confirmed)",
      },
    ],
    tool: "Trains three small models on your token sequences, plain, with backspace data and with SequenceMatch, and compares how often they stay valid and recover.",
    where: "anywhere",
  },
});
