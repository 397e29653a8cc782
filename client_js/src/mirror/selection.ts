// What the customer has selected, drawn as in a window that has the focus. `::selection` of the page's sheets is asked of
// the same highlight (selectors.ts).

import type { Selection } from "./builder";
import { childrenOf, homeOf, nodeTypeOf } from "./dom";
import { SELECTED } from "./selectors";

type InnerWindow = Window & typeof globalThis;

export class Selected {
  private shownIn: InnerWindow | null = null;

  draw(selection: Selection | null): void {
    this.shownIn?.CSS?.highlights?.delete(SELECTED);
    this.shownIn = null;
    if (selection === null) return;
    const home = homeOf(selection.start.node);
    const view = home.defaultView as InnerWindow | null;
    if (view?.CSS?.highlights === undefined || homeOf(selection.end.node) !== home) return;
    const range = home.createRange();
    range.setStart(selection.start.node, within(selection.start.node, selection.startOffset));
    range.setEnd(selection.end.node, within(selection.end.node, selection.endOffset));
    view.CSS.highlights.set(SELECTED, new view.Highlight(range));
    this.shownIn = view;
  }
}

function within(node: Node, offset: number): number {
  return Math.min(offset, nodeTypeOf(node) === Node.TEXT_NODE ? (node as Text).length : [...childrenOf(node)].length);
}
