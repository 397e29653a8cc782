// The receipt part: what happened, in full. Loaded once something is shown, so that it is there without a hub, too.
import { shared } from "../shared/parts";
import { fill } from "./receipt/receipt";

const part = { fill };
export type ReceiptPart = typeof part;

shared().parts[`receipt-${__LANG__}`] = part;
