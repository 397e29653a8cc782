// The preview part: loaded when the customer asks to see what the agent sees.
import { shared } from "../shared/parts";
import { Preview } from "./preview/preview";

const part = { Preview };
export type PreviewPart = typeof part;

shared().parts.preview = part;
