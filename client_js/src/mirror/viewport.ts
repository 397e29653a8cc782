// The size of the picture, and what a scroll bar takes of it: that of the agent's browser is rarely as wide as that of
// the customer's, which may take no room at all.

import type { PageInfo } from "../protocol";

const MAX_SIDE_PIXELS = 20_000;
const MAX_BAR_PIXELS = 100;

/** A page of `clientWidth` is drawn in a frame of the customer's width. */
export function resize(frame: HTMLIFrameElement, page: PageInfo): void {
  frame.style.width = `${clamp(page.width)}px`;
  frame.style.height = `${clamp(page.height)}px`;
}

/** Bars of exactly this width, at the document's edge and, unless the page draws its own, elsewhere; 0: none. */
export function barRules(bar: number): readonly string[] {
  if (bar === 0) return [":root{scrollbar-width:none!important}"];
  const size = `{width:${bar}px;height:${bar}px`;
  return [
    ":root{scrollbar-width:auto!important;scrollbar-color:auto!important}",
    `:root::-webkit-scrollbar,body::-webkit-scrollbar${size};background:#f1f1f1}`,
    `:where(*)::-webkit-scrollbar${size}}`,
    ":where(*)::-webkit-scrollbar-thumb{background:#c1c1c1;border:2px solid #f1f1f1}",
  ];
}

/** Leaves the page the room that it has at the customer's, beside their scroll bar. */
export class Bars {
  private held = "";
  /** 0: as this browser has it; 1: a bar of ours; 2: none, and a smaller frame. */
  private stage = 0;

  constructor(
    private readonly document: Document,
    private readonly sheet: CSSStyleSheet,
    private readonly frame: HTMLIFrameElement,
  ) {}

  /** Asks the layout. */
  hold(page: PageInfo): void {
    const bar = Math.min(page.bar ?? 0, MAX_BAR_PIXELS);
    const wanted = clamp(page.width) - bar;
    if (`${wanted} ${bar}` !== this.held) this.put(0, "");
    this.held = `${wanted} ${bar}`;
    // In a frame the bar of a page that reads from the right is on the left, in a window it is not.
    const moves = bar > 0 && this.isRightToLeft();
    if (this.stage === 0 && !moves && !this.fits(wanted)) this.put(1, barRules(bar).join(""));
    if (this.stage < 2 && (moves || !this.fits(wanted))) this.put(2, barRules(0).join(""));
    if (this.stage === 2) this.shrink(wanted, page, bar);
  }

  /** Media queries are off by the width of the bar then; everything else stands where it should. */
  private shrink(wanted: number, page: PageInfo, bar: number): void {
    const { style } = this.frame;
    if (style.width !== `${wanted}px`) style.width = `${wanted}px`;
    const height = `${clamp(page.height) - (bar > 0 && this.isWider() ? bar : 0)}px`;
    if (style.height !== height) style.height = height;
  }

  /** There is more of the page than fits across: the customer has a bar for that, too. */
  private isWider(): boolean {
    const { scrollingElement: root, body, defaultView: view } = this.document;
    if (root === null || view === null || root.scrollWidth <= root.clientWidth) return false;
    return [root, body].every((each) => each === null || !/hidden|clip/.test(view.getComputedStyle(each).overflowX));
  }

  private put(stage: number, rules: string): void {
    if (this.stage > 0) this.sheet.deleteRule(this.sheet.cssRules.length - 1);
    this.stage = stage;
    if (stage > 0) this.sheet.insertRule(`@layer cobrowse-browser{${rules}}`, this.sheet.cssRules.length);
  }

  private fits(wanted: number): boolean {
    return (this.document.scrollingElement ?? this.document.documentElement)?.clientWidth === wanted;
  }

  private isRightToLeft(): boolean {
    const { body, defaultView: view } = this.document;
    return body !== null && view?.getComputedStyle(body).direction === "rtl";
  }
}

function clamp(side: number): number {
  return Math.min(Math.max(side, 1), MAX_SIDE_PIXELS);
}
