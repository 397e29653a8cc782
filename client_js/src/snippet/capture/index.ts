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
import { Sheet } from "./cssom";
import { Dirty } from "./dirty";
import { listen, nodeType, scrollLeft, scrollTop, upOf } from "./dom";
import { HIDDEN, MASKED, NO_CONTROL } from "./mask";
import { focused, isPrivateSpot, pageInfo, selection } from "./page";
import { FOCUS, Frame, SCROLL, SELECTION } from "./tables";
import { Tree } from "./tree";
import { Walk, type WalkHost } from "./walk";

export interface CaptureHost extends WalkHost {
  readonly policy: CustomerPolicy;
  /** Resolves with the bytes on the wire, once the message is handed to the socket. */
  send(message: Snapshot | Ops | Page | Pointer | Tip): Promise<number>;
  /** Why this page shares nothing, or "". Asked before every frame. */
  mayShare(): "" | "other_path" | "other_origin";
  /** Capture has stopped by itself and shares nothing any more. */
  failed?(error: unknown): void;
}

const FLUSH_EVERY_MS = 33;
const SLICE_MS = 12;
const POLL_EVERY_MS = 1_000;
const TIP_AFTER_MS = 1_000;
const TIP_EVERY_MS = 5_000;
const AWAY: readonly [number, number] = [-1, -1];

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
  private frames_ = 0;
  private bytes_ = 0;
  private page_ = "";
  private size_: readonly [number, number] = [0, 0];
  private pointer_ = AWAY;
  private sentPointer_ = AWAY;
  private focus_ = 0;
  private selection_ = "";
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
    this.channel_.port1.onmessage = () => this.run_();
  }

  /** Begin a new picture, with full credit. */
  start(epoch: number): void {
    this.stop();
    this.epoch = epoch;
    this.seq = this.frames_ = this.bytes_ = this.focus_ = this.part_ = 0;
    this.waiting_ = 0;
    this.selection_ = "0,0,0,0";
    this.page_ = "";
    this.sentPointer_ = AWAY;
    this.unlooked_ = [];
    this.running_ = true;
    try {
      this.walk_ = new Walk(this.host, (element) => {
        this.dirty_.touch_(element);
        this.wake_();
      });
      this.dirty_ = new Dirty(this.walk_, () => this.wake_());
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
    const part = this.running_ ? this.tree_.byId_.get(id)?.part_ : undefined;
    return part instanceof Sheet ? undefined : part;
  }

  /** The node's id, or 0. */
  idOf(node: Node): number {
    return (this.running_ && this.tree_.sent_.get(node)?.id_) || 0;
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
    return this.tree_.byId_.size;
  }

  /** How many fields the agent sees only as masks. */
  hiddenFields(): number {
    return this.running_ ? this.dirty_.hidden_() : 0;
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
    const wait = this.flushed_ + FLUSH_EVERY_MS - performance.now();
    if (wait > 0) setTimeout(() => this.channel_.port2.postMessage(0), wait);
    else this.channel_.port2.postMessage(0);
  }

  private run_(): void {
    if (!this.running_ || this.busy_) return;
    this.woken_ = false;
    this.busy_ = true;
    this.still_ = false;
    const { epoch } = this;
    this.turn_().then(
      (more) => {
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
    if (!this.mayShare_()) return false;
    this.walk_.mask_.forget_();
    const until = performance.now() + SLICE_MS;
    this.dirty_.take_();
    const { part_: part } = this;
    if (part >= 0) {
      if (this.isSpent_()) return false;
      this.tree_.recheck_();
      const done = this.tree_.proceed_(this.frame_, until, false);
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
    this.dirty_.take_();
    const frame = new Frame();
    const done = this.tree_.reconcile_(frame, performance.now() + SLICE_MS);
    if (done) this.addPlaces_(frame);
    if (frame.ints_.length) await this.sendOps_(frame);
    this.flushed_ = performance.now();
    return !done;
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
    const bytes = await this.host.send(message);
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
    return pageInfo(this.host.policy, this.walk_.mask_, this.size_);
  }

  private async sendPage_(): Promise<void> {
    const page = this.info_();
    const said = JSON.stringify(page);
    if (said === this.page_ || !this.mayShare_()) return;
    this.page_ = said;
    await this.host.send({ k: "page", epoch: this.epoch, page });
  }

  private async sendPointer_(): Promise<void> {
    const [x, y] = this.pointer_;
    if ((x === this.sentPointer_[0] && y === this.sentPointer_[1]) || !this.mayShare_()) return;
    this.sentPointer_ = this.pointer_;
    await this.host.send({ k: "pointer", epoch: this.epoch, x, y });
  }

  /** After the snapshot: where everything is scrolled to. */
  private settle_(): void {
    this.poll_ = setInterval(() => this.running_ && this.dirty_.poll_(), POLL_EVERY_MS);
    this.dirty_.scrolled_.add(document);
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
      if (nodeType(node) === 9) frame.add_(SCROLL, sent.id_, Math.round(scrollX), Math.round(scrollY));
      // Inside of fields and masked parts nothing is told.
      else if (sent.tag_ && !isPrivateSpot(walk, node)) {
        const element = node as Element;
        frame.add_(SCROLL, sent.id_, Math.round(scrollLeft(element)), Math.round(scrollTop(element)));
      }
    }
    this.dirty_.scrolled_.clear();
    let id = 0;
    const at0 = focused();
    // Which of several has the focus is which was chosen.
    const from = at0 && walk.mask_.isChoice_(at0) ? null : at0;
    for (let at: Node | null = from; at && at !== document.body && !id; at = upOf(at)) {
      id = tree.sent_.get(at)?.id_ ?? 0;
    }
    if (id !== this.focus_) frame.add_(FOCUS, id);
    this.focus_ = id;
    const selected = selection(walk, tree);
    if (`${selected}` !== this.selection_) frame.add_(SELECTION, ...selected);
    this.selection_ = `${selected}`;
  }

  private listen_(): void {
    this.stopping_ = new AbortController();
    const options = { capture: true, passive: true, signal: this.stopping_.signal };
    const wake = () => this.wake_();
    const measure = () => {
      this.measure_();
      this.wake_();
    };
    for (const type of ["resize", "popstate", "hashchange", "focusin", "focusout"]) {
      listen(window, type, type === "resize" ? measure : wake, options);
    }
    listen(document, "selectionchange", wake, options);
    if (visualViewport) listen(visualViewport, "resize", measure, options);
    const { navigation } = window as unknown as { navigation?: EventTarget };
    if (navigation) listen(navigation, "currententrychange", wake, options);
    listen(window, "pointermove", (event) => this.onPointer_(event as PointerEvent), options);
    listen(window, "pointerout", (event) => !(event as PointerEvent).relatedTarget && this.point_(AWAY), options);
  }

  private onPointer_(event: PointerEvent): void {
    if (!event.isTrusted || this.part_ >= 0) return;
    this.walk_.mask_.forget_();
    const at = event.composedPath()[0] as Node | Window | undefined;
    const focus = focused();
    const secret = focus && this.walk_.mask_.isPassword_(focus);
    if (secret || !at || !("nodeType" in at) || isPrivateSpot(this.walk_, at)) this.point_(AWAY);
    else this.point_([Math.round(event.clientX), Math.round(event.clientY)]);
  }

  private point_(to: readonly [number, number]): void {
    this.pointer_ = to;
    this.wake_();
  }

  private measure_(): void {
    this.size_ = [innerWidth, innerHeight];
  }
}

function tables(frame: Frame): Pick<Ops, "tags" | "names" | "urls" | "styles" | "texts"> {
  const { tags_: tags, names_: names, urls_: urls, styles_: styles, texts_: texts } = frame;
  return { tags, names, urls, styles, texts };
}
