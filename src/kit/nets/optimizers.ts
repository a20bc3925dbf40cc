import { type ParamTree, tensorOf } from "./tree.ts";

/** Changes parameters in place from their gradient; keeps its own state between steps. */
export interface Optimizer {
  /** `rate` replaces the learning rate for this step (schedules). */
  step(params: ParamTree, gradient: ParamTree, rate?: number): void;
}

export interface AdamWOptions {
  learningRate?: number;
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  /** Decoupled decay: every step first multiplies the parameters by 1 − rate · decay. 0 gives Adam. */
  weightDecay?: number;
}

/** AdamW (Loshchilov & Hutter, 2019), bias-corrected; the defaults are PyTorch's. */
export function adamW({
  learningRate = 1e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0.01,
}: AdamWOptions = {}): Optimizer {
  const moments = new Map<string, { first: Float32Array; second: Float32Array }>();
  let steps = 0;
  return {
    step(params, gradient, rate = learningRate) {
      steps += 1;
      const scale = rate / (1 - beta1 ** steps);
      const correction = 1 / (1 - beta2 ** steps);
      const keep = 1 - rate * weightDecay;
      for (const [name, { data: g }] of Object.entries(gradient)) {
        const p = tensorOf(params, name).data;
        let state = moments.get(name);
        if (!state) {
          state = { first: new Float32Array(g.length), second: new Float32Array(g.length) };
          moments.set(name, state);
        }
        const { first, second } = state;
        for (let i = 0; i < p.length; i++) {
          const slope = g[i] as number;
          const m = beta1 * (first[i] as number) + (1 - beta1) * slope;
          const v = beta2 * (second[i] as number) + (1 - beta2) * slope * slope;
          first[i] = m;
          second[i] = v;
          p[i] = keep * (p[i] as number) - (scale * m) / (Math.sqrt(v * correction) + epsilon);
        }
      }
    },
  };
}

export interface SgdOptions {
  learningRate?: number;
  momentum?: number;
  /** Added to the gradient as decay · parameter. */
  weightDecay?: number;
}

/** Stochastic gradient descent with heavy-ball momentum: $u \leftarrow \mu u + g$, $\theta \leftarrow \theta - \eta u$. */
export function sgd({ learningRate = 0.1, momentum = 0, weightDecay = 0 }: SgdOptions = {}): Optimizer {
  const velocity = new Map<string, Float32Array>();
  return {
    step(params, gradient, rate = learningRate) {
      for (const [name, { data: g }] of Object.entries(gradient)) {
        const p = tensorOf(params, name).data;
        let u = velocity.get(name);
        if (!u) {
          u = new Float32Array(g.length);
          velocity.set(name, u);
        }
        for (let i = 0; i < p.length; i++) {
          const slope = (g[i] as number) + weightDecay * (p[i] as number);
          const moved = momentum * (u[i] as number) + slope;
          u[i] = moved;
          p[i] = (p[i] as number) - rate * moved;
        }
      }
    },
  };
}
