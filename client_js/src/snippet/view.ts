// The view part: what makes the picture of the page. Loaded once the customer allowed it, never before.
import { shared } from "../shared/parts";
import { Assets } from "./assets";
import { Capture } from "./capture";

const part = { Assets, Capture };
export type ViewPart = typeof part;

shared().parts.view = part;
