// The outline part: loaded where a page cannot be shown whole.
import { shared } from "../shared/parts";
import { Outline } from "./capture/outline";

const part = { Outline };
export type OutlinePart = typeof part;

shared().parts.outline = part;
