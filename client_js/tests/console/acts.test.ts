import { describe, expect, it } from "vitest";
import { ActLog } from "../../src/console/acts";

class World {
  now = 0;
  private timers: { id: number; at: number; task: () => void }[] = [];
  private last = 0;

  after(task: () => void, ms: number): number {
    this.last += 1;
    this.timers.push({ id: this.last, at: this.now + ms, task });
    return this.last;
  }

  cancel(timer: number): void {
    this.timers = this.timers.filter(({ id }) => id !== timer);
  }

  pass(ms: number): void {
    this.now += ms;
    for (const { id, at, task } of [...this.timers]) {
      if (at > this.now) continue;
      this.cancel(id);
      task();
    }
  }
}

function log() {
  const world = new World();
  const acts = new ActLog(7, () => undefined, world);
  return { world, acts, states: () => acts.lines.map(({ state }) => state) };
}

describe("acts", () => {
  it("have rising ids, and say what picture they were aimed at", () => {
    const { acts } = log();
    expect(acts.begin({ act: "back" }, 3, 5)).toEqual({ k: "act", id: 7, epoch: 3, seq: 5, do: { act: "back" } });
    expect(acts.begin({ act: "reload" }, 3, 6).id).toBe(8);
    expect(acts.lines.map((line) => line.id)).toEqual([8, 7]);
  });

  it("without an answer are lost after five seconds, and not before", () => {
    const { acts, world, states } = log();
    acts.begin({ act: "back" }, 1, 0);
    world.pass(4_999);
    expect(states()).toEqual(["sent"]);
    world.pass(1);
    expect(states()).toEqual(["lost"]);
  });

  it("that the customer is asked about may take longer", () => {
    const { acts, world, states } = log();
    acts.begin({ act: "navigate", address: "/a" }, 1, 0);
    acts.answer({ k: "act_result", id: 7, status: "asking" });
    world.pass(60_000);
    expect(states()).toEqual(["asking"]);
    acts.answer({ k: "act_result", id: 7, status: "started" });
    world.pass(600_000);
    expect(states()).toEqual(["started"]);
  });

  it("that are refused keep the reason", () => {
    const { acts } = log();
    acts.begin({ act: "click", node: 4, x: 0, y: 0 }, 1, 0);
    acts.answer({ k: "act_result", id: 7, status: "refused", reason: "leaves_site" });
    acts.refuse({ act: "back" }, "no_control");
    expect(acts.lines.map(({ state, reason }) => [state, reason])).toEqual([
      ["refused", "no_control"],
      ["refused", "leaves_site"],
    ]);
  });

  it("still open are lost when the page goes, and answered ones are not", () => {
    const { acts, states } = log();
    acts.begin({ act: "back" }, 1, 0);
    acts.begin({ act: "reload" }, 1, 0);
    acts.answer({ k: "act_result", id: 7, status: "done" });
    acts.loseAll();
    expect(states()).toEqual(["lost", "done"]);
  });

  it("are kept up to a limit", () => {
    const { acts } = log();
    for (let n = 0; n < 80; n += 1) acts.refuse({ act: "back" }, "no_control");
    expect(acts.lines).toHaveLength(50);
  });
});
