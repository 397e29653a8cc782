// The shrink part: loaded at the first large picture.
import { shared } from "../shared/parts";
import { shrunk } from "./shrink";

const part = { shrunk };
export type ShrinkPart = typeof part;

shared().parts.shrink = part;
