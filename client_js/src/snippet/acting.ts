// The acts part: loaded when the agent first points or acts.
import { shared } from "../shared/parts";
import { Acts } from "./acts";

const part = { Acts };
export type ActsPart = typeof part;

shared().parts.acts = part;
