// What the agent does is shown where it happens.
import { texts } from "../../shared/i18n/customer";
import { h } from "./elements";

const ACT_SHOWN_MS = 1_800;

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Marks {
  point(x: number, y: number): void;
  highlight(box: Box | null): void;
  showAct(kind: string, box: Box | null): void;
  clear(): void;
}

export function marks(layer: HTMLElement, agent: string, signal: AbortSignal): Marks {
  let pointer: HTMLElement | undefined;
  let outline: HTMLElement | undefined;
  const put = (kind: string, { left, top, width, height }: Box, label: string): HTMLElement => {
    const mark = h("div", { class: kind }, h("span", {}, label));
    // Where the page was scrolled when it was drawn; `follow` moves it with the page.
    mark.style.cssText = `left:${left + scrollX}px;top:${top + scrollY}px;width:${width}px;height:${height}px`;
    layer.append(mark);
    return mark;
  };
  const follow = (): void => {
    layer.style.transform = `translate(${-scrollX}px,${-scrollY}px)`;
  };
  const clear = (): void => {
    pointer?.remove();
    outline?.remove();
  };
  follow();
  addEventListener("scroll", follow, { passive: true, signal });
  return {
    point(x, y) {
      pointer?.remove();
      pointer = put("point", { left: x, top: y, width: 0, height: 0 }, agent);
    },
    highlight(box) {
      outline?.remove();
      outline = box ? put("outline", box, agent) : undefined;
    },
    showAct(kind, box) {
      const what = `${agent}: ${texts.did[kind] ?? kind}`;
      const mark = put("outline act", box ?? { left: 8, top: 8, width: 0, height: 0 }, what);
      setTimeout(() => mark.remove(), ACT_SHOWN_MS);
    },
    clear,
  };
}
