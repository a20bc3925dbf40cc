import { z } from "zod";
import { BadInput } from "../../../kit/errors.ts";
import { defineTool } from "../../../kit/paper.ts";
import { readBags, rescale } from "./bags.ts";
import { decode } from "./heads.ts";
import { loadSetModel } from "./model-file.ts";
import { sampleModel } from "./sample-model.ts";
import { predict } from "./set-model.ts";
import { trainTool } from "./tool-train.ts";

const perBlock = 1000;

export const predictTool = defineTool({
  name: "predict",
  summary: "Applies a trained model to bags of any size.",
  inputs: [
    { name: "model", description: "A model.json that train wrote", accepts: [".json"] },
    { name: "bags", description: 'JSON Lines: {"items": [[…], …]}', accepts: [".jsonl", ".ndjson"] },
  ],
  options: z.object({}),
  example: "model.json bags.jsonl --out predictions.jsonl",
  async sample() {
    const training = await trainTool.sample();
    const bags = String(training.files[0]?.content).split("\n").slice(-21).join("\n");
    return {
      files: [
        { input: "model", name: "model.json", content: await sampleModel() },
        { input: "bags", name: "bags.jsonl", content: bags },
      ],
    };
  },
  async apply(input, _options, run) {
    const [modelFile, bagsFile] = [input.model?.[0], input.bags?.[0]];
    if (!modelFile || !bagsFile) throw new BadInput("a model and a file of bags are wanted");
    run.progress(0, "reading");
    const { model, params, head, scaling } = await loadSetModel(modelFile);
    const bags = await readBags(bagsFile, { targets: false });
    const odd = bags.find(({ items }) => items.some((item) => item.length !== model.inputDim));
    if (odd) {
      throw new BadInput(
        `the items have ${odd.items[0]?.length} numbers and the model was trained on ${model.inputDim}`,
        {
          where: `${bagsFile.name}, line ${odd.line}`,
        },
      );
    }
    const output = await run.output("predictions.jsonl", "application/jsonl");
    for (let from = 0; from < bags.length; from += perBlock) {
      const part = bags.slice(from, from + perBlock);
      const outputs = predict(
        model,
        params,
        part.map(({ items }) => rescale(items, scaling)),
      );
      const lines = part.map(({ items }, i) => {
        const prediction = decode(head, outputs, i);
        return JSON.stringify({
          items: items.length,
          prediction: prediction.length === 1 ? prediction[0] : prediction,
        });
      });
      await output.write(`${lines.join("\n")}\n`);
      run.progress((from + part.length) / bags.length, `${from + part.length} bags`);
      await run.breathe();
    }
    await output.close();
    return {
      summary: `Predicted ${bags.length.toLocaleString("en")} bags of ${Math.min(...bags.map(({ items }) => items.length))} to ${Math.max(...bags.map(({ items }) => items.length))} items.`,
    };
  },
});
