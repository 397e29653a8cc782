// What the picture is seen through: the size of the viewport, what its scroll bar takes, what the browser answers to media
// queries, which states the page is in.
import type { PageInfo } from "../../protocol";
import { TRAITS } from "../../shared/traits";
import { find, matches } from "./dom";

/** A difference below this is a rounding, and no scroll bar. */
const BAR_LEAST_PIXELS = 4;

const asked = TRAITS.map((query) => matchMedia(query));

export interface Measured {
  readonly width: number;
  readonly height: number;
  readonly bar: number;
  /** What the page's meta element says of its colour scheme. */
  readonly scheme_: string;
  readonly target_: Element | undefined;
}

/** Asked for only when it may have changed, since asking may force a layout. */
export function measure(): Measured {
  const { innerWidth: outer, innerHeight: height } = window;
  const inner = (document.scrollingElement ?? document.documentElement).clientWidth;
  // A phone that shows a page wider than itself says how much of it is to be seen, not what the page was laid out for.
  const isWider = inner < outer && !matchMedia(`(min-width:${outer - 1}px)`).matches;
  const bar = isWider ? 0 : outer - inner;
  return {
    width: isWider ? inner : outer,
    height: isWider ? Math.round((height * inner) / outer) : height,
    bar: bar < BAR_LEAST_PIXELS ? 0 : bar,
    scheme_: find(document, "meta[name=color-scheme]")[0]?.getAttribute("content") ?? "",
    target_: location.hash ? find(document, ":target")[0] : undefined,
  };
}

type State = Required<
  Pick<
    PageInfo,
    "width" | "height" | "bar" | "zoom" | "dpr" | "left" | "top" | "traits" | "dark" | "dark_canvas" | "ring"
  > &
    Pick<PageInfo, "target" | "fullscreen">
>;

/** The states of the page; `focus` is what is said to have the focus. */
export function stateOf(
  { width, height, bar, scheme_: scheme, target_: target }: Measured,
  focus: Element | null,
  idOf: (element: Element) => number,
): State {
  const dark = matchMedia("(prefers-color-scheme:dark)").matches;
  const view = visualViewport;
  const full = document.fullscreenElement;
  return {
    width,
    height,
    bar,
    zoom: Math.round((view?.scale ?? 1) * 100),
    dpr: Math.round(devicePixelRatio * 100),
    left: Math.max(0, Math.round(view?.offsetLeft ?? 0)),
    top: Math.max(0, Math.round(view?.offsetTop ?? 0)),
    traits: asked.reduce((bits, { matches: yes }, at) => bits | (+yes << at), 0),
    dark,
    dark_canvas: /\bdark\b/.test(scheme) && (dark || !/\blight\b/.test(scheme)),
    ring: !!focus && matches(focus, ":focus-visible"),
    target: target ? idOf(target) : 0,
    fullscreen: full ? idOf(full) : 0,
  };
}
