import { averageTool } from "./average-tool.ts";
import { reportTool } from "./report-tool.ts";
import { trainTool } from "./train-tool.ts";

export const tools = [averageTool, reportTool, trainTool];
