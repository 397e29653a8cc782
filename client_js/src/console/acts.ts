// Each act this console asked for, from sending to its answer. An act without an answer is lost, and never sent again.

import type { Act, ActResult, AnyDo } from "../protocol";

export type ActState = "sent" | "asking" | "started" | "done" | "refused" | "lost";

export interface ActLine {
  readonly id: number;
  readonly do: AnyDo;
  readonly state: ActState;
  readonly reason: string;
}

/** Without any answer for this long, an act is lost: it may have happened. */
const LOST_AFTER_MS = 5_000;
/** How long the customer may think about it. */
const ASKING_LASTS_MS = 120_000;
const LINES_KEPT = 50;
const OPEN: ReadonlySet<ActState> = new Set(["sent", "asking"]);

export interface Timers {
  after(task: () => void, ms: number): number;
  cancel(timer: number): void;
}

export const browserTimers: Timers = {
  after: (task, ms) => setTimeout(task, ms) as unknown as number,
  cancel: (timer) => clearTimeout(timer),
};

export class ActLog {
  /** Newest first. */
  lines: readonly ActLine[] = [];
  private nextId: number;
  private readonly timers = new Map<number, number>();

  /** Ids rise over the life of a session, also over a reload of the console: `firstId` comes from the clock. */
  constructor(
    firstId: number,
    private readonly changed: () => void,
    private readonly world: Timers = browserTimers,
  ) {
    this.nextId = firstId;
  }

  /** A new act, aimed at this picture. */
  begin(what: AnyDo, epoch: number, seq: number): Act {
    const id = this.nextId;
    this.nextId += 1;
    this.add({ id, do: what, state: "sent", reason: "" });
    this.wait(id, LOST_AFTER_MS);
    return { k: "act", id, epoch, seq, do: what };
  }

  /** An act that was not even sent, and why. */
  refuse(what: AnyDo, reason: string): void {
    const id = this.nextId;
    this.nextId += 1;
    this.add({ id, do: what, state: "refused", reason });
  }

  answer(result: ActResult): void {
    this.stopWaiting(result.id);
    this.set(result.id, result.status, result.reason ?? "");
    if (result.status === "asking") this.wait(result.id, ASKING_LASTS_MS);
  }

  /** The customer's page or the connection went away: what is open will not be answered. */
  loseAll(): void {
    for (const line of this.lines) if (OPEN.has(line.state)) this.lose(line.id);
  }

  private add(line: ActLine): void {
    this.lines = [line, ...this.lines].slice(0, LINES_KEPT);
    this.changed();
  }

  private set(id: number, state: ActState, reason: string): void {
    this.lines = this.lines.map((line) => (line.id === id ? { ...line, state, reason } : line));
    this.changed();
  }

  private lose(id: number): void {
    this.stopWaiting(id);
    this.set(id, "lost", "");
  }

  private wait(id: number, ms: number): void {
    this.timers.set(
      id,
      this.world.after(() => this.lose(id), ms),
    );
  }

  private stopWaiting(id: number): void {
    const timer = this.timers.get(id);
    if (timer !== undefined) this.world.cancel(timer);
    this.timers.delete(id);
  }
}
