import { sigmoid } from "../../../kit/logistic.ts";
import { mlpBackward, mlpForward, type Pass, passOutput } from "../../../kit/nets/mlp.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import { normalCdf } from "../../../kit/stats.ts";
import type { Encoded, Scorer } from "./scorer.ts";
import type { PackedSets } from "./sets.ts";
import { branch, prefixed, proposalNet, type SubsetModel } from "./subset-model.ts";
import { scoreWeighted } from "./weighted-subsets.ts";

/** What the amortised network says of every item. */
export interface Proposal {
  pass: Pass;
  logits: Float64Array;
  /** ψ⁽⁰⁾. */
  psi: Float64Array;
}

/** ψ⁽⁰⁾ of every item from its own numbers: $\psi_j = \sigma(\mathrm{RecNet}(x_j))$, which cannot know the other items. */
export function propose({ config, params }: SubsetModel, { items }: PackedSets): Proposal {
  const net = proposalNet(config);
  const pass = mlpForward(net, branch(params, "proposal"), items.data, items.rows);
  const outputs = net.sizes[2] as number; // two layers
  const logits = Float64Array.from({ length: items.rows }, (_, j) => passOutput(pass)[j * outputs] as number);
  return { pass, logits, psi: logits.map(sigmoid) };
}

/** Noise of a uniform u in (0, 1) per item, and how its logit moves with the network's further outputs. */
interface Noise {
  logit: number;
  /** ∂ logit / ∂ output, for the outputs behind the first. */
  slopes: readonly number[];
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const clampUnit = (u: number): number => Math.min(1 - 1e-6, Math.max(1e-6, u));
const logitOf = (u: number): number => Math.log(u) - Math.log1p(-u);

/**
 * Gaussian copula: $g = (\mathrm{std}\,\varepsilon + U \varepsilon')/\sqrt{\mathrm{std}^2 + \lVert U \rVert^2}$ with ε′ shared by
 * the items of a set, $u = \Phi(g)$. Scaling to unit variance leaves every item its own ψ; only the items' joint law changes.
 */
function copulaNoise(outputs: ArrayLike<number>, at: number, own: number, shared: Float64Array): Noise {
  const raw = outputs[at + 1] as number;
  const std = softplus(raw) + 1e-3;
  const loadings = Array.from(shared, (_, r) => Math.tanh(outputs[at + 2 + r] as number));
  const square = loadings.reduce((sum, u) => sum + u * u, std * std);
  const norm = Math.sqrt(square);
  const g = loadings.reduce((sum, u, r) => sum + u * (shared[r] as number), std * own) / norm;
  const u = clampUnit(normalCdf(g));
  const density = Math.exp(-0.5 * g * g) / Math.sqrt(2 * Math.PI);
  const byG = density / (u * (1 - u));
  const slopes = [byG * (own / norm - (g * std) / square) * sigmoid(raw)];
  for (const [r, loading] of loadings.entries()) {
    slopes.push(byG * ((shared[r] as number) / norm - (g * loading) / square) * (1 - loading * loading));
  }
  return { logit: logitOf(u), slopes };
}

export interface ElboOptions {
  /** Temperature τ of the relaxation; 0.1 in the base's code. */
  temperature?: number;
  /** Whether the score sees whole members (with the relaxation's gradient) or the relaxed ones. */
  straightThrough?: boolean;
}

/**
 * The evidence lower bound $\mathbb E[F(S)] + H(\psi)$, averaged over the sets, and its gradient for the amortised network
 * only (upwards). Members are relaxed Bernoulli, $s = \sigma\bigl((\mathrm{logit}\,\psi + \mathrm{logit}\,u)/\tau\bigr)$.
 */
export function elboStep(
  scorer: Scorer,
  encoded: Encoded,
  { pass, logits, psi }: Proposal,
  random: Random,
  { temperature = 0.1, straightThrough = true }: ElboOptions = {},
): { elbo: number; gradient: ParamTree } {
  const { config, params } = scorer.model;
  const { width, samples, amortized, rank } = config;
  const { sets, codes } = encoded;
  const { offsets, count } = sets;
  const n = sets.items.rows;
  const outputs = passOutput(pass);
  const perItem = outputs.length / n;
  const soft = new Float64Array(samples * n);
  const noises: Noise[] = [];
  for (let i = 0; i < count; i++) {
    for (let s = 0; s < samples; s++) {
      const shared = Float64Array.from({ length: amortized === "copula" ? rank : 0 }, () => random.normal());
      for (let j = offsets[i] as number; j < (offsets[i + 1] as number); j++) {
        const noise =
          amortized === "copula"
            ? copulaNoise(outputs, j * perItem, random.normal(), shared)
            : { logit: logitOf(clampUnit(random.float())), slopes: [] };
        noises[s * n + j] = noise;
        soft[s * n + j] = sigmoid(((logits[j] as number) + noise.logit) / temperature);
      }
    }
  }
  const weights = straightThrough ? soft.map((member) => Number(member > 0.5)) : soft;
  const { scores, layout } = scoreWeighted(scorer, encoded, weights);
  let elbo = 0;
  for (let r = 0; r < layout.rows; r++) elbo += (scores[r] as number) / (samples * count);
  const back = scorer.backward(encoded, layout, new Float64Array(layout.rows).fill(1 / (samples * count)));
  const slope = new Float32Array(outputs.length);
  for (let i = 0; i < count; i++) {
    for (let j = offsets[i] as number; j < (offsets[i + 1] as number); j++) {
      const p = psi[j] as number;
      const logit = logits[j] as number;
      // H = softplus(logit) − ψ·logit for a Bernoulli in its logit
      elbo += (softplus(logit) - p * logit) / count;
      let own = (-logit * p * (1 - p)) / count;
      for (let s = 0; s < samples; s++) {
        const row = ((layout.starts[i] as number) + s) * width;
        let g = 0;
        for (let k = 0; k < width; k++) g += (back.codes[row + k] as number) * (codes[j * width + k] as number);
        const member = soft[s * n + j] as number;
        const toLogit = (g * member * (1 - member)) / temperature;
        own += toLogit;
        for (const [r, change] of (noises[s * n + j] as Noise).slopes.entries()) {
          slope[j * perItem + 1 + r] = (slope[j * perItem + 1 + r] as number) + toLogit * change;
        }
      }
      slope[j * perItem] = own;
    }
  }
  const { gradient } = mlpBackward(proposalNet(config), branch(params, "proposal"), pass, slope);
  return { elbo, gradient: prefixed(gradient, "proposal") };
}
