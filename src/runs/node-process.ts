import { type ChildProcess, fork } from "node:child_process";
import { constants, getPriority, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import type { NodeWorkerData } from "./node-worker.ts";
import type { WorkerEnd, WorkerHandle } from "./protocol.ts";

/** What the process between a run's worker and its owner says, apart from what it passes on. */
export interface Ended {
  type: "ended";
  end: WorkerEnd;
}
export interface Printed {
  type: "printed";
  text: string;
}

/**
 * Starts a worker thread in a process of its own. A thread that takes memory faster than it can be watched takes its whole process down (V8 aborts);
 * a server must not go with it. Messages are copied through a pipe, so large outputs cost more than with a thread alone.
 */
export function spawnNodeProcess(data: NodeWorkerData, background: boolean): WorkerHandle {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const script = fileURLToPath(new URL(`./process.${extension}`, import.meta.url));
  const child: ChildProcess = fork(script, [JSON.stringify(data)], {
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: [],
  });
  if (background && child.pid !== undefined) lower(child.pid);
  let onEnd: ((end: WorkerEnd) => void) | undefined;
  let onPrint: (text: string) => void = () => {};
  let words = "";
  const end = (reason: WorkerEnd): void => {
    const once = onEnd;
    onEnd = undefined;
    once?.(reason);
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-20_000);
      onPrint(text);
    });
  }
  const exited = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      end({ reason: "error", message: `the run's process could not be started: ${error.message}` });
      resolve();
    });
    child.once("close", (code, signal) => {
      const noMemory =
        signal === "SIGABRT" || signal === "SIGKILL" || /heap out of memory|Allocation failed/.test(words);
      if (noMemory) end({ reason: "memory", limitMb: data.memoryMb });
      else end({ reason: "error", message: `the run's process ended too early (${signal ?? `exit code ${code}`})` });
      resolve();
    });
  });
  return {
    post: (message) => {
      if (child.connected) child.send(message as object, () => {}); // a process that is gone says so by "close"
    },
    onMessage: (handler) => {
      child.on("message", (raw) => {
        const message = raw as Ended | Printed | { type: "other" }; // sent by process.ts
        if (message.type === "ended") end(message.end);
        else if (message.type === "printed") onPrint(message.text);
        else handler(message);
      });
    },
    onEnd: (handler) => {
      onEnd = handler;
    },
    onPrint: (handler) => {
      onPrint = handler;
    },
    terminate: () => {
      onEnd = undefined;
      child.kill("SIGKILL");
      return exited;
    },
  };
}

function lower(pid: number): void {
  try {
    // Lower than this process, whatever its own is.
    setPriority(
      pid,
      Math.min(getPriority() + constants.priority.PRIORITY_BELOW_NORMAL, constants.priority.PRIORITY_LOW),
    );
  } catch {
    // Not allowed here: the run goes on at the usual priority.
  }
}
