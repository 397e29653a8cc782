// The view: a snapshot in parts, then ops. Observers mark, this sends: in slices, within the hub's credit, and only
// while the page may be shared. Whatever throws in here ends the sharing, never the page.
import {
  CREDIT_BYTES,
  CREDIT_FRAMES,
  type CustomerPolicy,
  type Ops,
  type Pace,
  type PaceReason,
  type Page,
  type PageInfo,
  type Pointer,
  type Snapshot,
  type Tip,
} from "../../protocol";
import { tagOf } from "../whitelist";
import { Sheet } from "./cssom";
import { Dirty } from "./dirty";
import { find, listen, nodeType, originOf, scrollLeft, scrollTop, upOf, viewOf } from "./dom";
import { ADDRESS, FLUSH_EVERY_MS, Ladder, OUTLINE, RUNGS } from "./ladder";
import { HIDDEN, MASKED, NO_CONTROL } from "./mask";
import { Meter } from "./meter";
import type { Outline } from "./outline";
import { focused, focusTold, isPrivateSpot, pageInfo, selection } from "./page";
import { DOCUMENT, FOCUS, Frame, SCROLL, SELECTION } from "./tables";
import { NODES_MAX, nextId, Tree } from "./tree";
import { MEASURED, type Measured, measure, stateOf } from "./viewport";
import { Walk, type WalkHost } from "./walk";

export interface CaptureHost extends WalkHost {
  readonly policy: CustomerPolicy;
  /** Resolves with the bytes on the wire, once the message is handed to the socket. */
  send(message: Snapshot | Ops | Page | Pointer | Tip): Promise<number>;
  /** Why this page shares nothing, or "". Asked before every frame. */
  mayShare(): "" | "other_path" | "other_origin";
  /** A new picture is wanted, with the next epoch. Where there is none to be had, the first one is all there is. */
  again?(): void;
  /** What makes outlines; rejects where it cannot be loaded. */
  outline?(): Promise<typeof Outline>;
  /** Milliseconds of the page's time in a second, and for how long a rung is kept at least. For tests. */
  readonly budget?: readonly [ms: number, stayMs: number];
  /** Capture has stopped by itself and shares nothing any more. */
  failed?(error: unknown): void;
}

const SLICE_MS = 12;
/** How often the page is looked through for its outline. */
const OUTLINE_EVERY_MS = 2_000;
/** A new epoch in this time at most. */
const AGAIN_EVERY_MS = 2_000;
/** An epoch that is worn out sooner than this costs too much. */
const WORN_SOON_MS = 30_000;
/** So many refused frames in this time, and it is shown in another way. */
const REFUSED_MAX = 3;
const REFUSED_WITHIN_MS = 60_000;
const POLL_EVERY_MS = 1_000;
const TIP_AFTER_MS = 1_000;
const TIP_EVERY_MS = 5_000;
const NOTHING = "0,0,0,0";
const AWAY: readonly [number, number] = [-1, -1];

/** Where nothing but the address is shown: a document with nothing in it. */
const bare = (): Pick<Outline, keyof Outline> => ({
  byId_: new Map(),
  ids_: new Map(),
  seen_: 0,
  begin_: (frame) => frame.add_(DOCUMENT, nextId(), 0),
  look_: () => true,
  say_() {},
});

export class Capture {
  epoch = 0;
  seq = 0;
  walk_!: Walk;
  private tree_!: Tree;
  private dirty_!: Dirty;
  private frame_ = new Frame();
  private part_ = -1;
  private running_ = false;
  private busy_ = false;
  private woken_ = false;
  private flushed_ = 0;
  /** How long to wait for the next flush, and what the present one has taken so far. */
  private every_ = FLUSH_EVERY_MS;
  private flush_ = 0;
  private readonly ladder_: Ladder;
  private readonly meter_ = new Meter();
  private why_: PaceReason = "";
  /** This epoch shows no more than an outline; where it is known how, as this. */
  private outlined_ = false;
  private outline_: Pick<Outline, keyof Outline> | undefined;
  private began_ = Number.NEGATIVE_INFINITY;
  private renewing_: ReturnType<typeof setTimeout> | undefined;
  private refusals_: number[] = [];
  private hidden_ = 0;
  private frames_ = 0;
  private bytes_ = 0;
  private page_ = "";
  private measured_!: Measured;
  private pointer_ = AWAY;
  private sentPointer_ = AWAY;
  private focus_ = 0;
  private selection_ = "";
  /** What is selected may be another than was said. */
  private selecting_ = true;
  /** All that was seen to change has been sent. */
  still_ = false;
  /** Since when there is something to send and no credit; 0 where there is. */
  waiting_ = 0;
  private unlooked_: Element[] = [];
  private stopping_ = new AbortController();
  private poll_: ReturnType<typeof setInterval> | undefined;
  private tip_: ReturnType<typeof setTimeout> | undefined;
  /** Neither timers nor frames run in a hidden tab as these do. */
  private readonly channel_ = new MessageChannel();

  constructor(private readonly host: CaptureHost) {
    this.ladder_ = new Ladder(...(host.budget ?? []));
    this.channel_.port1.onmessage = () => this.run_();
  }

  /** Begin a new picture, with full credit. */
  start(epoch: number): void {
    this.hidden_ = this.hiddenFields();
    this.stop();
    this.epoch = epoch;
    this.seq = this.frames_ = this.bytes_ = this.focus_ = this.part_ = 0;
    this.waiting_ = 0;
    this.selection_ = NOTHING;
    this.selecting_ = true;
    this.page_ = "";
    this.sentPointer_ = AWAY;
    this.unlooked_ = [];
    this.running_ = true;
    this.began_ = performance.now();
    this.renewing_ = this.outline_ = undefined;
    try {
      if (find(document, "*").length > NODES_MAX) this.fall_(OUTLINE, "too_big");
      this.outlined_ = this.ladder_.rung_ >= OUTLINE;
      this.walk_ = new Walk(
        this.host,
        this.meter_.timed_((element) => {
          if (this.outlined_) return;
          this.dirty_.touch_(element);
          this.wake_();
        }),
      );
      if (this.outlined_) {
        this.beginOutline_();
        return;
      }
      this.dirty_ = new Dirty(
        this.walk_,
        () => this.wake_(),
        (inside) => this.listenIn_(inside),
        this.meter_,
      );
      this.tree_ = new Tree(this.walk_, this.dirty_.onSent_);
      this.dirty_.start_(this.tree_);
      this.listen_();
      this.measure_();
      this.frame_ = new Frame();
      this.tree_.begin_(this.frame_);
      this.flushed_ = 0;
      this.wake_();
    } catch (error) {
      this.fail_(error);
    }
  }

  /** Nothing leaves any more. */
  stop(): void {
    if (!this.running_) return;
    this.running_ = false;
    this.busy_ = this.woken_ = this.still_ = false;
    clearInterval(this.poll_);
    clearTimeout(this.tip_);
    clearTimeout(this.renewing_);
    this.stopping_.abort();
    this.dirty_?.stop_();
    this.walk_?.stop_();
  }

  /** The hub gives back so many frames and bytes. */
  credit(epoch: number, frames: number, bytes: number): void {
    if (epoch !== this.epoch) return;
    this.frames_ = Math.max(0, this.frames_ - frames);
    this.bytes_ = Math.max(0, this.bytes_ - bytes);
    this.wake_();
  }

  /** The node of this id, where it is still part of the picture. */
  nodeOf(id: number): Node | undefined {
    if (this.outlined_) return this.running_ ? this.outline_?.byId_.get(id) : undefined;
    const part = this.running_ ? this.tree_.byId_.get(id)?.part_ : undefined;
    return part instanceof Sheet ? undefined : part;
  }

  /** The node's id, or 0. */
  idOf(node: Node): number {
    return (this.running_ && (this.outlined_ ? this.outline_?.ids_.get(node) : this.tree_.sent_.get(node)?.id_)) || 0;
  }

  /** Masked or hidden by the site, or inside of such a part. */
  isMasked(node: Node): boolean {
    this.walk_.mask_.forget_();
    return !!(this.walk_.mask_.bits_(node, () => undefined) & (MASKED | HIDDEN));
  }

  isNoControl(node: Node): boolean {
    this.walk_.mask_.forget_();
    return !!(this.walk_.mask_.bits_(node, () => undefined) & NO_CONTROL);
  }

  /** A password, a one-time code or a card field. */
  isSecret(element: Element): boolean {
    this.walk_.mask_.forget_();
    return this.walk_.mask_.kind_(element) !== 0 && this.walk_.mask_.isSecret_(element);
  }

  /** A picture is shown, or on its way. */
  get live(): boolean {
    return this.running_ && !this.host.mayShare();
  }

  get nodes_(): number {
    return (this.outlined_ ? this.outline_ : this.tree_)?.byId_.size ?? 0;
  }

  /** How many fields the agent sees only as masks. */
  hiddenFields(): number {
    return Math.max(this.hidden_, this.running_ && !this.outlined_ ? this.dirty_.hidden_() : 0);
  }

  /** The hub has refused a frame. */
  refused(): void {
    const now = performance.now();
    this.refusals_ = [...this.refusals_.filter((at) => now - at < REFUSED_WITHIN_MS), now];
    if (this.refusals_.length < REFUSED_MAX) return;
    this.refusals_ = [];
    this.fall_(this.outlined_ ? ADDRESS : OUTLINE, "refused");
    this.renew_();
  }

  // --- how much of the page's time

  /** At least down to this rung, from the next epoch on. */
  private fall_(rung: number, why: PaceReason): void {
    if (!this.host.again) return;
    this.why_ = why;
    this.ladder_.fall_(rung, performance.now());
  }

  /** In a new epoch everything is said anew. Until then nothing more is said in this one. */
  private renew_(): void {
    const wait = this.began_ + AGAIN_EVERY_MS - performance.now();
    if (this.host.again) this.renewing_ ??= setTimeout(this.host.again, Math.max(0, wait));
  }

  /** `ms` were used. */
  private step_(ms: number): void {
    const { rung_: before } = this.ladder_;
    const rung = this.host.again ? this.ladder_.step_(ms, performance.now()) : before;
    if (rung === before) return;
    if (rung > before) this.why_ = "busy";
    if (Math.max(rung, before) >= OUTLINE) this.renew_();
    else this.wake_();
  }

  /** A turn is over. The first picture is not counted: it comes once, and in slices. */
  private count_(more: boolean, isFirst: boolean): void {
    const ms = this.meter_.take_();
    if (isFirst) return;
    this.flush_ += ms;
    if (!more) {
      this.every_ = this.ladder_.wait_(this.flush_, performance.now());
      this.flush_ = 0;
    }
    this.step_(ms);
  }

  private readonly tick_ = (): void => {
    if (this.outlined_) {
      if (performance.now() - this.flushed_ >= OUTLINE_EVERY_MS) this.wake_();
    } else this.dirty_.poll_();
    this.step_(this.meter_.take_());
  };

  private checkLimits_(): boolean {
    const { beyond_: beyond, worn_: worn } = this.tree_;
    if (beyond) this.fall_(OUTLINE, "too_big");
    else if (worn && performance.now() - this.began_ < WORN_SOON_MS) this.fall_(OUTLINE, "busy");
    if (beyond || worn) this.renew_();
    return !!this.renewing_;
  }

  // --- the outline

  private async beginOutline_(): Promise<void> {
    const { epoch } = this;
    let outline: Pick<Outline, keyof Outline> = bare();
    try {
      if (this.ladder_.rung_ < ADDRESS)
        outline = new (await (this.host as Required<CaptureHost>).outline())(this.walk_, nextId, tagOf);
    } catch {
      this.fall_(ADDRESS, "part_missing");
    }
    if (epoch !== this.epoch || !this.running_) return;
    this.outline_ = outline;
    this.listen_();
    this.measure_();
    this.frame_ = new Frame();
    outline.begin_(this.frame_);
    this.flushed_ = 0;
    this.poll_ = setInterval(this.tick_, POLL_EVERY_MS);
    this.wake_();
  }

  private async turnOutline_(outline: Pick<Outline, keyof Outline>): Promise<boolean> {
    if (this.part_ >= 0) {
      await this.sendPart_(0, true);
      return true;
    }
    await this.sendPage_();
    if (this.isSpent_() || !this.running_) return false;
    if (!outline.look_(performance.now() + SLICE_MS)) return true;
    const frame = new Frame();
    outline.say_(frame);
    if (frame.ints_.length) await this.sendOps_(frame);
    this.flushed_ = performance.now();
    return false;
  }

  // --- when

  private wake_(): void {
    if (!this.running_ || this.woken_) return;
    this.woken_ = true;
    this.still_ = false;
    // Where a turn is under way, its end sees to it.
    if (this.busy_) return;
    this.wait_();
  }

  private wait_(): void {
    // Timers of hidden tabs wait long; where the page's time allows it, nothing waits for them.
    const calm = document.hidden && this.every_ <= FLUSH_EVERY_MS;
    const wait = this.flushed_ + this.every_ - performance.now();
    if (wait > 0 && !calm) setTimeout(() => this.channel_.port2.postMessage(0), wait);
    else this.channel_.port2.postMessage(0);
  }

  private run_(): void {
    if (!this.running_ || this.busy_) return;
    this.woken_ = false;
    this.busy_ = true;
    this.still_ = false;
    const { epoch } = this;
    const isFirst = this.part_ >= 0;
    this.meter_.start_();
    this.turn_().then(
      (more) => {
        this.meter_.stop_();
        this.count_(more, isFirst);
        if (epoch !== this.epoch || !this.running_) return;
        this.busy_ = false;
        if (more) this.channel_.port2.postMessage(0);
        else if (this.woken_) this.wait_();
        else this.still_ = !this.waiting_ && this.part_ < 0;
      },
      (error) => epoch === this.epoch && this.fail_(error),
    );
  }

  private fail_(error: unknown): void {
    if (!this.running_) return;
    this.stop();
    this.host.failed?.(error);
  }

  /** One slice. True where the next is due at once. */
  private async turn_(): Promise<boolean> {
    if (!this.mayShare_() || this.renewing_) return false;
    this.walk_.mask_.forget_();
    if (this.outlined_) return !!this.outline_ && this.turnOutline_(this.outline_);
    const { part_: part } = this;
    if (!this.dirty_.take_(performance.now() + SLICE_MS, part < 0)) return true;
    // However much the page changes: the picture gets on by a slice.
    const until = performance.now() + SLICE_MS;
    if (part >= 0) {
      if (this.isSpent_()) return false;
      this.tree_.recheck_();
      const done = this.tree_.proceed_(this.frame_, until, false);
      if (this.checkLimits_()) return false;
      if (!done && !this.frame_.full_) return true;
      await this.sendPart_(part, done);
      if (done && this.running_) this.settle_();
      return true;
    }
    this.flushed_ = performance.now();
    if (this.running_) await this.sendPage_();
    await this.sendPointer_();
    if (this.isSpent_() || !this.running_) return false;
    if (!this.findScrolled_(until)) return true;
    this.walk_.mask_.forget_();
    if (!this.dirty_.take_(performance.now() + SLICE_MS, true)) return true;
    const frame = new Frame();
    const done = this.tree_.reconcile_(frame, performance.now() + SLICE_MS);
    if (this.checkLimits_()) return false;
    if (done) this.addPlaces_(frame);
    if (frame.ints_.length) await this.sendOps_(frame);
    this.flushed_ = performance.now();
    return !done;
  }

  /** What is waited for is none of the page's time. */
  private async away_<T>(waited: Promise<T>): Promise<T> {
    this.meter_.stop_();
    const found = await waited;
    this.meter_.start_();
    return found;
  }

  private mayShare_(): boolean {
    if (this.host.mayShare()) this.stop();
    return this.running_;
  }

  private isSpent_(): boolean {
    const spent = this.frames_ >= CREDIT_FRAMES || this.bytes_ >= CREDIT_BYTES;
    this.waiting_ = spent ? this.waiting_ || performance.now() : 0;
    return spent;
  }

  // --- what

  private async sendPart_(part: number, last: boolean): Promise<void> {
    const { frame_: frame, epoch } = this;
    const page = part ? undefined : this.info_();
    if (page) this.page_ = JSON.stringify(page);
    this.frame_ = new Frame();
    this.part_ = last ? -1 : part + 1;
    await this.spend_({
      k: "snapshot",
      epoch,
      part,
      last,
      ...(page && { page }),
      ...tables(frame),
      nodes: frame.ints_,
    });
  }

  private async sendOps_(frame: Frame): Promise<void> {
    const { epoch } = this;
    await this.spend_({ k: "ops", epoch, seq: ++this.seq, ...tables(frame), ops: frame.ints_ });
  }

  private async spend_(message: Snapshot | Ops): Promise<void> {
    if (!this.mayShare_()) return;
    const { epoch } = this;
    this.frames_++;
    this.tipAfter_(TIP_AFTER_MS);
    const bytes = await this.away_(this.host.send(message));
    if (epoch === this.epoch) this.bytes_ += bytes;
  }

  private tipAfter_(ms: number): void {
    clearTimeout(this.tip_);
    this.tip_ = setTimeout(() => {
      if (this.part_ < 0 && this.mayShare_()) this.host.send({ k: "tip", epoch: this.epoch, seq: this.seq });
      this.tipAfter_(TIP_EVERY_MS);
    }, ms);
  }

  private info_(): PageInfo {
    const { mask_: mask } = this.walk_;
    const { rung_: rung } = this.ladder_;
    const pace = RUNGS[rung] as Pace;
    return {
      ...pageInfo(
        this.host.policy,
        mask,
        stateOf(this.measured_, focusTold(mask), (element) => this.idOf(element)),
      ),
      ...(rung && { pace, pace_why: this.why_ }),
    };
  }

  private async sendPage_(): Promise<void> {
    const page = this.info_();
    const said = JSON.stringify(page);
    if (said === this.page_ || !this.mayShare_()) return;
    this.page_ = said;
    await this.away_(this.host.send({ k: "page", epoch: this.epoch, page }));
  }

  private async sendPointer_(): Promise<void> {
    const [x, y] = this.pointer_;
    if ((x === this.sentPointer_[0] && y === this.sentPointer_[1]) || !this.mayShare_()) return;
    this.sentPointer_ = this.pointer_;
    await this.away_(this.host.send({ k: "pointer", epoch: this.epoch, x, y }));
  }

  /** After the snapshot: where everything is scrolled to. */
  private settle_(): void {
    this.poll_ = setInterval(this.tick_, POLL_EVERY_MS);
    this.dirty_.scrolled_.add(document);
    this.measure_();
    this.unlooked_ = this.dirty_.elements_();
  }

  /** Asked once and not in the walk, since asking may force a layout. True when all have been. */
  private findScrolled_(until: number): boolean {
    for (let element = this.unlooked_.pop(); element; element = this.unlooked_.pop()) {
      if (scrollTop(element) || scrollLeft(element)) this.dirty_.scrolled_.add(element);
      if (!(this.unlooked_.length & 63) && performance.now() > until) break;
    }
    return !this.unlooked_.length;
  }

  private addPlaces_(frame: Frame): void {
    const { tree_: tree, walk_: walk } = this;
    for (const node of this.dirty_.scrolled_) {
      const sent = tree.sent_.get(node);
      if (!sent) continue;
      if (nodeType(node) === 9) {
        const { scrollX, scrollY } = viewOf(node as Document) ?? window;
        frame.add_(SCROLL, sent.id_, Math.round(scrollX), Math.round(scrollY));
      }
      // Inside of fields and masked parts nothing is told.
      else if (sent.tag_ && !isPrivateSpot(walk, node)) {
        const element = node as Element;
        frame.add_(SCROLL, sent.id_, Math.round(scrollLeft(element)), Math.round(scrollTop(element)));
      }
    }
    this.dirty_.scrolled_.clear();
    let id = 0;
    for (let at: Node | null = focusTold(walk.mask_); at && !id; at = upOf(at)) {
      id = tree.sent_.get(at)?.id_ ?? 0;
    }
    if (id !== this.focus_) frame.add_(FOCUS, id);
    this.focus_ = id;
    // Asking forces a layout; what is selected may go without an event.
    if (!this.selecting_ && this.selection_ === NOTHING) return;
    this.selecting_ = false;
    const selected = selection(walk, tree);
    if (`${selected}` !== this.selection_) frame.add_(SELECTION, ...selected);
    this.selection_ = `${selected}`;
  }

  private listen_(): void {
    this.stopping_ = new AbortController();
    const options = { capture: true, passive: true, signal: this.stopping_.signal };
    const remeasure = () => {
      this.measure_();
      this.wake_();
    };
    for (const type of ["resize", "popstate", "hashchange", "focusin", "focusout"]) {
      listen(window, type, type[0] === "f" ? this.onWake_ : remeasure, options);
    }
    listen(document, "selectionchange", this.onWake_, options);
    for (const target of MEASURED)
      for (const type of ["resize", "scroll", "change"]) listen(target, type, remeasure, options);
    const { navigation } = window as unknown as { navigation?: EventTarget };
    if (navigation) listen(navigation, "currententrychange", this.onWake_, options);
    listen(window, "pointermove", (event) => this.onPointer_(event as PointerEvent), options);
    listen(window, "pointerout", (event) => !(event as PointerEvent).relatedTarget && this.point_(AWAY), options);
  }

  /** In a frame's document; heard again where it was opened anew. */
  private listenIn_(inside: Document): void {
    const options = { capture: true, passive: true, signal: this.stopping_.signal };
    for (const type of ["focusin", "focusout", "selectionchange"]) listen(inside, type, this.onWake_, options);
    listen(inside, "pointermove", this.onMove_, options);
  }

  private readonly onWake_ = (): void => {
    this.selecting_ = true;
    this.wake_();
  };
  private readonly onMove_ = (event: Event): void => this.onPointer_(event as PointerEvent);

  private onPointer_(event: PointerEvent): void {
    if (!event.isTrusted || this.part_ >= 0 || this.outlined_) return;
    this.walk_.mask_.forget_();
    const at = event.composedPath()[0] as Node | Window | undefined;
    const focus = focused();
    const secret = focus && this.walk_.mask_.isPassword_(focus);
    if (secret || !at || !("nodeType" in at) || isPrivateSpot(this.walk_, at)) this.point_(AWAY);
    else {
      const [x, y] = originOf(at);
      this.point_([Math.round(x + event.clientX), Math.round(y + event.clientY)]);
    }
  }

  private point_(to: readonly [number, number]): void {
    this.pointer_ = to;
    this.wake_();
  }

  private measure_(): void {
    this.measured_ = measure();
  }
}

function tables(frame: Frame): Pick<Ops, "tags" | "names" | "urls" | "styles" | "texts"> {
  const { tags_: tags, names_: names, urls_: urls, styles_: styles, texts_: texts } = frame;
  return { tags, names, urls, styles, texts };
}
