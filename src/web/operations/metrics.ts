import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { MailResult } from "../../mail/queue.ts";
import type { RunEnded } from "../../runs/runner.ts";
import type { QueueState } from "../../store/queue-state.ts";

export interface MetricsOptions {
  /** Asked at every scrape. */
  queue(): Promise<QueueState>;
  /** Measures of the process itself; true without. */
  process?: boolean;
}

/** The numbers of this process for Prometheus, and those of the queue, which all processes of a database share. */
export class Metrics {
  readonly registry = new Registry();
  readonly #refresh: () => Promise<void>;
  readonly #runs: Counter<"kind" | "status">;
  readonly #runSeconds: Histogram<"kind">;
  readonly #mail: Counter<"result">;
  readonly #errors: Counter;
  readonly #requests: Histogram<"method" | "route" | "status">;

  constructor(options: MetricsOptions) {
    const registers = [this.registry];
    if (options.process !== false) collectDefaultMetrics({ register: this.registry });
    const common = { registers, labelNames: [] };
    this.#runs = new Counter({
      name: "livepapers_runs_total",
      help: "Runs that ended in this process",
      labelNames: ["kind", "status"],
      registers,
    });
    this.#runSeconds = new Histogram({
      name: "livepapers_run_seconds",
      help: "How long runs took that ended in this process",
      labelNames: ["kind"],
      buckets: [0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320, 640, 1800],
      registers,
    });
    this.#mail = new Counter({
      name: "livepapers_mail_total",
      help: "Attempts of this process to deliver a message",
      labelNames: ["result"],
      registers,
    });
    this.#errors = new Counter({
      ...common,
      name: "livepapers_errors_total",
      help: "Errors in the log of this process",
    });
    this.#requests = new Histogram({
      name: "livepapers_http_request_seconds",
      help: "Requests answered by this process, event streams left out",
      labelNames: ["method", "route", "status"],
      buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
      registers,
    });
    this.#refresh = this.#measureQueue(options.queue);
  }

  /** Asks for the state of the queue and writes everything down in the format of Prometheus. */
  async text(): Promise<string> {
    await this.#refresh();
    return this.registry.metrics();
  }

  #measureQueue(ask: () => Promise<QueueState>): () => Promise<void> {
    const gauge = (name: string, help: string): Gauge =>
      new Gauge({ name: `livepapers_${name}`, help, registers: [this.registry] });
    const queued = gauge("queue_runs_waiting", "Runs that wait in the queue");
    const running = gauge("queue_runs_running", "Runs in progress, in all processes");
    const oldest = gauge("queue_oldest_seconds", "How long the run that has waited longest has waited");
    const mail = gauge("queue_mail_waiting", "Messages that wait to be delivered");
    const up = gauge("database_up", "1 when the database answered; without it the queue's numbers are the last known");
    return async () => {
      try {
        const state = await ask();
        queued.set(state.queued);
        running.set(state.running);
        oldest.set(state.oldestSeconds);
        mail.set(state.mail);
        up.set(1);
      } catch {
        up.set(0);
      }
    };
  }

  runEnded({ kind, status, durationMs }: RunEnded): void {
    this.#runs.inc({ kind, status });
    this.#runSeconds.observe({ kind }, durationMs / 1000);
  }

  mail(result: MailResult): void {
    this.#mail.inc({ result });
  }

  error(): void {
    this.#errors.inc();
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds);
  }
}
