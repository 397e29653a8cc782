// The digest part: loaded where the agent has the picture checked, and by `window.cobrowse.digest()` for tests.
import { shared } from "../shared/parts";
import type { Capture } from "./capture";
import { digest } from "./capture/digest";

/** How long to wait for a moment at which all that changed has been sent. */
const STILL_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 20;
/** The walk is in one piece, and the page must not wait for it: not again so soon, and not over a large page. */
const AGAIN_AFTER_MS = 10_000;
const NODES_MAX = 20_000;

let made = Number.NEGATIVE_INFINITY;

const nap = () => new Promise((wake) => setTimeout(wake, LOOK_EVERY_MS));

/** The digest of the page as it is after the last frame that was sent; empty where there is no such moment. */
async function still(capture: Capture): Promise<string> {
  const now = performance.now();
  if (now - made < AGAIN_AFTER_MS || capture.nodes_ > NODES_MAX) return "";
  while (performance.now() - now < STILL_WITHIN_MS) {
    if (capture.still_) {
      const { epoch, seq } = capture;
      made = performance.now();
      const said = await digest(capture.walk_);
      if (capture.epoch === epoch && capture.seq === seq) return said;
    }
    await nap();
  }
  return "";
}

const part = { digest, still };
export type DigestPart = typeof part;

shared().parts.digest = part;
