// A picture that is made of a page which stands there already: what moved when that page came up does not move again.

import { removeAttribute, setAttribute } from "./dom";
import { STILL } from "./ink";

/** What takes longer is something to look at, and may well be on its way at the customer's, too. */
const LONG_MS = 5_000;

/** Until all sheets have come no transition runs: there is nothing to come from. */
export function still(document: Document, on: boolean): void {
  const root: Element | null = document.documentElement;
  if (root === null) return;
  if (on) setAttribute(root, STILL, "");
  else removeAttribute(root, STILL);
}

/** What has an end has come to it long since; what goes round goes on, and so does what follows the scroll. */
export function finish(document: Document): void {
  for (const animation of document.getAnimations()) {
    const end = animation.effect?.getComputedTiming().endTime;
    if (animation.timeline !== document.timeline || animation.playState !== "running") continue;
    if (typeof end === "number" && end <= LONG_MS) animation.finish();
  }
}
