// Asks the tab how the picture is, and measures: what the hub needs to hear us is our side of the way, what comes on top
// of it until the tab has answered is the customer's.

import type { Checkup, Condition } from "../../protocol";
import { browserTimers, type Timers } from "../acts";
import { Steady } from "./steady";

/** How often the tab is asked, and how often while something is amiss. */
export const EVERY_MS = 10_000;
export const AGAIN_MS = 3_000;
/** A tab that says nothing for so long is busy, or out of reach. */
export const SILENT_AFTER_MS = 6_000;
/** A way there and back from which on an agent notices the delay, on either side. */
export const SLOW_MS = 700;
/** So long without credit, and the picture is behind. */
export const BEHIND_MS = 1_500;

export interface CheckupHost {
  send(checkup: Checkup): void;
  /** Milliseconds that only rise. */
  now(): number;
  /** This window is behind others: its timers do not run as they should, and what is measured means nothing. */
  isHidden(): boolean;
  changed(): void;
}

export class Checkups {
  condition: Condition | null = null;
  /** The last measures, in ms; null where there is none. */
  agentMs: number | null = null;
  customerMs: number | null = null;
  silent = false;
  readonly slowAgent = new Steady();
  readonly slowCustomer = new Steady();
  readonly behind = new Steady();
  private id = 0;
  private running = false;
  private askedAt = 0;
  private heardAt = 0;
  private timer: number | null = null;

  constructor(
    private readonly host: CheckupHost,
    private readonly timers: Timers = browserTimers,
  ) {}

  /** The session is live, or no longer. What was measured of another page is forgotten. */
  setLive(live: boolean): void {
    if (live === this.running) return;
    this.running = live;
    this.stopWaiting();
    this.condition = null;
    this.agentMs = this.customerMs = null;
    this.silent = false;
    for (const each of [this.slowAgent, this.slowCustomer, this.behind]) each.forget();
    if (live) this.ask();
  }

  /** Ask now; the id by which the answer is known. */
  ask(digest = false): number {
    this.stopWaiting();
    this.id += 1;
    this.askedAt = this.host.now();
    this.heardAt = 0;
    this.host.send({ k: "checkup", id: this.id, digest });
    this.wait(SILENT_AFTER_MS, () => this.unanswered());
    return this.id;
  }

  heard(id: number): void {
    if (id !== this.id || this.heardAt !== 0) return;
    this.heardAt = this.host.now();
    this.agentMs = this.heardAt - this.askedAt;
    if (!this.host.isHidden()) this.slowAgent.look(this.agentMs > SLOW_MS);
    this.host.changed();
  }

  answered(condition: Condition): void {
    if (!this.running) return;
    this.condition = condition;
    // Whoever speaks is not silent, asked or unasked.
    this.silent = false;
    if (condition.id === this.id && this.heardAt !== 0) this.measure(condition);
    this.host.changed();
  }

  private measure(condition: Condition): void {
    this.customerMs = this.host.now() - this.heardAt;
    // A digest takes its time.
    if (!this.host.isHidden() && (condition.digest ?? "") === "") this.slowCustomer.look(this.customerMs > SLOW_MS);
    this.behind.look((condition.waiting_ms ?? 0) > BEHIND_MS);
    this.stopWaiting();
    const isSlow = this.customerMs > SLOW_MS || (this.agentMs ?? 0) > SLOW_MS;
    const amiss = isSlow || this.slowAgent.is || this.slowCustomer.is || this.behind.is;
    this.wait(amiss ? AGAIN_MS : EVERY_MS, () => this.ask());
  }

  private unanswered(): void {
    // In a window behind others even the answer may be late.
    this.silent = !this.host.isHidden();
    this.host.changed();
    this.ask();
  }

  private wait(ms: number, task: () => void): void {
    this.timer = this.timers.after(() => {
      this.timer = null;
      if (this.running) task();
    }, ms);
  }

  private stopWaiting(): void {
    if (this.timer !== null) this.timers.cancel(this.timer);
    this.timer = null;
  }
}
