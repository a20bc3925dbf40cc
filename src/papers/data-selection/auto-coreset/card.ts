import { definePaper, type Paper } from "../../../kit/paper.ts";

const paper: Paper = definePaper({
  card: {
    slug: "auto-coreset",
    title: "AutoCoreset: An Automatic Practical Coreset Construction Framework",
    authors: ["Alaa Maalouf", "Murad Tukan", "Vladimir Braverman", "Daniela Rus"],
    year: 2023,
    venue: "ICML 2023",
    arxiv: "2305.11980",
    field: "data-selection",
    code: "https://github.com/alaamaalouf/AutoCoreset",
    listed: "2026-11-23",
    summary:
      "A coreset is a small weighted part of the data on which training ends up almost where full training would. Usually every loss function needs its own sampling theory. AutoCoreset asks only for the loss of each point and a solver: it describes a point by its losses under a few fitted models, picks weighted points that preserve the sum of these descriptions, fits on them, adds the new model's losses as one more column, and repeats while the full loss improves. Use it to shrink a training set that you will fit many times and for which no theory is at hand. It evaluates the full loss every round and keeps the best subset seen, so a fair rival must be allowed as many tries; and the guarantee reaches only as far as the models it visited.",
    keywords: [
      "coreset",
      "data summarisation",
      "importance sampling",
      "Carathéodory",
      "logistic regression",
      "k-means",
      "subset selection",
    ],
    claim: {
      words:
        "Without any loss-specific analysis, the subset lies closer to the full-data optimum than uniform sampling of the same size, and is on par with or better than coresets made for the problem.",
      parts: [
        {
          name: "beats uniform",
          required: true,
          words: "At every size the excess loss is below that of a uniform sample of the same size.",
          inequality:
            "for each of the sizes 50, 100, 200: paired 95% CI of mean log ε(AutoCoreset) − log ε(uniform) below 0, with ε = F(θ_coreset)/F(θ*) − 1",
        },
        {
          name: "beats fair rivals",
          required: true,
          words:
            "For most sizes the excess loss is below that of the best rival: uniform, stratified, best of as many stratified draws as AutoCoreset had full-loss evaluations, and sampling made for the problem, once and best of as many.",
          inequality:
            "for at least two of the sizes 50, 100, 200: paired 95% CI of mean log ε(AutoCoreset) − log ε(best rival) below 0, the rival of least mean log ε at that size",
        },
        {
          name: "digits, logistic",
          required: true,
          only: "full",
          words: "The same on images of a 3 or an 8, for logistic regression.",
          inequality:
            "for at least two of the sizes: paired 95% CI of mean log ε(AutoCoreset) − log ε(best rival) below 0",
        },
        {
          name: "digits, SVM",
          required: true,
          only: "full",
          words: "The same on images of a 3 or an 8, for a linear support vector machine.",
          inequality:
            "for at least two of the sizes: paired 95% CI of mean log ε(AutoCoreset) − log ε(best rival) below 0",
        },
        {
          name: "digits, least squares",
          required: true,
          only: "full",
          words: "The same on images of a 3 or an 8, for least squares on the labels.",
          inequality:
            "for at least two of the sizes: paired 95% CI of mean log ε(AutoCoreset) − log ε(best rival) below 0",
        },
        {
          name: "digits, k-means",
          required: true,
          only: "full",
          words: "The same on images of a 3 or an 8, for k-means with ten centres.",
          inequality:
            "for at least two of the sizes: paired 95% CI of mean log ε(AutoCoreset) − log ε(best rival) below 0",
        },
      ],
    },
    reported: [
      {
        part: "beats uniform",
        what: "excess loss and test accuracy against uniform sampling, for logistic regression, SVM, linear regression and k-means",
        value: "lower loss and higher accuracy than uniform, on par with or better than problem-specific coresets",
        where: "experiment curves; no single headline number",
      },
    ],
    tool: "Picks a weighted subset of your CSV for logistic regression, SVM, least squares or k-means, and reports how much loss and test accuracy the subset gives up.",
    where: "server",
  },
  claim: () => import("./claim.ts"),
  tool: () => import("./tool.ts"),
});

export default paper;
