// The masking check of a site's CI: the snippet's own capture, without a hub. `cobrowse check-page` puts this into a page
// and asks for what would leave the tab, and where in the page it is. No part of what a site carries.
import type { CustomerPolicy, Ops, Page, Pointer, Snapshot, Tip } from "../protocol";
import { judge } from "../shared/addresses";
import { Capture } from "../snippet/capture";
import { hintsOf, pathOf } from "./places";

type View = Snapshot | Ops | Page | Pointer | Tip;

interface Seen {
  /** Why the page shares nothing, or "". */
  readonly withheld: string;
  /** Why there is no picture, or "". */
  readonly failed: string;
  readonly messages: readonly View[];
}

const POLL_MS = 50;

let capture: Capture | undefined;

/** All that would leave the tab until the picture is whole (in `longestMs`) and nothing has changed for `quietMs`, or
 * for `settleMs` in a page that never rests. */
async function see(policy: CustomerPolicy, quietMs: number, settleMs: number, longestMs: number): Promise<Seen> {
  const messages: View[] = [];
  let failed = "";
  let changed = performance.now();
  let wholeAt = 0;
  const withheld = judge(policy, location.href);
  if (withheld) return { withheld, failed, messages };
  const until = changed + longestMs;
  try {
    const made: Capture = new Capture({
      policy,
      send: async (message) => {
        messages.push(JSON.parse(JSON.stringify(message)) as View);
        if (message.k === "snapshot" || message.k === "ops") {
          changed = performance.now();
          if (message.k === "snapshot" && message.last) wholeAt = changed;
          // Nobody is slow here.
          setTimeout(() => made.credit(message.epoch, 1, 0));
        }
        return 0;
      },
      mayShare: () => judge(policy, location.href),
      assetNumber: () => 0,
      isOwn: () => false,
      failed: (error) => {
        failed = String(error);
      },
    });
    capture = made;
    made.start(1);
  } catch (error) {
    failed = String(error);
  }
  while (!failed && performance.now() < until) {
    await new Promise((done) => setTimeout(done, POLL_MS));
    if (wholeAt && performance.now() > Math.min(changed + quietMs, wholeAt + settleMs)) break;
  }
  // What ends the sharing while we look (a change of address) ends what an agent would see, too.
  return { withheld: judge(policy, location.href), failed: failed || (wholeAt ? "" : "unfinished"), messages };
}

const nodes = (ids: readonly number[]) => ids.map((id) => capture?.nodeOf(id));

Object.defineProperty(window, Symbol.for("cobrowse.check"), {
  value: {
    see,
    /** For each node of the picture a CSS path to its element; "" where it has gone. */
    paths: (ids: readonly number[]) => nodes(ids).map((node) => (node ? pathOf(node) : "")),
    /** For each node of the picture what the page's own names say of it. */
    hints: (ids: readonly number[]) => nodes(ids).map((node) => (node ? hintsOf(node) : "")),
    stop: () => capture?.stop(),
  },
});
