// How much of the page's time the capture may take, and what it leaves out where that is not enough. Time is an account:
// it fills at a fixed rate, and what was used is taken from it. Pure: the clock is an argument.
import type { Pace } from "../../protocol";

/** From the whole picture to the least. */
export const RUNGS: readonly Pace[] = ["full", "slow", "outline", "address"];
export const FULL = 0;
export const SLOW = 1;
export const OUTLINE = 2;
export const ADDRESS = 3;

/** Milliseconds of the main thread in a second that may be used for good. */
export const BUDGET_MS = 100;
/** What may be used at once: a page that opens a large part does so now and then. */
export const BURST_MS = 1_000;
/** Where that cannot be kept by being slow, so many times as much may be used, and less of it by being slower still. No
 * script can tell its own time from what other programs take, nor is it another time that the page goes without: on a
 * machine that is starved the picture comes late. Less of the page would help the agent less. */
const PATIENCE = 2.5;
/** Overdrawn by so much, the next rung is taken. */
export const OVERDRAFT_MS = 1_000;
/** From here on the page is calm. */
export const CALM_MS = 400;
export const FLUSH_EVERY_MS = 33;
/** With what it takes to send and to draw, the mirror is less than a second behind. */
export const SLOWEST_FLUSH_MS = 700;
/** But where that takes more than may be used at all. */
export const LATEST_FLUSH_MS = 2_000;
/** Flushes so far apart are told. */
export const TOLD_FROM_MS = 150;
/** No rung but the highest is left sooner for a higher one; twice as long where that did not last. */
export const STAY_MS = 5_000;
export const STAY_MAX_MS = 300_000;
const IDLE_MS = 1_000;
/** What lasts so long has lasted. */
export const LASTS_MS = 30_000;

export class Ladder {
  rung_ = FULL;
  private level_ = BURST_MS;
  /** What a flush takes, smoothed, and when the last one was. */
  private usual_ = 0;
  private flushed_ = 0;
  private at_ = 0;
  private since_ = 0;
  private climbed_ = -LASTS_MS;
  private stay_: number;

  constructor(
    private readonly budget_ = BUDGET_MS,
    private readonly least_ = STAY_MS,
  ) {
    this.stay_ = least_;
  }

  private fair_(ms: number): number {
    if (!this.rung_ && this.level_ >= BURST_MS / 2) return FLUSH_EVERY_MS;
    const fair = (ms * 1_000) / this.budget_;
    // One after the other: as seldom as is fair, but then as late as is bearable.
    const wait = Math.max(FLUSH_EVERY_MS, fair / PATIENCE, Math.min(SLOWEST_FLUSH_MS, fair));
    return Math.min(LATEST_FLUSH_MS, wait);
  }

  /** How long to wait after a flush that took `ms`. */
  wait_(ms: number, now: number): number {
    this.usual_ += (ms - this.usual_) / 4;
    this.flushed_ = now;
    return this.fair_(ms);
  }

  /** So many ms were used since the last step. The rung from here on. To be asked once a second at least. */
  step_(ms: number, now: number): number {
    const rate = this.rung_ ? this.budget_ * PATIENCE : this.budget_;
    this.level_ = Math.min(BURST_MS, this.level_ + ((now - this.at_) * rate) / 1_000) - ms;
    this.at_ = now;
    // Where nothing is flushed, a flush costs less and less.
    if (now - this.flushed_ > IDLE_MS) this.usual_ *= 0.75;
    const { rung_: rung, level_: level } = this;
    const wait = this.fair_(this.usual_);
    if (rung === FULL) {
      if (wait > TOLD_FROM_MS) this.fall_(SLOW, now);
    } else if (level < -OVERDRAFT_MS) this.fall_(rung + 1, now);
    else if (now - this.since_ >= this.stay_ && (rung === SLOW ? wait < TOLD_FROM_MS / 2 : level > CALM_MS)) {
      this.since_ = this.climbed_ = now;
      this.rung_--;
    }
    return this.rung_;
  }

  /** Down to this rung at least, now. */
  fall_(to: number, now: number): void {
    if (to <= this.rung_ || to > ADDRESS) return;
    // Below a rung that was climbed too soon, it takes longer to climb it again.
    this.stay_ = now - this.climbed_ < LASTS_MS ? Math.min(STAY_MAX_MS, this.stay_ * 2) : this.least_;
    this.climbed_ = -LASTS_MS;
    this.rung_ = to;
    this.since_ = now;
    // What the rung above used is no reason to leave this one.
    this.level_ = Math.max(this.level_, 0);
  }
}
