import { attendTool } from "./tool-attend.ts";
import { trainTool } from "./tool-train.ts";

export const tools = [trainTool, attendTool] as const;
