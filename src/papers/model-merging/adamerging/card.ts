import { definePaper } from "../../../kit/paper.ts";

export default definePaper({
  card: {
    slug: "adamerging",
    title: "AdaMerging: Adaptive Model Merging for Multi-Task Learning",
    authors: ["Enneng Yang", "Zhenyi Wang", "Li Shen", "Shiwei Liu", "Guibing Guo", "Xingwei Wang", "Dacheng Tao"],
    year: 2023,
    venue: "ICLR 2024",
    arxiv: "2310.02575",
    field: "model-merging",
    code: "https://github.com/EnnengYang/AdaMerging",
    listed: "2026-11-23",
    summary:
      "Several models fine-tuned from one ancestor can be merged by adding up their weight changes, but a single hand-picked scale lets the tasks disturb each other. AdaMerging learns the scales instead, one per task or one per task and layer, by making the merged model confident (low prediction entropy) on unlabelled inputs of all tasks. Only a handful of numbers is trained, no training data and no labels are needed, and every expert keeps its own frozen head. Use it when the experts differ in quality or in how far they moved, and you have some unlabelled inputs of each task. Low entropy is only a stand-in for accuracy: with logits that are not normalised the merge can grow confident and wrong.",
    keywords: [
      "task arithmetic",
      "task vectors",
      "test-time adaptation",
      "entropy minimisation",
      "multi-task learning",
      "TIES-merging",
      "merging coefficients",
    ],
    claim: {
      words:
        "Merging coefficients learnt from unlabelled inputs by entropy minimisation, one per task and layer, give a more accurate multi-task model than task arithmetic, even when its single scale was tuned on labels.",
      parts: [
        {
          name: "uneven experts",
          required: true,
          words:
            "With one expert's task vector blown up threefold, layer-wise coefficients beat the label-tuned and the usual fixed scale and are no worse than task-wise ones.",
          inequality:
            "paired 95% CIs: acc(layer-wise) − acc(label-tuned scale) above 0.005, and above 0 in ≥ 80% of seeds; acc(layer-wise) − acc(scale 0.3) above 0.01; acc(layer-wise) − acc(task-wise) above −0.005",
        },
        {
          name: "even experts",
          required: true,
          words: "With experts of equal strength, learning the coefficients costs next to nothing.",
          inequality: "paired 95% CI of acc(layer-wise) − acc(scale 0.3) above −0.01",
          only: "full",
        },
        {
          name: "collapse",
          required: false,
          words:
            "The method's known weakness: with logits that are not normalised, entropy goes down and accuracy goes down with it.",
          inequality: "paired 95% CIs: entropy(start) − entropy(end) above 0 and acc(start) − acc(end) above 0",
          only: "full",
        },
      ],
    },
    reported: [
      {
        part: "uneven experts",
        what: "average accuracy on eight vision tasks, ViT-B/32, layer-wise AdaMerging",
        value: "80.1",
        where: "main results table; released logs at step 500: 80.18",
      },
      {
        part: "uneven experts",
        what: "average accuracy on eight vision tasks, ViT-B/32, layer-wise AdaMerging++",
        value: "81.1",
        where: "main results table; released logs at step 500: 81.15",
      },
      {
        part: "uneven experts",
        what: "average accuracy on eight vision tasks, ViT-B/32, task-wise AdaMerging",
        value: "71.1",
        where: "main results table; released logs at step 500: 71.09",
      },
      {
        part: "uneven experts",
        what: "average accuracy on eight vision tasks, ViT-B/32, task arithmetic",
        value: "69.1",
        where: "main results table (not confirmed)",
      },
      {
        what: "average accuracy on eight vision tasks, ViT-B/32, TIES-merging",
        value: "72.4",
        where: "main results table (not confirmed)",
      },
      {
        what: "average accuracy on eight vision tasks, ViT-B/32, one fine-tuned model per task",
        value: "90.5",
        where: "main results table (not confirmed)",
      },
      {
        what: "Spearman correlation of entropy and supervised loss over samples",
        value: "about 0.87",
        where: "analysis of entropy against loss (not confirmed)",
      },
    ],
    tool: "Merges your fine-tuned safetensors checkpoints with coefficients learnt from one unlabelled CSV per task, and gives back the merged model, the coefficient table and the entropy curve. A second tool adds task vectors with coefficients you give, on files of any size.",
    where: "server",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});
