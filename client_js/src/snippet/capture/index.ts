// The view: a snapshot in parts, then ops. Observers mark, this sends: in slices, within the hub's credit, and only
// while the page may be shared. Whatever throws in here ends the sharing, never the page.
import {
  CREDIT_BYTES,
  CREDIT_FRAMES,
  type CustomerPolicy,
  type Ops,
  type Page,
  type PageInfo,
  type Pointer,
  type Snapshot,
  type Tip,
} from "../../protocol";
import { tagOf } from "../whitelist";
import { Budget } from "./budget";
import { Sheet } from "./cssom";
import { Dirty } from "./dirty";
import { find } from "./dom";
import { ADDRESS, FLUSH_EVERY_MS, OUTLINE } from "./ladder";
import { HIDDEN, MASKED, NO_CONTROL } from "./mask";
import type { Outline } from "./outline";
import { focusTold, pageInfo } from "./page";
import { Places } from "./places";
import { NODES_MAX, nextId } from "./sent";
import { DOCUMENT, Frame } from "./tables";
import { Tree } from "./tree";
import { stateOf } from "./viewport";
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
  /** A frame's document is part of the page now. */
  framed?(inside: Document): void;
  /** Capture has stopped by itself and shares nothing any more. */
  failed?(error: unknown): void;
}

const SLICE_MS = 12;
/** How often the page is looked through for its outline. */
const OUTLINE_EVERY_MS = 2_000;
const POLL_EVERY_MS = 1_000;
const TIP_AFTER_MS = 1_000;
const TIP_EVERY_MS = 5_000;

/** Where nothing but the address is shown: a document with nothing in it. */
const bare = (): Pick<Outline, keyof Outline> => ({
  byId_: new Map(),
  ids_: new Map(),
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
  private readonly budget_: Budget;
  private places_!: Places;
  /** This epoch shows no more than an outline; where it is known how, as this. */
  private outlined_ = false;
  private outline_: Pick<Outline, keyof Outline> | undefined;
  private hidden_ = 0;
  private frames_ = 0;
  private bytes_ = 0;
  private page_ = "";
  /** All that was seen to change has been sent. */
  still_ = false;
  /** Since when there is something to send and no credit; 0 where there is. */
  waiting_ = 0;
  private poll_: ReturnType<typeof setInterval> | undefined;
  private tip_: ReturnType<typeof setTimeout> | undefined;
  /** Neither timers nor frames run in a hidden tab as these do. */
  private readonly channel_ = new MessageChannel();

  constructor(private readonly host: CaptureHost) {
    this.budget_ = new Budget(host.again, () => this.wake_(), host.budget);
    this.channel_.port1.onmessage = () => this.run_();
  }

  /** Begin a new picture, with full credit. */
  start(epoch: number): void {
    this.hidden_ = this.hiddenFields();
    this.stop();
    this.epoch = epoch;
    this.seq = this.frames_ = this.bytes_ = this.part_ = 0;
    this.waiting_ = 0;
    this.page_ = "";
    this.running_ = true;
    this.outline_ = undefined;
    this.budget_.begin_();
    try {
      if (find(document, "*").length > NODES_MAX) this.budget_.fall_(OUTLINE, "too_big");
      this.outlined_ = this.budget_.outlined_;
      this.walk_ = new Walk(
        this.host,
        this.budget_.meter_.timed_((element) => {
          if (this.outlined_) return;
          this.dirty_.touch_(element);
          this.wake_();
        }),
      );
      this.places_ = new Places(
        this.walk_,
        () => this.wake_(),
        () => this.part_ >= 0 || this.outlined_,
      );
      if (this.outlined_) {
        this.beginOutline_();
        return;
      }
      this.dirty_ = new Dirty(
        this.walk_,
        () => this.wake_(),
        (inside) => {
          this.places_.listenIn_(inside);
          this.host.framed?.(inside);
        },
        this.budget_.meter_,
      );
      this.tree_ = new Tree(this.walk_, this.dirty_.onSent_);
      this.dirty_.start_(this.tree_);
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
    this.budget_.stop_();
    this.places_?.stop_();
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
    return !!(this.walk_.mask_.bits_(node) & (MASKED | HIDDEN));
  }

  isNoControl(node: Node): boolean {
    this.walk_.mask_.forget_();
    return !!(this.walk_.mask_.bits_(node) & NO_CONTROL);
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
    this.budget_.refused_();
  }

  /** Once a second. */
  private readonly tick_ = (): void => {
    if (this.outlined_) {
      if (performance.now() - this.flushed_ >= OUTLINE_EVERY_MS) this.wake_();
    } else this.dirty_.poll_();
    this.budget_.step_();
  };

  // --- the outline

  private async beginOutline_(): Promise<void> {
    const { epoch } = this;
    let outline: Pick<Outline, keyof Outline> = bare();
    try {
      if (!this.budget_.bare_)
        outline = new (await (this.host as Required<CaptureHost>).outline())(this.walk_, nextId, tagOf);
    } catch {
      this.budget_.fall_(ADDRESS, "part_missing");
    }
    if (epoch !== this.epoch || !this.running_) return;
    this.outline_ = outline;
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
    const calm = document.hidden && this.budget_.every_ <= FLUSH_EVERY_MS;
    const wait = this.flushed_ + this.budget_.every_ - performance.now();
    if (wait > 0 && !calm) setTimeout(() => this.channel_.port2.postMessage(0), wait);
    else this.channel_.port2.postMessage(0);
  }

  private run_(): void {
    if (!this.running_ || this.busy_) return;
    this.woken_ = false;
    this.busy_ = true;
    const { epoch } = this;
    const isFirst = this.part_ >= 0;
    this.budget_.meter_.start_();
    this.turn_().then(
      (more) => {
        this.budget_.meter_.stop_();
        this.budget_.count_(more, isFirst);
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
    if (!this.mayShare_() || this.budget_.renewing_) return false;
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
      if (this.budget_.ends_(this.tree_)) return false;
      if (!done && !this.frame_.full_) return true;
      await this.sendPart_(part, done);
      if (done && this.running_) this.settle_();
      return true;
    }
    this.flushed_ = performance.now();
    if (this.running_) await this.sendPage_();
    await this.sendPointer_();
    if (this.isSpent_() || !this.running_) return false;
    if (!this.places_.look_(this.dirty_.scrolled_, until)) return true;
    this.walk_.mask_.forget_();
    if (!this.dirty_.take_(performance.now() + SLICE_MS, true)) return true;
    const frame = new Frame();
    const done = this.tree_.reconcile_(frame, performance.now() + SLICE_MS);
    if (this.budget_.ends_(this.tree_)) return false;
    if (done) this.places_.add_(frame, this.tree_, this.dirty_.scrolled_);
    if (frame.ints_.length) await this.sendOps_(frame);
    this.flushed_ = performance.now();
    return !done;
  }

  /** What is waited for is none of the page's time. */
  private async away_<T>(waited: Promise<T>): Promise<T> {
    this.budget_.meter_.stop_();
    const found = await waited;
    this.budget_.meter_.start_();
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
    return {
      ...pageInfo(
        this.host.policy,
        mask,
        stateOf(this.places_.measured_, focusTold(mask), (element) => this.idOf(element)),
      ),
      ...this.budget_.info_(),
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
    const moved = this.places_.moved_();
    if (moved && this.mayShare_())
      await this.away_(this.host.send({ k: "pointer", epoch: this.epoch, x: moved[0], y: moved[1] }));
  }

  /** After the snapshot: where everything is scrolled to. */
  private settle_(): void {
    this.poll_ = setInterval(this.tick_, POLL_EVERY_MS);
    this.dirty_.scrolled_.add(document);
    this.places_.settle_(this.dirty_.elements_());
  }
}

function tables(frame: Frame): Pick<Ops, "tags" | "names" | "urls" | "styles" | "texts"> {
  const { tags_: tags, names_: names, urls_: urls, styles_: styles, texts_: texts } = frame;
  return { tags, names, urls, styles, texts };
}
