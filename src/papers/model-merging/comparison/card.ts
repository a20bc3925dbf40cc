import { defineGuide, type Guide } from "../../../kit/guide.ts";

const guide: Guide = defineGuide({
  card: {
    slug: "compare-model-merging",
    title: "One model from several: the ways of merging side by side",
    field: "model-merging",
    claim: {
      words:
        "Which way of merging is best depends on what is at hand besides the models: on the same experts, every step from nothing to labels to unlabelled rows buys accuracy, and three situations call for ways of their own.",
      parts: [
        {
          name: "plain average",
          required: true,
          words:
            "Four experts of one ancestor, nothing else: their average knows the four tasks better than the best of them.",
          inequality: "even experts: paired 95% CI of acc(average) − acc(best single expert) above 0",
        },
        {
          name: "tuned scale",
          required: true,
          words: "Labelled images of every task: task arithmetic with its one scale tuned on them beats the average.",
          inequality: "even experts: paired 95% CI of acc(task arithmetic, tuned) − acc(average) above 0",
        },
        {
          name: "spoiled expert",
          required: true,
          words: "One expert's task vector is six times too long: a greedy soup leaves it out, the average cannot.",
          inequality: "uneven experts: paired 95% CI of acc(greedy soup) − acc(average) above 0",
        },
        {
          name: "far domains",
          required: true,
          words:
            "Two experts on domains far apart, digits upright and turned by 90°: Fisher merging beats the average.",
          inequality: "paired 95% CI of acc(Fisher merging) − acc(average), λ tuned for both, above 0",
        },
        {
          name: "unlabelled rows",
          required: true,
          words:
            "Unlabelled images of every task: AdaMerging beats the scale tuned on labels, with even experts and with uneven ones.",
          inequality:
            "even and uneven experts: paired 95% CIs of acc(AdaMerging) − acc(task arithmetic, tuned) above 0",
        },
        {
          name: "old and new",
          required: true,
          words: "One expert, half way back to its ancestor, forgets less of the other tasks.",
          inequality:
            "paired 95% CI of acc on the other tasks, (average of expert and ancestor) − (expert alone), above 0",
        },
        {
          name: "new task",
          required: true,
          words:
            "A task that no model has seen and a few labelled images: a linear probe on the features of all experts side by side beats one on any merged model's.",
          inequality: "paired 95% CIs of acc(probe on all experts) − acc(probe on average, on AdaMerging) above 0",
        },
        {
          name: "signs",
          required: false,
          words: "Trimming and electing signs, as TIES-merging does, beats plain sums at scales tuned alike.",
          inequality: "even experts: paired 95% CI of acc(TIES-merging, tuned) − acc(task arithmetic, tuned) above 0",
        },
      ],
    },
    reported: [],
    where: "server",
  },
  advice: [
    {
      method: "Plain average",
      slug: "fisher-merging",
      when: "Fine-tuned from one ancestor, all of them sound, and there is nothing else at hand.",
      needs: "The models.",
      cost: "$O(KP)$, one pass over the files; memory of a few megabytes",
      part: "plain average",
    },
    {
      method: "Greedy soup",
      when: "Some of the models may be bad, and which is not known.",
      needs: "Labelled rows to score on.",
      cost: "$K$ averages, $2K$ scorings",
      part: "spoiled expert",
    },
    {
      method: "Fisher merging",
      slug: "fisher-merging",
      when: "The models learnt on domains far apart, and none is out of proportion.",
      needs: "A few hundred unlabelled rows a model; labels help to choose λ.",
      cost: "One backward pass a row and class, then one pass over the files; Fishers are as large as the models",
      part: "far domains",
    },
    {
      method: "Task arithmetic",
      slug: "adamerging",
      when: "The ancestor is at hand, and rows with labels for one number to tune.",
      needs: "The ancestor; labelled rows of every task.",
      cost: "One merge and scoring for each scale tried",
      part: "tuned scale",
    },
    {
      method: "AdaMerging",
      slug: "adamerging",
      when: "There are rows of every task, labelled or not; also where one expert is out of proportion.",
      needs: "The ancestor; unlabelled rows of every task; a network that can be differentiated.",
      cost: "A hundred steps of training for $K$ numbers a layer; all models in memory",
      part: "unlabelled rows",
    },
    {
      method: "Average of old and new",
      slug: "balanced-averaging",
      when: "A fine-tuned model must not forget what its ancestor could do.",
      needs: "The ancestor; labels if α is to be chosen.",
      cost: "$O(P)$, one pass over the files",
      part: "old and new",
    },
    {
      method: "Features side by side",
      slug: "rich-representations",
      when: "A new task comes with few labels, and $K$ forward passes can be paid for.",
      needs: "A few hundred labelled rows of the new task.",
      cost: "$K$ forward passes a row, one convex fit",
      part: "new task",
    },
    {
      method: "TIES-merging",
      slug: "adamerging",
      when: "Not before a tuned scale was tried: on the small experts here trimming costs more than the signs bring.",
      needs: "The ancestor; labels for the scale.",
      cost: "Two linear passes a task vector; all models in memory",
      part: "signs",
    },
  ],
  claim: () => import("./claim.ts"),
});

export default guide;
