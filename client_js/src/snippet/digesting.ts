// The digest part: for tests and for the doctor, loaded by `window.cobrowse.digest()` alone.
import { shared } from "../shared/parts";
import { digest } from "./capture/digest";

const part = { digest };
export type DigestPart = typeof part;

shared().parts.digest = part;
