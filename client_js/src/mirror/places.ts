// Where everything is scrolled to. The mirror never scrolls by itself: its own layer (ink.ts) takes snapping, smoothness
// and anchoring off, and what the customer's page has laid out already is laid out here, too.

import type { Builder } from "./builder";
import { boxOf, scrollLeftOf, scrollTo, scrollTopOf, setAttribute } from "./dom";
import { SEEN } from "./ink";

/** Put everything where the customer's page has it. Cheap where nothing moved. */
export function place(builder: Builder): void {
  for (const [known, { x, y }] of builder.scrolls) {
    const target = known.what === "document" ? (known.node as Document).scrollingElement : (known.node as Element);
    if (target === null || (scrollLeftOf(target) === x && scrollTopOf(target) === y)) continue;
    scrollTo(target, x, y);
  }
}

/**
 * What a page leaves out of its layout while it is far from view has its true size once it was near, where the page says
 * so (`contain-intrinsic-size: auto`). The customer came past all that is above: lay that out here, too.
 */
export function showSeen(document: Document, selectors: Iterable<string>, scrolledTo: number): void {
  const view = document.defaultView;
  const list = [...selectors];
  if (view === null || list.length === 0 || scrolledTo <= 0) return;
  const seen = [...document.querySelectorAll(list.join())].filter((element) => remembers(view, element));
  for (const element of seen) setAttribute(element, SEEN, "");
  const from = document.scrollingElement === null ? 0 : boxOf(document.scrollingElement).top;
  const beyond = seen.filter((element) => boxOf(element).top - from > scrolledTo + view.innerHeight);
  for (const element of beyond) element.removeAttribute(SEEN);
}

function remembers(view: Window, element: Element): boolean {
  const style = view.getComputedStyle(element);
  return (
    style.getPropertyValue("content-visibility") === "auto" &&
    style.getPropertyValue("contain-intrinsic-height").includes("auto")
  );
}
