// What the picture is seen through: the size of the viewport, what its scroll bar takes, what the browser answers to media
// queries, which states the page is in.
import type { PageInfo } from "../../protocol";
import { TRAITS } from "../../shared/traits";
import { find, matches } from "./dom";

/** A difference below this is a rounding, and no scroll bar. */
const BAR_LEAST_PIXELS = 4;

const DARK = matchMedia("(prefers-color-scheme:dark)");
const asked = TRAITS.map((query) => matchMedia(query));
/** All that tells by an event that it has to be measured anew. */
export const MEASURED: readonly EventTarget[] = [DARK, ...asked, ...(visualViewport ? [visualViewport] : [])];
const round = Math.round;

type Sizes = Required<Pick<PageInfo, "width" | "height" | "bar">>;
type State = Omit<PageInfo, "address" | "title" | "quirks">;
type Seen = Required<Pick<PageInfo, "zoom" | "dpr" | "left" | "top" | "traits" | "dark">>;

export interface Measured {
  readonly sizes_: Sizes & Seen;
  /** What the page's meta element says of its colour scheme. */
  readonly scheme_: string;
  readonly target_: Element | undefined;
}

/** Asked for only when it may have changed, since asking forces a layout: also of the visual viewport, and of media. */
export function measure(): Measured {
  const { scale, offsetLeft, offsetTop } = visualViewport as VisualViewport;
  let { innerWidth: width, innerHeight: height } = window;
  const inner = (document.scrollingElement ?? document.documentElement).clientWidth;
  let bar = width - inner;
  // A phone that shows a page wider than itself says how much of it is to be seen, not what the page was laid out for.
  if (bar > 0 && !matchMedia(`(min-width:${width - 1}px)`).matches) {
    height = round((height * inner) / width);
    width = inner;
    bar = 0;
  }
  return {
    sizes_: {
      width,
      height,
      bar: bar < BAR_LEAST_PIXELS ? 0 : bar,
      zoom: round(scale * 100),
      dpr: round(devicePixelRatio * 100),
      // Beyond the edge while it springs back.
      left: round(Math.max(0, offsetLeft)),
      top: round(Math.max(0, offsetTop)),
      traits: asked.reduce((bits, { matches: yes }, at) => bits | (+yes << at), 0),
      dark: DARK.matches,
    },
    scheme_: find(document, "meta[name=color-scheme]")[0]?.getAttribute("content") ?? "",
    target_: location.hash ? find(document, ":target")[0] : undefined,
  };
}

/** The states of the page; `focus` is what is said to have the focus. */
export function stateOf(measured: Measured, focus: Element | null, idOf: (element: Element) => number): State {
  const { scheme_: scheme, target_: target, sizes_: sizes } = measured;
  const { fullscreenElement: full } = document;
  const { dark } = sizes;
  return {
    ...sizes,
    dark_canvas: /dark/.test(scheme) && (dark || !/light/.test(scheme)),
    ring: !!focus && matches(focus, ":focus-visible"),
    target: target ? idOf(target) : 0,
    fullscreen: full ? idOf(full) : 0,
  };
}
