// The assets part: brings what the hub asks for. Loaded with the view part, which gives the numbers.
import { shared } from "../shared/parts";
import { Bringer } from "./bringer";

const part = { Bringer };
export type AssetsPart = typeof part;

shared().parts.assets = part;
