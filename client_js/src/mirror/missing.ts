// What did not come: what a picture says in its place, and at which size.

import type { AssetMissed } from "../protocol";
import { boxOf, getAttribute, removeAttribute, setAttribute } from "./dom";
import { MISSING } from "./ink";
import type { MirrorWords } from "./words";

/** A missing picture that is narrower than this is only hatched. */
const WORDS_FIT_PIXELS = 120;
/** Reasons that are remembered; a page with more begins anew. */
const REASONS_MAX = 10_000;
const NUMBER = /^a\/(\d+)$/;
const SIDES = ["width", "height"] as const;

export class Missing {
  /** Why, by number; a number names one thing in a session, so it outlives the picture. */
  private readonly told = new Map<number, AssetMissed>();
  /** What has a size of ours. */
  private readonly sized = new WeakSet<Element>();

  /** The hub's word may come before the picture's own, or after it. */
  tell(asset: AssetMissed): void {
    if (this.told.size >= REASONS_MAX) this.told.clear();
    this.told.set(asset.n, asset);
  }

  clear(): void {
    this.told.clear();
  }

  /** It came after all. */
  came(element: Element): void {
    this.told.delete(numberOf(element));
    removeAttribute(element, MISSING);
    if (!this.sized.delete(element)) return;
    for (const side of SIDES) removeAttribute(element, side);
  }

  /** It did not come: the element says why, in the size that the picture has on the customer's page. */
  mark(element: Element, words: MirrorWords): void {
    // What the customer sees as broken, too, is not missing.
    if (getAttribute(element, "src") === "") return;
    const asset = this.told.get(numberOf(element));
    if (asset?.width && asset.height && !SIDES.some((side) => getAttribute(element, side) !== null)) {
      this.sized.add(element);
      for (const side of SIDES) setAttribute(element, side, String(asset[side]));
    }
    const text = words.missing(asset?.reason ?? "", asset?.status ?? 0);
    setAttribute(element, MISSING, boxOf(element).width < WORDS_FIT_PIXELS ? "" : text);
  }
}

function numberOf(element: Element): number {
  return Number(NUMBER.exec(getAttribute(element, "src") ?? "")?.[1]);
}
