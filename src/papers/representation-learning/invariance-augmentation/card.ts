import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "invariance-augmentation",
    title: "Automatic Data Augmentation via Invariance-Constrained Learning",
    authors: ["Ignacio Hounie", "Luiz F. O. Chamon", "Alejandro Ribeiro"],
    year: 2022,
    venue: "ICML 2023",
    arxiv: "2209.15031",
    field: "representation-learning",
    code: "https://github.com/ihounie/daug",
    listed: "2026-11-23",
    summary:
      "Turning, flipping or recolouring training images helps when the label really does not care and hurts when it does, and searching for the right policy is costly. Here augmentation is a constraint: train on the clean data, while the loss on harder-than-average transformed copies must stay under a limit. A multiplier turns augmentation up while the limit is broken and lets it fade once it is met, and a two-step random chain picks the harder copies without gradients. One run replaces a policy search, and the multipliers tell which symmetries your data resist. Use it when you do not know which transformations fit; the limit itself must be chosen, and one that cannot be reached makes the multiplier grow for ever.",
    keywords: [
      "data augmentation",
      "invariance",
      "constrained learning",
      "primal–dual",
      "Metropolis–Hastings",
      "TrivialAugment",
      "symmetry",
    ],
    claim: {
      words:
        "One constrained run adapts the amount of augmentation to the data: it matches or beats fixed augmentation both where the transformations are right and where they are wrong, without a policy search.",
      parts: [
        {
          name: "both worlds",
          required: true,
          words: "On upright and on randomly rotated digits it is no worse than TrivialAugment, and better on average.",
          inequality:
            "mean acc(constrained) ≥ mean acc(TrivialAugment) in each world; paired CI of the average difference over both above 0",
        },
        {
          name: "never far behind",
          required: true,
          words: "In each world it stays within half a point of the best of no, full and half augmentation.",
          inequality: "acc(constrained) ≥ max(acc(none), acc(TrivialAugment), acc(half)) − 0.005 in each world",
        },
        {
          name: "symmetries",
          required: false,
          words: "The multiplier of rotation is larger where rotation is wrong.",
          inequality: "γ_rotate(upright) > γ_rotate(rotated)",
        },
      ],
    },
    reported: [
      {
        part: "both worlds",
        what: "accuracy on CIFAR-10/100 against TrivialAugment, RandAugment, AutoAugment and DeepAA",
        value: "matches or beats them without a policy search",
        where: "result tables (values not confirmed)",
      },
      {
        what: "CIFAR-10 and CIFAR-100 accuracy, WRN-28-10",
        value: "around 97.5 and 84 to 85",
        where: "result tables (not confirmed)",
      },
      {
        part: "symmetries",
        what: "multipliers on synthetically transformed MNIST",
        value: "reveal the symmetries",
        where: "MNIST experiment (not confirmed)",
      },
    ],
    tool: "Trains on your images or series with constrained augmentation, compares with none and uniform augmentation, and says in plain words which transformations your labels tolerate.",
    where: "server",
  },
});
