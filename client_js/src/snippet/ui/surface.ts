// Where our UI lives: one host element with a shadow root, in the browser's top layer, above whatever the page shows
// modally or full screen, and watched for being reachable.
import { h } from "./elements";
import css from "./ui.css?inline";

/** What is smaller cannot be hit (WCAG 2.2, target size). */
const TARGET_PX = 24;
/** So many elements of the page are asked for their shadow roots, and so many dialogs are tried. */
const LOOK_MAX = 50_000;
const DIALOGS_MAX = 8;
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

/** Those of the page and of its open shadow roots that are modal. */
function dialogs(root: Document | ShadowRoot = document, look = { left: LOOK_MAX }): Element[] {
  const found = [...root.querySelectorAll("dialog:modal")];
  for (const { shadowRoot } of root.querySelectorAll("*")) {
    if (look.left-- < 0) break;
    if (shadowRoot) found.push(...dialogs(shadowRoot, look));
  }
  return found;
}

/** Modal elements of the page, the one with the focus first: what is outside of the topmost one is inert. */
function* parents(): Generator<Element> {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  for (let at: Node | null = active; at; at = at.parentNode ?? (at as ShadowRoot).host ?? null) {
    if (at instanceof HTMLDialogElement && at.matches(":modal")) yield at;
  }
  yield* dialogs().reverse().slice(0, DIALOGS_MAX);
  if (document.fullscreenElement) yield document.fullscreenElement;
  yield document.documentElement;
}

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
    // Who is moved through another document loses them: a page may do that to the dialog that we are in.
    root.adoptedStyleSheets = [sheet];
    if (host.parentNode === parent) host.hidePopover?.();
    else parent.append(host);
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
    const seen = root.elementFromPoint(left + width / 2, top + height / 2);
    // What is to be scrolled to, in a card that gives way.
    const frame = probe.closest(".card")?.getBoundingClientRect();
    if (frame && Math.abs(2 * top + height - 2 * frame.top - frame.height) > frame.height) return true;
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
