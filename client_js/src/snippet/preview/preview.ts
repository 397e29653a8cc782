// What the customer sees of what the agent sees: a mirror of its own, fed with the very messages that go to the hub, in
// the moment they go. It captures nothing, and is captured by nothing.

import { Picture } from "../../mirror/picture";
import { Refusal } from "../../mirror/refusal";
import { WORDS } from "../../mirror/words";
import type { Ops, Page, Pointer, Snapshot, Tip } from "../../protocol";
import { language } from "../../shared/i18n/language";
import { type Given, PreviewAssets } from "./assets";
import { previewMedium } from "./medium";
import { Panel, type Stage } from "./panel";
import { PREVIEW_WORDS } from "./words";

export type { Stage };

export interface PreviewHost extends Stage {
  agent: string;
  /** What the hub would get for an asset's number. */
  given(n: number, certain: boolean): Promise<Given>;
  /** Whether anything is shared at the moment. */
  isLive(): boolean;
  /** A new picture is wanted, for the hub and for us alike. */
  again(): void;
  /** The customer closed it, or it was taken away. */
  closed(): void;
  /** Aborted with the session. */
  signal: AbortSignal;
}

/** One new picture in this time at most, however often it is opened. */
const AGAIN_EVERY_MS = 2_000;
const FRAME_CHECK_MS = 500;

let askedAt = Number.NEGATIVE_INFINITY;

export class Preview {
  private readonly language = language();
  private readonly words = PREVIEW_WORDS[this.language];
  private readonly panel: Panel;
  private readonly assets: PreviewAssets;
  private readonly checking: number;
  private readonly aborted = (): void => this.close();
  private picture: Picture | undefined;
  private inner: Document | undefined;
  private timer = 0;
  private isOpen = true;

  constructor(private readonly host: PreviewHost) {
    this.panel = new Panel(host, this.words, host.agent, () => this.close());
    this.assets = new PreviewAssets(host.given);
    host.signal.addEventListener("abort", this.aborted);
    // Our surface may have to move into a modal element of the page: a frame that moves begins anew, and empty.
    this.checking = window.setInterval(() => {
      if (this.picture && this.picture.frame.contentDocument !== this.inner) this.ask(this.words.waiting);
    }, FRAME_CHECK_MS);
    // For tests and for the doctor.
    Object.assign((window as unknown as { cobrowse: object }).cobrowse, { preview: this });
    this.ask(this.words.waiting);
  }

  get epoch(): number {
    return this.picture?.epoch ?? 0;
  }

  get seq(): number {
    return this.picture?.seq ?? 0;
  }

  /** This message was handed to the socket. Never throws: looking must not disturb what is looked at. */
  take(message: Snapshot | Ops | Page | Pointer | Tip): void {
    if (!this.isOpen) return;
    try {
      if (message.k === "snapshot") this.snapshot(message);
      else if (message.k === "ops") this.ops(message);
      else if (message.k === "page" && message.epoch === this.picture?.epoch) this.measure(message.page);
    } catch (error) {
      if (!(error instanceof Refusal)) console.warn("The preview could not draw this.", error);
      this.ask(this.words.broken);
    }
  }

  /** Nothing leaves any more, and so there is nothing to see. */
  cover(): void {
    this.drop();
    this.panel.say(this.words.nothing(this.host.agent));
  }

  /** The digest of docs/protocol.md, which the mirror's must equal; empty where there is no picture. */
  digest(): Promise<string> {
    return this.picture?.complete ? this.picture.digest() : Promise.resolve("");
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.host.signal.removeEventListener("abort", this.aborted);
    clearInterval(this.checking);
    clearTimeout(this.timer);
    this.drop();
    this.assets.stop();
    this.panel.remove();
    delete (window as unknown as { cobrowse: { preview?: Preview } }).cobrowse.preview;
    this.host.closed();
  }

  private snapshot(message: Snapshot): void {
    if (message.part === 0 && message.page) {
      this.drop();
      const medium = previewMedium(this.assets, () => undefined);
      const { fit } = this.panel;
      const title = this.words.picture(this.host.agent);
      const words = WORDS[this.language];
      this.picture = new Picture(message.epoch, message.page, words, fit, title, () => undefined, medium);
      fit.append(this.host.marks);
      this.inner = this.picture.frame.contentDocument as Document;
      this.measure(message.page);
    }
    if (this.picture?.epoch !== message.epoch) return;
    this.picture.addPart(message);
    if (this.picture.complete) this.panel.say("");
  }

  private ops(message: Ops): void {
    const { picture } = this;
    // Of a picture that began before we looked, or did not fit: the next one is on its way.
    if (picture?.epoch !== message.epoch || !picture.complete) return;
    if (message.seq !== picture.seq + 1) throw new Refusal("gap");
    picture.addOps(message);
  }

  private measure(page: Page["page"]): void {
    this.picture?.become(page);
    // What the page asks of the scheme, its frame answers.
    this.picture?.frame.style.setProperty("color-scheme", page.dark ? "dark" : "light");
    this.panel.measure(page);
  }

  private ask(text: string): void {
    this.drop();
    this.panel.say(this.host.isLive() ? text : this.words.nothing(this.host.agent));
    if (this.timer !== 0) return;
    this.timer = window.setTimeout(
      () => {
        this.timer = 0;
        askedAt = performance.now();
        this.host.again();
      },
      Math.max(0, askedAt + AGAIN_EVERY_MS - performance.now()),
    );
  }

  private drop(): void {
    this.picture?.drop();
    this.picture = this.inner = undefined;
  }
}
