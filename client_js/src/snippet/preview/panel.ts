// The window in which the customer looks at the picture. It fills the dock above the banner, so that pause and stop stay
// where they were, and takes the agent's marks along, since what she points at is to be seen while it covers the page.

import type { PageInfo } from "../../protocol";
import { button, h } from "../ui/elements";
import { STRIPES } from "./medium";
import css from "./panel.css?inline";
import type { PreviewWords } from "./words";

/** Where the preview goes, in the snippet's own surface. */
export interface Stage {
  dock: HTMLElement;
  /** The agent's marks, in pixels of the page's viewport. */
  marks: HTMLElement;
}

const FOCUSABLE = "button:not(:disabled)";

export class Panel {
  /** What the picture's frame is put into. */
  readonly fit = h("div", { class: "fit", hidden: "" });
  private readonly cover = h("p", { class: "cover", role: "status" });
  private readonly stage = h("div", { class: "stage" }, this.fit, this.cover);
  private readonly element: HTMLElement;
  private readonly root: ShadowRoot;
  private readonly sheet = new CSSStyleSheet();
  private readonly before: HTMLElement | null;
  private readonly off = new AbortController();
  private readonly resizes = new ResizeObserver(() => this.layout());
  private page: PageInfo | undefined;

  constructor(
    private readonly at: Stage,
    words: PreviewWords,
    agent: string,
    close: () => void,
  ) {
    this.root = at.dock.getRootNode() as ShadowRoot;
    this.before = this.root.activeElement as HTMLElement | null;
    this.sheet.replaceSync(css);
    this.root.adoptedStyleSheets = [...this.root.adoptedStyleSheets, this.sheet];
    const swatch = h("i", {});
    swatch.style.backgroundImage = STRIPES;
    this.element = h(
      "section",
      {
        class: "preview",
        role: "dialog",
        "aria-modal": "true",
        "aria-labelledby": "preview",
        "aria-describedby": "preview-legend",
        "data-testid": "preview",
        tabindex: "-1",
      },
      h(
        "div",
        { class: "head" },
        h("h2", { id: "preview" }, words.title(agent)),
        button("preview-close", words.close, "", close),
      ),
      h("p", { class: "legend", id: "preview-legend" }, swatch, h("span", {}, words.legend(agent))),
      this.stage,
      h("p", { class: "small" }, words.look),
    );
    at.dock.classList.add("full");
    at.dock.prepend(this.element);
    this.fit.append(at.marks);
    this.resizes.observe(this.stage);
    window.addEventListener("keydown", (event) => this.key(event, close), { capture: true, signal: this.off.signal });
    this.element.focus({ preventScroll: true });
  }

  /** A sentence in the place of the picture, or the picture. */
  say(text: string): void {
    this.element.dataset.shown = text ? "" : "picture";
    this.cover.textContent = text;
    this.fit.hidden = text !== "";
  }

  /** The picture shows a viewport of this size. */
  measure(page: PageInfo): void {
    this.page = page;
    this.layout();
  }

  remove(): void {
    this.off.abort();
    this.resizes.disconnect();
    // The dialog has the focus, or the page took it meanwhile: then it stays there.
    const focused = this.root.activeElement !== null;
    this.root.insertBefore(this.at.marks, this.at.dock);
    this.element.remove();
    this.at.dock.classList.remove("full");
    this.root.adoptedStyleSheets = this.root.adoptedStyleSheets.filter((sheet) => sheet !== this.sheet);
    if (focused && this.before?.isConnected) this.before.focus({ preventScroll: true });
  }

  private layout(): void {
    if (!this.page) return;
    const { width, height } = this.page;
    const scale = Math.min(
      1,
      this.stage.clientWidth / Math.max(width, 1),
      this.stage.clientHeight / Math.max(height, 1),
    );
    const { style } = this.fit;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.marginLeft = `${(-width * scale) / 2}px`;
    style.transform = `scale(${scale})`;
  }

  /** Tab goes round in our own controls, Escape closes; a question that came meanwhile deals with its own. */
  private key(event: KeyboardEvent, close: () => void): void {
    if (!event.isTrusted) return;
    const active = this.root.activeElement;
    if (event.key === "Escape") {
      if (active?.closest("[role=alertdialog]")) return;
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") {
      const found = this.at.dock.querySelectorAll<HTMLElement>(FOCUSABLE);
      const all = [...found].filter((each) => each.checkVisibility());
      const from = all.indexOf(active as HTMLElement);
      const step = event.shiftKey ? -1 : 1;
      const to = from < 0 ? (event.shiftKey ? -1 : 0) : from + step;
      event.preventDefault();
      event.stopPropagation();
      all.at(to % all.length)?.focus();
    }
  }
}
