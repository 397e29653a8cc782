// Which picture is shown, what is missing of it, and when to ask for a new one.

import type { AssetMissed, Ops, PageInfo, Snapshot, Tip } from "../protocol";
import { VIEW } from "../shapes";
import type { FromMirror, Language, Mark, Tool, View } from "../shared/mirrortalk";
import { shapes } from "../shared/shapes";
import { census } from "./census";
import { canonical } from "./digest";
import { MIRROR } from "./medium";
import { Missing } from "./missing";
import { Picture } from "./picture";
import { Refusal } from "./refusal";
import { Surface } from "./surface";
import { WORDS } from "./words";

/** How often a new epoch is asked for, until there is one. */
const RESYNC_EVERY_MS = 2_000;
/** After so many epochs that did not fit, it is asked for less often. */
const PATIENT_REFUSALS = 5;
const RESYNC_SLOWLY_MS = 30_000;
/** How long a live session may show nothing before a picture is asked for. */
const FIRST_PICTURE_MS = 4_000;
/** The console hears at most so often how much there is to see. */
const CENSUS_EVERY_MS = 2_000;
/** And of a new picture so long after it was drawn: whoever looks at it comes first. */
const CENSUS_AFTER_MS = 150;
/** How long the next part of a picture may take. */
const WHOLE_PICTURE_MS = 10_000;

const fits = shapes(VIEW);

export class Mirror {
  /** The newest epoch that began, whether it could be shown or not. */
  epoch = 0;
  private picture: Picture | null = null;
  private readonly stage = document.createElement("main");
  private readonly fit = document.createElement("div");
  private readonly surface: Surface;
  private readonly missing = new Missing();
  private language: Language = "en";
  private isLive = false;
  private asking = 0;
  private askedAt = Number.NEGATIVE_INFINITY;
  private dueAt = 0;
  private refused = 0;
  private refusedInARow = 0;
  private counting = 0;
  private countedAt = Number.NEGATIVE_INFINITY;
  private countedEpoch = 0;

  constructor(
    body: HTMLElement,
    private readonly say: (message: FromMirror) => void,
  ) {
    this.surface = new Surface(
      () => this.shown(),
      () => this.scale,
      say,
      WORDS.en.surface,
    );
    this.stage.className = "stage";
    this.fit.className = "fit";
    this.fit.append(this.surface.element);
    this.stage.append(this.fit);
    body.append(this.stage);
    new ResizeObserver(() => this.layout()).observe(this.stage);
    this.draw();
  }

  get seq(): number {
    return this.picture?.seq ?? 0;
  }

  setLanguage(language: Language): void {
    this.language = language;
    document.documentElement.lang = language;
    this.surface.setLabel(WORDS[language].surface);
  }

  setTool(tool: Tool): void {
    this.surface.setTool(tool);
  }

  /** The hub says why there is no such asset. */
  missed(asset: AssetMissed): void {
    if (!this.isLive) return;
    this.missing.tell(asset);
    this.picture?.missed(asset.n);
  }

  mark(mark: Mark): void {
    this.surface.mark(mark);
  }

  /** Nothing of the page is left here. The console says why. */
  cover(): void {
    this.isLive = false;
    this.missing.clear();
    this.stopAsking();
    this.dropPicture();
  }

  live(): void {
    if (this.isLive) return;
    this.isLive = true;
    if (this.picture === null) this.askIn(FIRST_PICTURE_MS);
    this.draw();
  }

  view(message: View): void {
    if (!this.isLive) return;
    try {
      if (!fits(message)) throw new Refusal("no_view");
      this.take(message);
    } catch (error) {
      this.refuse(error instanceof Refusal ? error.reason : "does_not_fit");
      if (!(error instanceof Refusal)) throw error;
    }
  }

  digest(): Promise<string> {
    return this.picture === null ? Promise.resolve("") : this.picture.digest();
  }

  /** The same where the picture is exactly this one; else empty. */
  digestOf(epoch: number, seq: number): Promise<string> {
    const { picture } = this;
    const isIt = picture?.complete === true && picture.epoch === epoch && picture.seq === seq;
    return isIt ? picture.digest() : Promise.resolve("");
  }

  canonical(): string {
    return this.picture === null ? "" : canonical(this.picture.builder);
  }

  async settled(): Promise<void> {
    await this.picture?.settled();
  }

  // --- frames

  private take(message: View): void {
    if (message.epoch < this.epoch) return;
    if (message.k === "snapshot") this.snapshot(message);
    else if (message.k === "ops") this.ops(message);
    else if (message.k === "tip") this.tip(message);
    else if (message.epoch !== this.picture?.epoch) return;
    else if (message.k === "page") this.page(message.page);
    else this.point(message.x, message.y);
  }

  private snapshot(message: Snapshot): void {
    if (message.epoch > this.epoch) this.begin(message);
    const picture = this.picture;
    if (picture === null || picture.epoch !== message.epoch) return;
    picture.addPart(message);
    if (picture.complete) {
      this.refusedInARow = 0;
      this.stopAsking();
    } else if (message.epoch === this.epoch) {
      // A large page over a slow line: who asks again while parts come in never gets to the last one.
      this.stopAsking();
      this.askIn(WHOLE_PICTURE_MS);
    }
    this.painted();
  }

  private begin(message: Snapshot): void {
    if (message.part !== 0 || !message.page) {
      this.askIn(0);
      return;
    }
    this.epoch = message.epoch;
    this.dropPicture();
    this.picture = new Picture(
      message.epoch,
      message.page,
      WORDS[this.language],
      this.fit,
      message.page.title,
      () => this.changed(),
      MIRROR,
      this.missing,
    );
    this.fit.append(this.surface.element);
    this.say({ k: "page", page: message.page });
    this.layout();
    this.stopAsking();
    this.askIn(WHOLE_PICTURE_MS);
  }

  private ops(message: Ops): void {
    const picture = this.picture;
    if (picture?.epoch === message.epoch && message.seq <= picture.seq) return;
    if (picture?.epoch !== message.epoch || !picture.complete || message.seq !== picture.seq + 1) {
      this.askIn(0);
      return;
    }
    picture.addOps(message);
    this.painted();
  }

  private tip(message: Tip): void {
    const picture = this.picture;
    const whole = picture?.epoch === message.epoch && picture.complete && picture.seq >= message.seq;
    if (!whole) this.askIn(0);
  }

  private point(x: number, y: number): void {
    this.surface.showCustomer(x, y);
    this.picture?.point(x, y);
  }

  private page(page: PageInfo): void {
    const picture = this.picture;
    if (picture === null) return;
    if (!picture.become(page)) this.askIn(0);
    this.say({ k: "page", page });
    this.layout();
  }

  private refuse(reason: string): void {
    this.refused += 1;
    this.refusedInARow += 1;
    this.dropPicture();
    this.say({ k: "refused", count: this.refused, reason });
    this.askIn(0);
  }

  /** What is shown of the picture changed. */
  private changed(): void {
    if (this.fit.hidden) {
      this.layout();
      this.painted();
    }
    this.surface.refresh();
  }

  private painted(): void {
    if (this.shown() === null) return;
    const { epoch, seq } = this;
    requestAnimationFrame(() => this.say({ k: "painted", epoch, seq }));
    this.countSoon();
  }

  private countSoon(): void {
    const isNew = this.countedEpoch !== this.epoch;
    if (this.counting !== 0 && !isNew) return;
    clearTimeout(this.counting);
    this.countedEpoch = this.epoch;
    const wait = isNew ? CENSUS_AFTER_MS : Math.max(0, this.countedAt + CENSUS_EVERY_MS - performance.now());
    this.counting = window.setTimeout(() => {
      this.counting = 0;
      this.countedAt = performance.now();
      const shown = this.shown();
      if (shown !== null) this.say({ k: "census", census: { epoch: shown.epoch, ...census(shown.builder) } });
    }, wait);
  }

  // --- asking for a new epoch

  /** Ask in `ms` at the latest, but not sooner than the pace allows; and again, until an epoch is complete. */
  private askIn(ms: number): void {
    if (!this.isLive) return;
    const now = performance.now();
    const pace = this.refusedInARow > PATIENT_REFUSALS ? RESYNC_SLOWLY_MS : RESYNC_EVERY_MS;
    const due = Math.max(now + ms, this.askedAt + pace);
    if (this.asking !== 0 && this.dueAt <= due) return;
    this.stopAsking();
    this.dueAt = due;
    if (due <= now) this.ask(pace);
    else this.asking = window.setTimeout(() => this.ask(pace), due - now);
  }

  private ask(pace: number): void {
    this.asking = 0;
    this.askedAt = performance.now();
    this.say({ k: "resync", epoch: this.epoch });
    this.askIn(pace);
  }

  private stopAsking(): void {
    clearTimeout(this.asking);
    this.asking = 0;
  }

  // --- showing

  private scale = 1;

  private shown(): Picture | null {
    return this.picture?.shown === true ? this.picture : null;
  }

  private dropPicture(): void {
    this.picture?.drop();
    this.picture = null;
    this.surface.refresh();
    this.draw();
  }

  private layout(): void {
    const page = this.picture?.page;
    if (page !== undefined) {
      const { clientWidth, clientHeight } = this.stage;
      this.scale = Math.min(1, clientWidth / Math.max(page.width, 1), clientHeight / Math.max(page.height, 1));
      this.fit.style.width = `${Math.floor(page.width * this.scale)}px`;
      this.fit.style.height = `${Math.floor(page.height * this.scale)}px`;
      if (this.picture !== null) this.picture.frame.style.scale = String(this.scale);
      this.surface.showLens(page);
      this.surface.refresh();
    }
    this.draw();
  }

  private draw(): void {
    this.fit.hidden = this.shown() === null;
    this.stage.dataset.waiting = String(this.isLive && this.shown() === null);
  }
}
