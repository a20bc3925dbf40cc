import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "rich-representations",
    title: "Learning useful representations for shifting tasks and distributions",
    authors: ["Jianyu Zhang", "Léon Bottou"],
    year: 2022,
    venue: "ICML 2023",
    arxiv: "2212.07346",
    field: "model-merging",
    code: "https://github.com/TjuJianyu/RRL",
    listed: "2026-11-23",
    summary:
      "A network stops collecting features as soon as those it has explain the training labels; others that would have served as well, and would have been needed on the next task, are left behind. Train the same network several times from different seeds, put their last-layer features side by side, and each copy brings a somewhat different choice. On the training distribution this changes next to nothing, but a linear classifier for a new task on these features does clearly better than on one network of the same total width. Use it before you know the tasks to come; the copies can also be distilled into one network of the original size. It costs several trainings, and fine-tuning all copies jointly brings the same starvation back.",
    keywords: [
      "transfer learning",
      "representation learning",
      "linear probing",
      "distribution shift",
      "ensembles",
      "feature concatenation",
      "distillation",
    ],
    claim: {
      words:
        "Concatenated features of identically trained networks transfer to new tasks better than one network of equal size, with almost the same accuracy on the source.",
      parts: [
        {
          name: "transfer",
          required: true,
          words: "Probing five concatenated networks beats the wide network and the five trained as one.",
          inequality:
            "mean target acc(CAT₅) − mean target acc(max(wide, joint-parallel)) ≥ 0.02, positive in ≥ 80% of seeds",
        },
        {
          name: "same source accuracy",
          required: true,
          words: "On the source task nobody would notice the difference.",
          inequality: "|source acc(CAT₅) − source acc(wide)| ≤ 0.01",
        },
        {
          name: "more copies",
          required: true,
          words: "Accuracy does not fall as copies are added.",
          inequality: "target acc(CATₙ) nondecreasing over n ∈ {1, 2, 5}, tolerance 0.01",
        },
        {
          name: "two-stage fine-tuning",
          required: false,
          words: "Fine-tuning the copies apart and then a common classifier beats fine-tuning all at once.",
          inequality: "paired 95% CI of target acc(two-stage) − target acc(joint fine-tuning) above 0",
        },
        {
          name: "distillation",
          required: false,
          words: "One student of all copies lies between a single network and the concatenation.",
          inequality: "target acc(single) ≤ target acc(DISTILL₅) ≤ target acc(CAT₅)",
        },
        {
          name: "hindsight",
          required: false,
          words:
            "The same with learning rate and weight decay of all networks chosen by their accuracy on other target tasks, which nobody knows in advance.",
          inequality:
            "mean target acc(CAT₅) − mean target acc(max(wide, joint-parallel)) ≥ 0.02, positive in ≥ 80% of seeds",
          only: "full",
        },
        {
          name: "digits",
          required: false,
          words:
            "Networks trained to tell five pairs of digits apart, probed for all ten digits: again the concatenation beats single episodes of equal width.",
          inequality: "paired 95% CI of target acc(CAT₅) − target acc(max(wide, joint-parallel)) above 0",
          only: "full",
        },
      ],
    },
    reported: [
      {
        part: "transfer",
        what: "ImageNet ResNet-50 features probed on CIFAR-10, CIFAR-100 and iNaturalist",
        value: "CATₙ above networks of equal size by clear margins",
        where: "Figure 1 of the official README (curves only)",
      },
      {
        part: "same source accuracy",
        what: "accuracy on the training distribution",
        value: "almost the same",
        where: "Figure 1 of the official README (curves only)",
      },
    ],
    tool: "Trains several networks on your source table, or takes features you exported, and shows how well single, wide, concatenated and distilled features carry over to your target table.",
    where: "server",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});
