// Where the agent's point and highlight are: drawn for the agent as the customer sees them, once the customer does.

import type { Mark } from "../shared/mirrortalk";
import { boxOf } from "./dom";
import type { Known } from "./known";
import type { Picture } from "./picture";

interface Pin {
  readonly known: Known;
  readonly epoch: number;
  readonly x: number;
  readonly y: number;
}

export class Marks {
  readonly point = layer("mark-point");
  readonly outline = layer("mark-outline");
  private pointed: Pin | null = null;
  private outlined: Pin | null = null;

  constructor(
    private readonly picture: () => Picture | null,
    private readonly scale: () => number,
  ) {}

  show(mark: Mark): void {
    if (mark.act === "point") this.pointed = this.pin(mark.node, mark.x, mark.y);
    else if (mark.act === "highlight") this.outlined = this.pin(mark.node, 0, 0);
    else this.pointed = this.outlined = null;
    this.refresh();
  }

  /** The picture changed: what is gone from it is marked no more, and the rest may have moved. */
  refresh(): void {
    const picture = this.picture();
    const holds = (pin: Pin | null): pin is Pin =>
      pin !== null && pin.epoch === picture?.epoch && picture.builder.known(pin.known.id) === pin.known;
    const pointed = holds(this.pointed) ? this.pointed : null;
    const outlined = holds(this.outlined) ? this.outlined : null;
    this.pointed = pointed;
    this.outlined = outlined;
    this.point.hidden = pointed === null;
    this.outline.hidden = outlined === null;
    if (pointed !== null) {
      const { left, top, width, height } = boxOf(pointed.known.node as Element);
      place(this.point, left + width * pointed.x, top + height * pointed.y, this.scale());
    }
    if (outlined !== null) surround(this.outline, outlined.known.node as Element, this.scale());
  }

  private pin(node: number, x: number, y: number): Pin | null {
    const picture = this.picture();
    const known = picture?.builder.known(node);
    return picture && known?.what === "element" ? { known, epoch: picture.epoch, x, y } : null;
  }
}

/** Something drawn over the picture, hidden at first. */
export function layer(name: string): HTMLElement {
  const element = document.createElement("div");
  element.className = name;
  element.hidden = true;
  element.setAttribute("aria-hidden", "true");
  return element;
}

export function place(drawn: HTMLElement, x: number, y: number, scale: number): void {
  drawn.style.translate = `${x * scale}px ${y * scale}px`;
}

export function surround(drawn: HTMLElement, element: Element, scale: number): void {
  const { left, top, width, height } = boxOf(element);
  place(drawn, left, top, scale);
  drawn.style.width = `${width * scale}px`;
  drawn.style.height = `${height * scale}px`;
}
