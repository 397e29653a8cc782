// The surface over the picture: it takes every click, key and wheel, so that nothing in the picture is ever touched,
// and says which node was meant, as fractions of its box. It also draws the pointers and what the agent has marked.

import type { PageInfo } from "../protocol";
import type { FromMirror, Mark, Place, Tool } from "../shared/mirrortalk";
import { boxOf, documentOf, frameOf, hostOf, insetOf, nodeTypeOf, parentOf, scrollRoom, shadowOf } from "./dom";
import type { Known } from "./known";
import { layer, Marks, place, surround } from "./marks";
import type { Picture } from "./picture";

const KEY_STEP_PIXELS = 16;
const KEY_LEAP_PIXELS = 96;
const WHEEL_WAIT_MS = 80;
const WHEEL_FORGET_MS = 600;
const WHEEL_LINE_PIXELS = 40;
const RIPPLE_MS = 700;

interface Spot {
  x: number;
  y: number;
}

interface Wheel {
  known: Known;
  x: number;
  y: number;
  timer: number;
  at: number;
}

export class Surface {
  readonly element: HTMLElement;
  private readonly outline = layer("outline");
  private readonly customer = layer("customer-pointer");
  private readonly mine = layer("own-pointer");
  private readonly lens = layer("lens");
  private readonly marks: Marks;
  private tool: Tool = "none";
  private spot: Spot | null = null;
  private wheel: Wheel | null = null;

  constructor(
    private readonly picture: () => Picture | null,
    private readonly scale: () => number,
    private readonly say: (message: FromMirror) => void,
    label: string,
  ) {
    this.marks = new Marks(picture, scale);
    this.element = document.createElement("div");
    this.element.className = "surface";
    this.element.tabIndex = 0;
    this.element.setAttribute("role", "application");
    this.element.append(this.lens, this.marks.outline, this.marks.point, this.outline, this.customer, this.mine);
    this.setLabel(label);
    this.listen();
  }

  setLabel(label: string): void {
    this.element.setAttribute("aria-label", label);
  }

  setTool(tool: Tool): void {
    this.tool = tool;
    this.element.dataset.tool = tool;
    this.outline.hidden = true;
  }

  /** The customer sees this mark, or no mark any more. */
  mark(mark: Mark): void {
    this.marks.show(mark);
  }

  /** The customer's pointer in their viewport; negative where it is not to be shown. */
  showCustomer(x: number, y: number): void {
    this.customer.hidden = x < 0 || y < 0;
    place(this.customer, x, y, this.scale());
  }

  /** What the customer sees of the page, where they have pinched it larger. */
  showLens({ width, height, zoom = 100, left = 0, top = 0 }: PageInfo): void {
    const scale = this.scale();
    this.lens.hidden = zoom <= 100;
    place(this.lens, left, top, scale);
    this.lens.style.width = `${(width * scale * 100) / zoom}px`;
    this.lens.style.height = `${(height * scale * 100) / zoom}px`;
  }

  /** The picture changed or went: what was drawn over it may be wrong now. */
  refresh(): void {
    this.outline.hidden = true;
    this.marks.refresh();
    if (this.picture() === null) this.customer.hidden = true;
  }

  // --- what the agent does

  private listen(): void {
    const on = this.element.addEventListener.bind(this.element);
    on("pointermove", (event) => this.hover(this.spotOf(event)));
    on("pointerleave", () => this.hover(null));
    on("click", (event) => this.press(this.spotOf(event)));
    on("contextmenu", (event) => event.preventDefault());
    on("wheel", (event) => this.wheeled(event), { passive: false });
    on("keydown", (event) => this.key(event));
    on("blur", () => {
      this.mine.hidden = true;
    });
  }

  private spotOf(event: MouseEvent): Spot {
    const box = this.element.getBoundingClientRect();
    return { x: (event.clientX - box.left) / this.scale(), y: (event.clientY - box.top) / this.scale() };
  }

  private hover(spot: Spot | null): void {
    const known = spot === null || this.tool !== "highlight" ? null : this.hit(spot);
    this.outline.hidden = known === null;
    if (known !== null) surround(this.outline, known.node as Element, this.scale());
  }

  private press(spot: Spot): void {
    if (this.tool === "none") return;
    const place = this.placeOf(spot);
    if (place === null) return;
    this.ripple(spot);
    this.say({ k: "press", place });
  }

  private key(event: KeyboardEvent): void {
    const picture = this.picture();
    if (picture === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? KEY_LEAP_PIXELS : KEY_STEP_PIXELS;
    const moves: Readonly<Record<string, Spot>> = {
      ArrowLeft: { x: -step, y: 0 },
      ArrowRight: { x: step, y: 0 },
      ArrowUp: { x: 0, y: -step },
      ArrowDown: { x: 0, y: step },
    };
    const { width, height } = picture.page;
    const from = this.spot ?? { x: width / 2, y: height / 2 };
    const move = moves[event.key];
    if (move !== undefined) this.moveTo({ x: bound(from.x + move.x, width), y: bound(from.y + move.y, height) });
    else if (event.key === "Enter" || event.key === " ") this.press(from);
    else if (event.key === "Escape") this.say({ k: "clear" });
    else if (event.key === "PageDown") this.scrollBy(from, 0, height * 0.8);
    else if (event.key === "PageUp") this.scrollBy(from, 0, -height * 0.8);
    else return;
    event.preventDefault();
  }

  private moveTo(spot: Spot): void {
    this.spot = spot;
    this.mine.hidden = false;
    place(this.mine, spot.x, spot.y, this.scale());
    this.hover(spot);
  }

  private wheeled(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE_PIXELS : 1;
    this.scrollBy(this.spotOf(event), (event.deltaX * unit) / this.scale(), (event.deltaY * unit) / this.scale());
  }

  /** Wheel steps add up for a moment and leave as one absolute position; the picture follows the customer's page. */
  private scrollBy(spot: Spot, dx: number, dy: number): void {
    const picture = this.picture();
    if (this.tool !== "control" || picture === null) return;
    const fresh = this.wheel === null || performance.now() - this.wheel.at > WHEEL_FORGET_MS;
    const wheel = fresh ? this.beginWheel(picture, spot, dx, dy) : this.wheel;
    if (wheel === null) return;
    const { mostX, mostY } = scrollRoom(scroller(wheel.known));
    wheel.x = bound(wheel.x + dx, mostX);
    wheel.y = bound(wheel.y + dy, mostY);
    wheel.at = performance.now();
    if (wheel.timer === 0) wheel.timer = window.setTimeout(() => this.sendWheel(wheel), WHEEL_WAIT_MS);
  }

  private beginWheel(picture: Picture, spot: Spot, dx: number, dy: number): Wheel | null {
    const known = scrollable(picture, this.hit(spot), dx, dy);
    if (known === null) return null;
    const { x, y } = scrollRoom(scroller(known));
    this.wheel = { known, x, y, timer: 0, at: 0 };
    return this.wheel;
  }

  private sendWheel(wheel: Wheel): void {
    wheel.timer = 0;
    const picture = this.picture();
    if (picture === null || picture.builder.known(wheel.known.id) !== wheel.known) return;
    const { epoch, seq } = picture;
    const place = { node: wheel.known.id, x: Math.round(wheel.x), y: Math.round(wheel.y), epoch, seq };
    this.say({ k: "scroll", place });
  }

  // --- what is where

  private hit(spot: Spot): Known | null {
    const picture = this.picture();
    const inner = picture?.frame.contentDocument;
    return picture && inner ? knownAt(picture, inner, spot) : null;
  }

  private placeOf(spot: Spot): Place | null {
    const picture = this.picture();
    const known = this.hit(spot);
    if (picture === null || known === null) return null;
    const box = boxOf(known.node as Element);
    return {
      node: known.id,
      x: fraction(spot.x - box.left, box.width),
      y: fraction(spot.y - box.top, box.height),
      epoch: picture.epoch,
      seq: picture.seq,
    };
  }

  private ripple(spot: Spot): void {
    const ripple = layer("ripple");
    ripple.hidden = false;
    place(ripple, spot.x, spot.y, this.scale());
    this.element.append(ripple);
    setTimeout(() => ripple.remove(), RIPPLE_MS);
  }
}

function bound(value: number, most: number): number {
  return Math.min(Math.max(value, 0), Math.max(most, 0));
}

function fraction(offset: number, length: number): number {
  return length > 0 ? bound(offset / length, 1) : 0;
}

/** The deepest known element at this point, through shadow roots and frames. */
export function knownAt(picture: Picture, inner: Document, spot: Spot): Known | null {
  let element = inner.elementFromPoint(spot.x, spot.y);
  for (let shadow = element && shadowOf(element); shadow; shadow = element && shadowOf(element)) {
    const deeper = shadow.elementFromPoint(spot.x, spot.y);
    if (deeper === null || deeper === element) break;
    element = deeper;
  }
  for (let node: Node | null = element; node !== null; node = composedParent(node)) {
    const known = picture.builder.knownOf(node);
    if (known?.what !== "element") continue;
    return (known.inside && knownInside(picture, known, spot)) ?? known;
  }
  return null;
}

/** The same in the document of a frame; null where there is nothing but its document. */
function knownInside(picture: Picture, frame: Known, spot: Spot): Known | null {
  const { x, y, scale } = insetOf(frame.node as Element);
  return knownAt(picture, frame.inside?.node as Document, { x: (spot.x - x) / scale, y: (spot.y - y) / scale });
}

function composedParent(node: Node): Node | null {
  if (nodeTypeOf(node) === Node.DOCUMENT_NODE) return frameOf(node);
  return parentOf(node) ?? hostOf(node);
}

function scroller(known: Known): Element {
  const inner = known.node as Document;
  return known.what === "document" ? (inner.scrollingElement ?? inner.documentElement) : (known.node as Element);
}

/** What a wheel at `from` would scroll: the next ancestor with room that way, at last the page. */
function scrollable(picture: Picture, from: Known | null, dx: number, dy: number): Known | null {
  for (let node: Node | null = from?.node ?? null; node !== null; node = composedParent(node)) {
    const known = picture.builder.knownOf(node);
    if (known?.what === "element" && hasRoom(node as Element, dx, dy)) return known;
    if (known?.frame && hasRoom(scroller(known), dx, dy, true)) return known;
  }
  return picture.builder.root;
}

function hasRoom(element: Element, dx: number, dy: number, whole = false): boolean {
  const inner = documentOf(element);
  const view = inner.defaultView;
  if (view === null || (element === inner.scrollingElement && !whole)) return false;
  const style = view.getComputedStyle(element);
  const at = scrollRoom(element);
  // A document scrolls unless it says that it does not.
  const scrolls = whole ? /^(?!hidden|clip)/ : /auto|scroll/;
  const down = scrolls.test(style.overflowY) && room(at.y, dy, at.mostY);
  const across = scrolls.test(style.overflowX) && room(at.x, dx, at.mostX);
  return dy !== 0 ? down : across;
}

function room(at: number, by: number, most: number): boolean {
  return by > 0 ? at < most - 1 : by < 0 && at > 0;
}
