// What the capture may cost the page, and how much of the page is shown for it: the ladder with its clock, and what
// else leads down: limits of a picture, and a hub that refuses it.
import type { Pace, PaceReason, PageInfo } from "../../protocol";
import { ADDRESS, FLUSH_EVERY_MS, Ladder, OUTLINE, RUNGS } from "./ladder";
import { Meter } from "./meter";
import type { Tree } from "./tree";

/** A new epoch in this time at most. */
const AGAIN_EVERY_MS = 2_000;
/** An epoch that is worn out sooner than this costs too much. */
const WORN_SOON_MS = 30_000;
/** A turn is a slice of a few ms. One that took longer than this waited for a layout or for another program. */
const TURN_MAX_MS = 250;
/** Three refused frames in this time, and it is shown in another way. */
const REFUSED_WITHIN_MS = 60_000;

export class Budget {
  readonly meter_ = new Meter();
  /** How long to wait for the next flush. */
  every_ = FLUSH_EVERY_MS;
  /** A new epoch is due. Until then nothing more is said in this one. */
  renewing_: ReturnType<typeof setTimeout> | undefined;
  private readonly ladder_: Ladder;
  private why_: PaceReason = "";
  /** What the present flush has taken so far. */
  private flush_ = 0;
  private began_ = 0;
  /** When it refused the last two. */
  private refusals_: (number | undefined)[] = [];

  constructor(
    /** Begins a new epoch. Where there is none, the first one is all there is, whatever it costs. */
    private readonly again_: (() => void) | undefined,
    /** The rung changed within the epoch. */
    private readonly told_: () => void,
    budget: readonly [ms: number, stayMs: number] | undefined,
  ) {
    this.ladder_ = new Ladder(...(budget ?? []));
  }

  get outlined_(): boolean {
    return this.ladder_.rung_ >= OUTLINE;
  }

  get bare_(): boolean {
    return this.ladder_.rung_ === ADDRESS;
  }

  /** What is told of it. */
  info_(): Pick<PageInfo, "pace" | "pace_why"> {
    const { rung_: rung } = this.ladder_;
    return rung ? { pace: RUNGS[rung] as Pace, pace_why: this.why_ } : {};
  }

  /** An epoch begins. */
  begin_(): void {
    this.began_ = performance.now();
    this.renewing_ = undefined;
  }

  stop_(): void {
    clearTimeout(this.renewing_);
  }

  /** At least down to this rung, from the next epoch on. */
  fall_(rung: number, why: PaceReason): void {
    if (!this.again_) return;
    this.why_ = why;
    this.ladder_.fall_(rung, performance.now());
  }

  /** In a new epoch everything is said anew. */
  renew_(): void {
    const wait = this.began_ + AGAIN_EVERY_MS - performance.now();
    if (this.again_) this.renewing_ ??= setTimeout(this.again_, Math.max(0, wait));
  }

  /** Of what was spent since. To be asked once a second at least. */
  step_(ms = this.meter_.take_()): void {
    const { rung_: before } = this.ladder_;
    const rung = this.again_ ? this.ladder_.step_(ms, performance.now()) : before;
    if (rung === before) return;
    if (rung > before) this.why_ = "busy";
    if (Math.max(rung, before) >= OUTLINE) this.renew_();
    else this.told_();
  }

  /** A turn is over. The first picture is not counted: it comes once, and in slices. */
  count_(more: boolean, isFirst: boolean): void {
    const ms = Math.min(TURN_MAX_MS, this.meter_.take_());
    if (isFirst) return;
    this.flush_ += ms;
    if (!more) {
      this.every_ = this.ladder_.wait_(this.flush_, performance.now());
      this.flush_ = 0;
    }
    this.step_(ms);
  }

  /** True where nothing more may be said of this tree. */
  ends_({ beyond_: beyond, worn_: worn }: Tree): boolean {
    if (beyond) this.fall_(OUTLINE, "too_big");
    else if (worn && performance.now() - this.began_ < WORN_SOON_MS) this.fall_(OUTLINE, "busy");
    if (beyond || worn) this.renew_();
    return !!this.renewing_;
  }

  /** The hub has refused a frame. */
  refused_(): void {
    const now = performance.now();
    const [last, first] = this.refusals_;
    this.refusals_ = [now, last];
    // Not where it is not yet the third.
    if (now - (first as number) < REFUSED_WITHIN_MS) {
      this.refusals_ = [];
      this.fall_(this.outlined_ ? ADDRESS : OUTLINE, "refused");
      this.renew_();
    }
  }
}
