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
    ":root{scrollbar-gutter:stable!important;scrollbar-width:auto!important;scrollbar-color:auto!important}",
    `:root::-webkit-scrollbar,body::-webkit-scrollbar${size};background:#f1f1f1}`,
    `:where(*)::-webkit-scrollbar${size}}`,
    ":where(*)::-webkit-scrollbar-thumb{background:#c1c1c1;border:2px solid #f1f1f1}",
  ];
}

/** The document's scroll bar, as wide as the customer's. */
export class Bars {
  private held: number | null = null;

  constructor(
    private readonly document: Document,
    private readonly sheet: CSSStyleSheet,
  ) {}

  /** Where the bar of this browser takes another room, draw one of ours. Asks the layout. */
  hold(bar: number): void {
    if (this.held === bar || (this.held === null && this.taken() === bar)) return;
    this.held = Math.min(bar, MAX_BAR_PIXELS);
    for (let index = this.sheet.cssRules.length - 1; index > 0; index -= 1) {
      if (this.sheet.cssRules[index]?.cssText.includes("scrollbar")) this.sheet.deleteRule(index);
    }
    this.sheet.insertRule(`@layer cobrowse-browser{${barRules(this.held).join("")}}`, this.sheet.cssRules.length);
  }

  private taken(): number {
    const view = this.document.defaultView;
    const root = this.document.scrollingElement ?? this.document.documentElement;
    return view === null || root === null ? 0 : Math.max(0, view.innerWidth - root.clientWidth);
  }
}

function clamp(side: number): number {
  return Math.min(Math.max(side, 1), MAX_SIDE_PIXELS);
}
