// Where the customer is in the page: what is scrolled where, focused, selected, pointed at, and through which viewport
// it is seen. Asked for only where an event says so, since most of it forces a layout.
import { listen, nodeType, originOf, scrollLeft, scrollTop, upOf, viewOf } from "./dom";
import { focused, focusTold, isPrivateSpot, selection } from "./page";
import { FOCUS, type Frame, SCROLL, SELECTION } from "./tables";
import type { Tree } from "./tree";
import { MEASURED, type Measured, measure } from "./viewport";
import type { Walk } from "./walk";

const AWAY: readonly [number, number] = [-1, -1];
const NOTHING = "0,0,0,0";

export class Places {
  measured_: Measured = measure();
  private pointer_ = AWAY;
  private told_ = AWAY;
  private focus_ = 0;
  private selection_ = NOTHING;
  /** What is selected may be another than was said. */
  private selecting_ = true;
  /** Of these it is not known yet whether they are scrolled. */
  unlooked_: Element[] = [];
  private readonly stopping_ = new AbortController();

  constructor(
    private readonly walk_: Walk,
    private readonly wake_: () => void,
    /** There is nothing yet to be pointed at. */
    private readonly isBlank_: () => boolean,
  ) {
    const options = this.options_();
    const remeasure = () => {
      this.measured_ = measure();
      wake_();
    };
    for (const type of ["resize", "popstate", "hashchange", "focusin", "focusout"]) {
      listen(window, type, type[0] === "f" ? this.onWake_ : remeasure, options);
    }
    listen(document, "selectionchange", this.onWake_, options);
    for (const target of MEASURED)
      for (const type of ["resize", "scroll", "change"]) listen(target, type, remeasure, options);
    const { navigation } = window as unknown as { navigation?: EventTarget };
    if (navigation) listen(navigation, "currententrychange", this.onWake_, options);
    listen(window, "pointermove", this.onMove_, options);
    listen(window, "pointerout", (event) => !(event as PointerEvent).relatedTarget && this.point_(AWAY), options);
  }

  stop_(): void {
    this.stopping_.abort();
  }

  /** In a frame's document; heard again where it was opened anew. */
  listenIn_(inside: Document): void {
    for (const type of ["focusin", "focusout", "selectionchange"]) listen(inside, type, this.onWake_, this.options_());
    listen(inside, "pointermove", this.onMove_, this.options_());
  }

  private options_(): AddEventListenerOptions {
    return { capture: true, passive: true, signal: this.stopping_.signal };
  }

  /** The first picture is there: of all its elements it is asked where they are scrolled to. */
  settle_(elements: Element[]): void {
    this.measured_ = measure();
    this.unlooked_ = elements;
  }

  /** Asked once and not in the walk. What is scrolled goes into `scrolled`. True when all have been asked. */
  look_(scrolled: Set<Node>, until: number): boolean {
    for (let element = this.unlooked_.pop(); element; element = this.unlooked_.pop()) {
      if (scrollTop(element) || scrollLeft(element)) scrolled.add(element);
      if (!(this.unlooked_.length & 63) && performance.now() > until) break;
    }
    return !this.unlooked_.length;
  }

  /** The pointer, where it is another than was told. */
  moved_(): readonly [number, number] | undefined {
    const [x, y] = this.pointer_;
    if (x === this.told_[0] && y === this.told_[1]) return undefined;
    this.told_ = this.pointer_;
    return this.told_;
  }

  /** Scroll positions of what scrolled, the focus and the selection, where they changed. */
  add_(frame: Frame, tree: Tree, scrolled: Set<Node>): void {
    const { walk_: walk } = this;
    for (const node of scrolled) {
      const sent = tree.sent_.get(node);
      if (!sent) continue;
      if (nodeType(node) === 9) {
        const { scrollX, scrollY } = viewOf(node as Document) ?? window;
        frame.add_(SCROLL, sent.id_, Math.round(scrollX), Math.round(scrollY));
      }
      // Inside of fields and masked parts nothing is told.
      else if (sent.tag_ && !isPrivateSpot(walk, node)) {
        const element = node as Element;
        frame.add_(SCROLL, sent.id_, Math.round(scrollLeft(element)), Math.round(scrollTop(element)));
      }
    }
    scrolled.clear();
    let id = 0;
    for (let at: Node | null = focusTold(walk.mask_); at && !id; at = upOf(at)) {
      id = tree.sent_.get(at)?.id_ ?? 0;
    }
    if (id !== this.focus_) frame.add_(FOCUS, id);
    this.focus_ = id;
    // What is selected may go without an event.
    if (!this.selecting_ && this.selection_ === NOTHING) return;
    this.selecting_ = false;
    const selected = selection(walk, tree);
    if (`${selected}` !== this.selection_) frame.add_(SELECTION, ...selected);
    this.selection_ = `${selected}`;
  }

  private readonly onWake_ = (): void => {
    this.selecting_ = true;
    this.wake_();
  };

  private readonly onMove_ = (event: Event): void => {
    const { clientX, clientY, isTrusted } = event as PointerEvent;
    if (!isTrusted || this.isBlank_()) return;
    this.walk_.mask_.forget_();
    const at = event.composedPath()[0] as Node | Window | undefined;
    const focus = focused();
    const secret = focus && this.walk_.mask_.isPassword_(focus);
    if (secret || !at || !("nodeType" in at) || isPrivateSpot(this.walk_, at)) this.point_(AWAY);
    else {
      const [x, y] = originOf(at);
      this.point_([Math.round(x + clientX), Math.round(y + clientY)]);
    }
  };

  private point_(to: readonly [number, number]): void {
    this.pointer_ = to;
    this.wake_();
  }
}
