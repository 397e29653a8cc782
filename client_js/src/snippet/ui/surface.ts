// Where our UI lives: one host element with a shadow root, in the browser's top layer, above whatever the page shows
// modally or full screen, and watched for being reachable.
import { h } from "./elements";
import css from "./ui.css?inline";

/** What is smaller cannot be hit (WCAG 2.2, target size). */
const TARGET_PX = 24;
/** So many elements are asked for their shadow roots, and so many dialogs are tried. */
const LOOK_MAX = 50_000;
const DIALOGS_MAX = 16;
/** Every declaration is important, so that no rule of the page can hide or shrink the host. */
const HOST_STYLE = "all:initial;display:block;position:fixed;inset:0;pointer-events:none;z-index:2147483647;";

export interface Surface {
  /** Prompts, banner and receipt, stacked at the edge of the window. */
  dock: HTMLElement;
  /** Drawings over the page, in viewport pixels. */
  marks: HTMLElement;
  show(dialog: HTMLDialogElement): void;
  isOwn(node: Node): boolean;
  /** Whether all of these can be clicked. Where not, bring them back on top; whether that holds shows the next time. */
  reachable(probes: readonly HTMLElement[]): boolean;
  remove(): void;
}

/** The modal dialogs below, also in open shadow roots. What is outside of the topmost one is inert; which that is, no
 * script can ask. */
function dialogs(root: Document | ShadowRoot): Element[] {
  const found = [...root.querySelectorAll("dialog:modal")];
  for (const { shadowRoot } of [...root.querySelectorAll("*")].slice(0, LOOK_MAX))
    if (shadowRoot) found.push(...dialogs(shadowRoot));
  return found;
}

/** Where we may be above all else. */
const parents = (): Element[] => [
  ...dialogs(document).slice(-DIALOGS_MAX).reverse(),
  ...(document.fullscreenElement ? [document.fullscreenElement] : []),
  document.documentElement,
];

export function surface(): Surface {
  const host = h("div", { popover: "manual" });
  host.style.cssText = HOST_STYLE.replaceAll(";", "!important;");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const marks = h("div", { class: "marks", "aria-hidden": "true" });
  const dock = h("div", { class: "dock" });
  root.append(marks, dock);

  let dialog: HTMLDialogElement | undefined;
  const place = (parent: Element): void => {
    if (host.parentNode === parent) host.hidePopover?.();
    else parent.append(host);
    // Who is moved through another document loses them: a page may do that to the dialog that we are in. Not before we
    // are back: they are of this document, and another one takes none of them.
    root.adoptedStyleSheets = [sheet];
    host.showPopover?.();
    if (dialog?.isConnected) {
      dialog.close();
      dialog.showModal();
    }
  };
  /** Of our own alone: what the page's root fades out does not fade what is above it in the top layer. */
  const isFaint = (probe: HTMLElement): boolean => {
    for (let at: Element = probe; ; at = at.parentElement ?? host) {
      if (Number(getComputedStyle(at).opacity) < 0.5) return true;
      if (at === host) return false;
    }
  };
  const hit = (probe: HTMLElement): boolean => {
    const { left, top, width, height } = probe.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const seen = root.elementFromPoint(x, y);
    // What is to be scrolled to, in a card that gives way.
    const frame = probe.closest(".card")?.getBoundingClientRect();
    if (frame && (x < frame.left || x > frame.right || y < frame.top || y > frame.bottom)) return true;
    return (
      Math.min(width, height) * (window.visualViewport?.scale ?? 1) >= TARGET_PX &&
      !probe.matches(".banner :disabled") &&
      probe.contains(seen) &&
      probe.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) &&
      !isFaint(probe)
    );
  };
  place(document.documentElement);
  return {
    dock,
    marks,
    show(shown) {
      dialog = shown;
      root.append(shown);
      shown.showModal();
    },
    isOwn: (node) => node === host || node.getRootNode() === root,
    reachable(probes) {
      if (probes.every(hit)) return true;
      for (const parent of parents()) {
        if (parent.getRootNode() === root) continue;
        place(parent);
        if (probes.every(hit)) break;
      }
      return false;
    },
    remove: () => host.remove(),
  };
}
