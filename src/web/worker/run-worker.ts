import type { Experiment } from "../../kit/paper.ts";
import { claimParams, parseParams } from "../../kit/params.ts";
import { getExperiment } from "../../papers/catalogue.ts";
import { ownPort, webWorker } from "../../runs/browser.ts";
import { serve } from "../../runs/inside.ts";

/**
 * The experiment with doors that read parameters as the form gives them, text or missing: the page has no schemas, so that it
 * need not load a paper's code before it runs.
 */
function readingParameters(experiment: Experiment): Experiment {
  const { card, claim, tool } = experiment;
  return {
    card,
    ...(claim && {
      claim: async () => {
        const own = (await claim()).claim;
        return {
          claim: { ...own, reproduce: (params, run) => own.reproduce(claimParams(own, run.scale, params), run) },
        };
      },
    }),
    ...(tool && {
      tool: async () => ({
        tools: (await tool()).tools.map((own) => ({
          ...own,
          apply: (input, params, run) => own.apply(input, parseParams(own.options, params), run),
        })),
      }),
    }),
  };
}

serve(ownPort(), {
  getExperiment: (slug) => readingParameters(getExperiment(slug)),
  spawn: () => webWorker(new Worker(self.location.href, { type: "module" })),
});
