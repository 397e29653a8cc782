// One epoch: an inner frame without scripts, and the builder that fills it.

import type { Ops, PageInfo, Snapshot } from "../protocol";
import { Adaptation } from "./adapt";
import { Again } from "./again";
import { assetPath } from "./attributes";
import { Builder } from "./builder";
import { finish, still } from "./calm";
import { digest } from "./digest";
import { INK, MISSING } from "./ink";
import { deviceOf, isSame } from "./media";
import { type Medium, MIRROR } from "./medium";
import { Missing } from "./missing";
import { loadedPicture } from "./pictures";
import { place, showSeen } from "./places";
import { Refusal } from "./refusal";
import { schemeRule } from "./scheme";
import { Selected } from "./selection";
import { States } from "./states";
import { Bars, resize } from "./viewport";
import type { MirrorWords } from "./words";

/** Never waits longer than this for stylesheets and pictures before it calls the picture settled. */
const LOADS_WAIT_MS = 10_000;
/** How long a whole picture waits for its stylesheets before it is drawn without. */
const UNSTYLED_AFTER_MS = 500;

type InnerWindow = Window & typeof globalThis;

export class Picture {
  readonly frame: HTMLIFrameElement;
  readonly builder: Builder;
  seq = 0;
  complete = false;
  /** It is drawn: whole, and with its stylesheets, unless those take too long. */
  shown = false;
  private part = 0;
  private readonly window: InnerWindow;
  private readonly document: Document;
  private readonly adaptation: Adaptation;
  private readonly states: States;
  private readonly bars: Bars;
  private readonly selected = new Selected();
  private readonly again = new Again();
  /** Documents and shadow roots. */
  private readonly roots = new Set<Document | ShadowRoot>();
  private readonly loading = new Set<Element>();
  private quiet: (() => void)[] = [];
  private showing = 0;

  /** The frame is in the document from the start: without a browsing context there is nothing to build in. */
  constructor(
    readonly epoch: number,
    public page: PageInfo,
    private readonly words: MirrorWords,
    stage: HTMLElement,
    title: string,
    private readonly changed: () => void,
    private readonly medium: Medium = MIRROR,
    private readonly missing = new Missing(),
  ) {
    this.frame = document.createElement("iframe");
    this.frame.setAttribute("sandbox", "allow-same-origin");
    this.frame.tabIndex = -1;
    this.frame.title = title;
    // Nothing is styled or laid out in a frame that is not drawn. It is once, with all there is to it, by `show`.
    this.frame.style.display = "none";
    stage.append(this.frame);
    this.window = this.frame.contentWindow as InnerWindow;
    this.document = this.frame.contentDocument as Document;
    medium.blank(this.document, page.quirks === true);
    this.builder = new Builder(this.document, this.window, INK, words, (root) => this.listen(root), medium);
    this.adaptation = new Adaptation(deviceOf(page));
    this.builder.sheets.onRule = this.adaptation.rule;
    this.states = new States(this.document, this.builder, this.adaptation, () => this.page);
    this.bars = new Bars(this.document, this.builder.sheets.browser, this.frame);
    resize(this.frame, page);
  }

  /** The page as a whole changed. False where a new picture is needed to show it. */
  become(page: PageInfo): boolean {
    const same = !this.adaptation.asked || isSame(deviceOf(this.page), deviceOf(page));
    const turned = (this.page.dark === true) !== (page.dark === true) || this.page.dark_canvas !== page.dark_canvas;
    this.page = page;
    resize(this.frame, page);
    this.afterFrame();
    return same && !turned;
  }

  /** The customer's pointer, in their viewport; negative where it is not to be shown. */
  point(x: number, y: number): void {
    this.states.point(x, y);
  }

  addPart(message: Snapshot): void {
    if (this.complete || message.part !== this.part) throw new Refusal("part_order");
    this.part += 1;
    this.builder.apply(message);
    if (!message.last) return;
    this.complete = true;
    if (this.builder.root === null) throw new Refusal("no_document");
    this.watchLoads();
    this.adaptMedia();
    if (this.isStyled()) this.show();
    else this.showing = window.setTimeout(() => this.show(), UNSTYLED_AFTER_MS);
  }

  /** Ops must follow without a gap; the caller has looked. */
  addOps(message: Ops): void {
    this.builder.apply(message);
    this.seq = message.seq;
    this.watchLoads();
    if (this.builder.sheets.takeChanged()) this.holdScheme();
    if (message.names.some((name) => name.endsWith(" media"))) this.adaptMedia();
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
    clearTimeout(this.showing);
    this.again.stop();
    this.states.stop();
    this.quiet.forEach((resolve) => {
      resolve();
    });
    this.frame.remove();
  }

  private isStyled(): boolean {
    return ![...this.loading].some((element) => element.localName === "link" && element.hasAttribute("href"));
  }

  private show(): void {
    clearTimeout(this.showing);
    this.shown = true;
    if (!this.isStyled()) still(this.document, true);
    this.lead();
    this.frame.style.display = "";
    this.holdScheme();
    this.afterFrame();
    this.calm();
    // How much room there is for a word was not known.
    for (const { node } of this.builder.documents) {
      for (const image of (node as Document).images) {
        if (image.hasAttribute(MISSING)) this.missing.mark(image, this.words);
      }
    }
  }

  private lead(): void {
    for (const { node } of this.builder.documents) this.medium.lead?.(node as Document);
  }

  private afterFrame(): void {
    if (!this.shown) return;
    this.lead();
    this.states.refresh();
    this.bars.hold(this.page);
    this.showSeen();
    place(this.builder);
    this.selected.draw(this.builder.selection);
    this.changed();
  }

  // --- what the page loads

  private listen(root: Document | ShadowRoot): void {
    this.roots.add(root);
    root.addEventListener("load", (event) => this.loaded(event.target as Element, true), true);
    root.addEventListener("error", (event) => this.loaded(event.target as Element, false), true);
  }

  private watchLoads(): void {
    for (const known of this.builder.documents) {
      const inner = known.node as Document;
      for (const link of inner.querySelectorAll("link[rel=stylesheet]")) {
        if ((link as HTMLLinkElement).sheet === null && !link.hasAttribute(MISSING)) this.loading.add(link);
      }
      for (const image of inner.images) {
        if (!image.complete && image.loading !== "lazy" && image.isConnected) this.loading.add(image);
      }
    }
  }

  private loaded(element: Element, well: boolean): void {
    if (well) this.missing.came(element);
    else this.missing.mark(element, this.words);
    if (!well && element.localName === "link") this.again.ask(element);
    // At the density it was chosen for.
    if (well && loadedPicture(this.builder.knownOf(element))) return;
    this.loading.delete(element);
    if (element.localName === "link") this.linked(element as HTMLLinkElement);
    if (!this.complete) return;
    if (!this.shown && this.isStyled()) this.show();
    else this.afterFrame();
    this.calm();
    if (this.loading.size > 0) return;
    for (const resolve of this.quiet) resolve();
    this.quiet = [];
  }

  /** Why asset `n` is missing became known. */
  missed(n: number): void {
    for (const root of this.roots) {
      for (const element of root.querySelectorAll(`[src="${assetPath(n)}"][${MISSING}]`)) {
        this.missing.mark(element, this.words);
      }
    }
  }

  private linked({ disabled, sheet }: HTMLLinkElement): void {
    // One that was switched off while it was on its way would be seen nevertheless.
    if (sheet !== null && disabled) sheet.disabled = true;
    else if (sheet !== null) this.adaptation.sheet(sheet);
    this.holdScheme();
  }

  // --- what goes with the picture

  private isCalm = false;

  /** Nothing moves before the picture has come as a whole. */
  private calm(): void {
    if (this.isCalm || !this.shown) return;
    finish(this.document);
    this.isCalm = this.isStyled();
    if (!this.isCalm) return;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        // Taken off, it has all of the page styled once more.
        still(this.document, false);
        finish(this.document);
      }),
    );
  }

  /** Conditions of whole sheets: `media` of elements, and of what is adopted. */
  private adaptMedia(): void {
    for (const root of this.roots) {
      for (const sheet of [...root.styleSheets, ...root.adoptedStyleSheets]) this.adaptation.media(sheet.media);
    }
  }

  private isSchemeHeld = false;

  private holdScheme(): void {
    const rule = this.isSchemeHeld || !this.shown ? "" : schemeRule(this.document, this.page);
    if (rule === "") return;
    this.isSchemeHeld = true;
    this.builder.sheets.browser.insertRule(rule, 0);
  }

  private isSeenShown = false;

  /** Once, for what the customer came past before there was a picture. */
  private showSeen(): void {
    const { root, scrolls } = this.builder;
    const at = root === null ? undefined : scrolls.get(root);
    if (this.isSeenShown || at === undefined || this.loading.size > 0) return;
    this.isSeenShown = true;
    showSeen(this.document, this.adaptation.skipped, at.y);
  }
}
