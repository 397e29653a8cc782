import { describe, expect, it } from "vitest";
import {
  ADDRESS,
  BUDGET_MS,
  BURST_MS,
  FLUSH_EVERY_MS,
  FULL,
  LATEST_FLUSH_MS,
  Ladder,
  OUTLINE,
  RUNGS,
  SLOW,
  SLOWEST_FLUSH_MS,
  STAY_MAX_MS,
  STAY_MS,
} from "../../src/snippet/capture/ladder";

/** A page and a clock: each flush comes when the ladder says and takes what `cost` says of the time since the last. */
class Run {
  now = 0;
  readonly ladder = new Ladder();
  readonly rungs: number[] = [FULL];
  used = 0;
  longest = 0;

  go(ms: number, cost: (since: number) => number): this {
    const until = this.now + ms;
    let wait = FLUSH_EVERY_MS;
    while (this.now < until) {
      const spent = cost(wait);
      this.now += wait + spent;
      this.used += spent;
      this.longest = Math.max(this.longest, wait + spent);
      wait = spent ? this.ladder.wait_(spent, this.now) : FLUSH_EVERY_MS;
      const rung = this.ladder.step_(spent, this.now);
      if (rung !== this.rungs.at(-1)) this.rungs.push(rung);
    }
    return this;
  }

  idle = (ms: number) => this.go(ms, () => 0);
}

describe("the ladder", () => {
  it("leaves a page alone that costs less than the budget", () => {
    const run = new Run().go(600_000, (since) => (since * BUDGET_MS) / 1_100);
    expect(run.rungs).toEqual([FULL]);
    expect(run.longest).toBeLessThan(2 * FLUSH_EVERY_MS);
  });

  it("bears one large change without a word, and without a wait", () => {
    const run = new Run();
    for (let n = 0; n < 40; n++) {
      run.now += 12;
      expect(run.ladder.wait_(12, run.now)).toBe(FLUSH_EVERY_MS);
      expect(run.ladder.step_(12, run.now)).toBe(FULL);
    }
  });

  it("is slower where each flush costs much, keeps the budget, and is never a second behind", () => {
    const run = new Run().go(60_000, () => 40);
    expect(run.rungs).toEqual([FULL, SLOW]);
    run.used = 0;
    run.longest = 0;
    run.go(60_000, () => 40);
    expect(run.rungs).toEqual([FULL, SLOW]);
    expect(run.used / 60).toBeLessThanOrEqual(BUDGET_MS);
    expect(run.longest).toBeLessThan(1_000);
  });

  it("is late, and shows the whole page, where a flush takes many times what it should", () => {
    const run = new Run().go(120_000, () => 300);
    expect(run.rungs).toEqual([FULL, SLOW]);
    run.used = 0;
    run.longest = 0;
    run.go(60_000, () => 300);
    expect(run.rungs).toEqual([FULL, SLOW]);
    expect(run.used / 60).toBeLessThanOrEqual(2.5 * BUDGET_MS);
    expect(run.longest).toBeLessThan(LATEST_FLUSH_MS);
  });

  it("is never later than it says, and then shows less", () => {
    const { ladder } = new Run();
    ladder.fall_(SLOW, 0);
    expect(ladder.wait_(100_000, 0)).toBe(LATEST_FLUSH_MS);
    expect(new Run().go(30_000, () => 1_500).rungs).toContain(OUTLINE);
  });

  it("says nothing of a wait that nobody sees", () => {
    const run = new Run().go(120_000, () => 6);
    expect(run.rungs).toEqual([FULL]);
    run.used = 0;
    run.go(60_000, () => 6);
    expect(run.used / 60).toBeLessThanOrEqual(BUDGET_MS * 1.01);
  });

  it("shows the outline where slower is not slow enough, and the address where that is too much", () => {
    const run = new Run().go(60_000, () => 1_500);
    expect(run.rungs).toEqual([FULL, SLOW, OUTLINE, ADDRESS]);
    run.go(60_000, () => 1_500);
    expect(run.rungs.every((rung) => rung <= ADDRESS)).toBe(true);
  });

  it("climbs one rung after the other when the page is calm, none sooner than it may", () => {
    const run = new Run().go(60_000, () => 1_500);
    const at: number[] = [];
    let last = run.ladder.rung_;
    for (let n = 0; n < 600; n++) {
      run.idle(100);
      if (run.ladder.rung_ !== last) at.push(run.now);
      last = run.ladder.rung_;
    }
    expect(run.rungs.slice(-4)).toEqual([ADDRESS, OUTLINE, SLOW, FULL]);
    for (const [n, time] of at.entries()) if (n) expect(time - (at[n - 1] as number)).toBeGreaterThanOrEqual(STAY_MS);
  });

  it("tries less and less often what does not last", () => {
    const run = new Run();
    const falls: number[] = [];
    // The whole picture is too much, the outline costs nothing.
    for (let n = 0; n < 40_000; n++) {
      const before = run.ladder.rung_;
      run.go(1, () => (run.ladder.rung_ < OUTLINE ? 1_500 : 0));
      if (run.ladder.rung_ === OUTLINE && before < OUTLINE) falls.push(run.now);
    }
    const gaps = falls.slice(1).map((at, n) => at - (falls[n] as number));
    expect(gaps.length).toBeGreaterThan(4);
    for (const [n, gap] of gaps.entries()) if (n) expect(gap).toBeGreaterThan((gaps[n - 1] as number) * 0.99);
    expect(gaps.at(-1)).toBeGreaterThan(30 * STAY_MS);
    expect(gaps.at(-1)).toBeLessThan(STAY_MAX_MS + 30_000);
  });

  it("falls at once where it is told to, and never beyond the last rung", () => {
    const { ladder } = new Run();
    ladder.fall_(OUTLINE, 10);
    expect(ladder.rung_).toBe(OUTLINE);
    ladder.fall_(SLOW, 11);
    expect(ladder.rung_).toBe(OUTLINE);
    ladder.fall_(ADDRESS + 1, 12);
    expect(ladder.rung_).toBe(OUTLINE);
    expect(ladder.step_(0, STAY_MS / 2)).toBe(OUTLINE);
  });

  it("waits no longer than it says", () => {
    const { ladder } = new Run();
    ladder.fall_(SLOW, 0);
    expect(ladder.wait_(SLOWEST_FLUSH_MS / 10, 0)).toBe(SLOWEST_FLUSH_MS);
    expect(ladder.wait_(100 * BURST_MS, 0)).toBe(LATEST_FLUSH_MS);
    expect(RUNGS.length).toBe(ADDRESS + 1);
  });
});
