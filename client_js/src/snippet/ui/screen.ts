// All that the customer sees of a session, put together: which pieces are there follows from what it is told to show.
import type { Pace } from "../../protocol";
import type { Notes } from "../../shared/parts";
import { askConsent, type Consent, type ConsentHost } from "../consent";
import type { Stage } from "../preview/preview";
import { receipt } from "../receipt";
import { type BannerState, banner } from "./banner";
import { type Marks, marks } from "./marks";
import { askControl, askNavigate, type Prompt } from "./prompt";
import { surface } from "./surface";

/** How often the banner is looked at, and how long it may be out of reach. */
export const LOOK_MS = 250;
const UNREACHABLE_MS = 1_000;
/** An address that nobody answered for is not opened long after. */
const ASK_LASTS_MS = 60_000;

export interface ScreenHost extends ConsentHost {
  control(allow: boolean): void;
  release(): void;
  pause(): void;
  preview(): Promise<void>;
  stop(): void;
  /** The banner could not be reached for a second. */
  lost(): void;
}

export interface Screen extends Omit<Marks, "clear"> {
  isOwn(node: Node): boolean;
  readonly stage: Stage;
  /** The question of the beginning; `allowed` while the agent's digits are missing. */
  joining(digits: string, allowed: boolean, down: boolean): void;
  session(state: BannerState, controlAsked: boolean, pace?: Pace): void;
  /** Undefined where there was no answer. */
  askNavigate(address: string): Promise<boolean | undefined>;
  ended(reason: string, notes: Notes): void;
  /** To be called every LOOK_MS. */
  look(): void;
  remove(): void;
}

export function screen(host: ScreenHost, signal: AbortSignal): Screen {
  const { agent, site } = host;
  const { dock, marks: layer, show, isOwn, reachable, remove } = surface();
  const drawn = marks(layer, agent, signal);
  let unreachableFor = 0;
  const bar = banner({
    ...host,
    pause() {
      // Who pressed it has reached it.
      unreachableFor = 0;
      host.pause();
    },
    move: () => dock.classList.toggle("top"),
  });
  let consent: Consent | undefined;
  let control: Prompt | undefined;
  let navigation: Prompt | undefined;
  let refuseNavigation: (() => void) | undefined;

  const closeConsent = (): void => {
    consent?.card.remove();
    consent = undefined;
  };
  const withdraw = (): void => {
    control?.withdraw();
    control = undefined;
    refuseNavigation?.();
  };
  // Not isConnected: the page may have thrown out the host.
  const isShown = (): boolean => dock.contains(bar.element);
  const seen = (probes: HTMLElement[]): boolean => {
    try {
      return reachable(probes);
    } catch {
      // A page without a root element, or one that broke what we ask: nothing of ours is to be seen there.
      return false;
    }
  };
  let pinched = false;
  /** Pinched into, a page shows only a part of what is fixed to its edges: ours moves into that part, at its own size. */
  const fit = (): void => {
    const { scale, offsetLeft, offsetTop, width, height } = window.visualViewport as VisualViewport;
    if (scale === 1 && !pinched) return;
    pinched = scale !== 1;
    dock.style.cssText = pinched
      ? `inset:${offsetTop + height}px auto auto ${offsetLeft}px;width:${width * scale}px;` +
        `transform-origin:0 100%;transform:translateY(-100%) scale(${1 / scale})`
      : "";
  };
  const look = (): void => {
    // What cannot be seen anyway need not be reachable; the check begins anew when the tab comes back.
    const fine = !isShown() || document.hidden || seen(bar.needed());
    unreachableFor = fine ? 0 : unreachableFor + LOOK_MS;
    // Each time: it may have been in reach for the moment that it took to go on.
    if (unreachableFor >= UNREACHABLE_MS) host.lost();
    // A question that was covered may have been uncovered under somebody's finger.
    for (const each of [consent, control, navigation]) {
      if (each && !seen([each.card, ...each.card.querySelectorAll("button")])) each.rearm();
    }
  };
  for (const name of ["resize", "scroll"]) window.visualViewport?.addEventListener(name, fit, { signal });
  // Of a click the page may keep the last part to itself. After that part, where there is one.
  addEventListener(
    "pointerup",
    (event) => event.isTrusted && event.composedPath().includes(bar.stop) && setTimeout(host.stop),
    { capture: true, signal },
  );
  // A modal or full-screen element has just come or gone: don't wait for the next look.
  for (const name of ["toggle", "fullscreenchange"]) {
    document.addEventListener(name, () => isShown() && seen(bar.needed()), { capture: true, signal });
  }
  return {
    ...drawn,
    isOwn,
    stage: { dock, marks: layer },
    look,
    remove,
    joining(digits, allowed, down) {
      if (!consent) {
        consent = askConsent(host, digits);
        show(consent.card);
      }
      consent.update(allowed, down);
    },
    session(state, controlAsked, pace) {
      closeConsent();
      if (!isShown()) dock.append(bar.element);
      bar.show(state, pace);
      if (controlAsked) control ??= askControl(dock, agent, host.control);
      else {
        control?.withdraw();
        control = undefined;
      }
      if (state !== "control") refuseNavigation?.();
      if (state !== "live" && state !== "control") drawn.clear();
    },
    askNavigate(address) {
      refuseNavigation?.();
      return new Promise((resolve) => {
        const answer = (allow?: boolean): void => {
          clearTimeout(timer);
          navigation?.withdraw();
          navigation = refuseNavigation = undefined;
          resolve(allow);
        };
        refuseNavigation = () => answer();
        const timer = setTimeout(refuseNavigation, ASK_LASTS_MS);
        navigation = askNavigate(dock, agent, address, answer);
      });
    },
    ended(reason, notes) {
      closeConsent();
      withdraw();
      drawn.clear();
      bar.element.remove();
      const shown = receipt(agent, site, reason, notes, remove);
      dock.append(shown);
      shown.focus({ preventScroll: true });
    },
  };
}
