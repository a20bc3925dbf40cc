import { consensusTool } from "./tool-consensus.ts";
import { nextTool } from "./tool-next.ts";

export const tools = [consensusTool, nextTool] as const;
