// One epoch: an inner frame without scripts, and the builder that fills it.

import type { Ops, PageInfo, Snapshot } from "../protocol";
import { Builder } from "./builder";
import { digest } from "./digest";
import {
  boxOf,
  childrenOf,
  nodeTypeOf,
  removeAttribute,
  scrollLeftOf,
  scrollTo,
  scrollTopOf,
  setAttribute,
  toggleAttribute,
} from "./dom";
import { FOCUSED, INK, MISSING, SELECTED } from "./ink";
import type { Known } from "./known";
import { type Medium, MIRROR } from "./medium";
import { Refusal } from "./refusal";
import { darken, schemeRule } from "./scheme";
import type { MirrorWords } from "./words";

/** Never waits longer than this for stylesheets and pictures before it calls the picture settled. */
const LOADS_WAIT_MS = 10_000;
/** A missing picture that is narrower than this is only hatched. */
const WORDS_FIT_PIXELS = 120;
const MAX_SIDE_PIXELS = 20_000;

type InnerWindow = Window & typeof globalThis;

export class Picture {
  readonly frame: HTMLIFrameElement;
  readonly builder: Builder;
  seq = 0;
  complete = false;
  private part = 0;
  private readonly window: InnerWindow;
  private readonly document: Document;
  private readonly loading = new Set<Element>();
  private quiet: (() => void)[] = [];

  /** The frame is in the document from the start: without a browsing context there is nothing to build in. */
  constructor(
    readonly epoch: number,
    public page: PageInfo,
    private readonly words: MirrorWords,
    stage: HTMLElement,
    title: string,
    private readonly changed: () => void,
    medium: Medium = MIRROR,
  ) {
    this.frame = document.createElement("iframe");
    this.frame.setAttribute("sandbox", "allow-same-origin");
    this.frame.tabIndex = -1;
    this.frame.title = title;
    stage.append(this.frame);
    this.window = this.frame.contentWindow as InnerWindow;
    this.document = this.frame.contentDocument as Document;
    medium.blank(this.document, page.quirks === true);
    this.builder = new Builder(this.document, this.window, INK, words, (root) => this.listen(root), medium);
    this.resize(page);
  }

  resize(page: PageInfo): void {
    this.page = page;
    this.frame.style.width = `${clamp(page.width)}px`;
    this.frame.style.height = `${clamp(page.height)}px`;
  }

  addPart(message: Snapshot): void {
    if (this.complete || message.part !== this.part) throw new Refusal("part_order");
    this.part += 1;
    this.builder.apply(message);
    this.watchLoads();
    if (!message.last) return;
    this.complete = true;
    if (this.builder.root === null) throw new Refusal("no_document");
    this.darken();
    this.afterFrame();
  }

  /** Ops must follow without a gap; the caller has looked. */
  addOps(message: Ops): void {
    this.builder.apply(message);
    this.seq = message.seq;
    this.watchLoads();
    if (this.builder.sheets.takeChanged()) this.darken();
    this.afterFrame();
  }

  /** Resolves once stylesheets and pictures have loaded or failed, at the latest after ten seconds. */
  async settled(): Promise<void> {
    if (this.loading.size > 0) {
      await new Promise<void>((resolve) => {
        this.quiet.push(resolve);
        setTimeout(resolve, LOADS_WAIT_MS);
      });
    }
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 0);
    });
  }

  digest(): Promise<string> {
    return digest(this.builder);
  }

  /** Nothing of the page is left. */
  drop(): void {
    this.loading.clear();
    this.quiet.forEach((resolve) => {
      resolve();
    });
    this.frame.remove();
  }

  private afterFrame(): void {
    this.scroll();
    this.focus();
    this.select();
    this.changed();
  }

  // --- what the page loads

  private listen(root: Document | ShadowRoot): void {
    root.addEventListener("load", (event) => this.loaded(event.target as Element, true), true);
    root.addEventListener("error", (event) => this.loaded(event.target as Element, false), true);
  }

  private watchLoads(): void {
    for (const link of this.document.querySelectorAll("link[rel=stylesheet]")) {
      if ((link as HTMLLinkElement).sheet === null && !link.hasAttribute(MISSING)) this.loading.add(link);
    }
    for (const image of this.document.images) {
      if (!image.complete && image.loading !== "lazy" && image.isConnected) this.loading.add(image);
    }
  }

  private loaded(element: Element, well: boolean): void {
    // What a picture that did not come says, in its place.
    if (well) removeAttribute(element, MISSING);
    else setAttribute(element, MISSING, boxOf(element).width < WORDS_FIT_PIXELS ? "" : this.words.missing);
    this.loading.delete(element);
    if (element.localName === "link") this.darken();
    this.scroll();
    this.changed();
    if (this.loading.size > 0) return;
    for (const resolve of this.quiet) resolve();
    this.quiet = [];
  }

  // --- what goes with the picture

  private schemeHeld = false;

  private darken(): void {
    const dark = this.page.dark === true;
    darken(this.document, dark);
    const rule = this.schemeHeld || !this.complete ? "" : schemeRule(this.document, dark);
    if (rule === "") return;
    this.schemeHeld = true;
    this.builder.sheets.addOwn(rule);
  }

  private scroll(): void {
    for (const [known, { x, y }] of this.builder.scrolls) {
      const target = known.what === "document" ? this.document.scrollingElement : (known.node as Element);
      if (target === null || (scrollLeftOf(target) === x && scrollTopOf(target) === y)) continue;
      scrollTo(target, x, y);
    }
  }

  private drawnFocus: Known | null = null;

  private focus(): void {
    const focused = this.builder.focused;
    if (this.drawnFocus === focused) return;
    if (this.drawnFocus !== null) toggleAttribute(this.drawnFocus.node as Element, FOCUSED, false);
    if (focused !== null) setAttribute(focused.node as Element, FOCUSED, "");
    this.drawnFocus = focused;
  }

  private select(): void {
    const highlights = this.window.CSS?.highlights;
    if (highlights === undefined) return;
    highlights.delete(SELECTED);
    const selection = this.builder.selection;
    if (selection === null) return;
    const range = this.document.createRange();
    range.setStart(selection.start.node, within(selection.start.node, selection.startOffset));
    range.setEnd(selection.end.node, within(selection.end.node, selection.endOffset));
    highlights.set(SELECTED, new this.window.Highlight(range));
  }
}

function within(node: Node, offset: number): number {
  return Math.min(offset, nodeTypeOf(node) === Node.TEXT_NODE ? (node as Text).length : [...childrenOf(node)].length);
}

function clamp(side: number): number {
  return Math.min(Math.max(side, 1), MAX_SIDE_PIXELS);
}
