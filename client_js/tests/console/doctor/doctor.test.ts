import { beforeEach, describe, expect, it } from "vitest";
import type { Timers } from "../../../src/console/acts";
import { AGAIN_MS, EVERY_MS, SILENT_AFTER_MS, SLOW_MS } from "../../../src/console/doctor/checkups";
import { Doctor } from "../../../src/console/doctor/doctor";
import { Steady } from "../../../src/console/doctor/steady";
import type { Checkup, Condition, SessionState } from "../../../src/protocol";
import type { Census } from "../../../src/shared/mirrortalk";

const DIGEST = "a".repeat(64);
const CENSUS: Census = { epoch: 1, texts: 20, masked: 0, pictures: 1, placeholders: {} };

class World implements Timers {
  now = 0;
  hidden = false;
  readonly said: Checkup[] = [];
  readonly asked: [number, number, number][] = [];
  pictures = 0;
  changes = 0;
  private timers = new Map<number, { at: number; task: () => void }>();
  private last = 0;
  readonly doctor = new Doctor(
    {
      send: (checkup) => this.said.push(checkup),
      now: () => this.now,
      isHidden: () => this.hidden,
      askPicture: () => this.pictures++,
      askDigest: (...asked) => this.asked.push(asked),
      changed: () => this.changes++,
    },
    this,
  );

  after(task: () => void, ms: number): number {
    this.timers.set(++this.last, { at: this.now + ms, task });
    return this.last;
  }

  cancel(timer: number): void {
    this.timers.delete(timer);
  }

  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const [next] = [...this.timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined) break;
      this.timers.delete(next[0]);
      this.now = next[1].at;
      next[1].task();
    }
    this.now = until;
  }

  step(name: SessionState["name"], more: Partial<SessionState> = {}): void {
    this.doctor.stepped({
      k: "state",
      session: "s",
      version: 1,
      name,
      site: "shop",
      seated: true,
      ...more,
    } as SessionState);
  }

  live(): void {
    this.doctor.linked("open");
    this.step("live");
    this.doctor.takeOfMirror({ k: "census", census: CENSUS });
  }

  /** The answer to the last question, after so many ms on either side. */
  answer(agentMs = 10, customerMs = 10, more: Partial<Condition> = {}): void {
    const id = this.said.at(-1)?.id ?? 0;
    this.now += agentMs;
    this.doctor.take({ k: "heard", id });
    this.now += customerMs;
    this.doctor.take({ k: "condition", id, epoch: 1, seq: 3, ...more });
  }

  get causes(): string[] {
    return this.doctor.findings.map(({ cause }) => cause);
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});

describe("a judgement that does not flap", () => {
  it("turns after two in a row, either way", () => {
    const steady = new Steady();
    expect([true, false, true, true, false, true, false, false].map((bad) => steady.look(bad))).toEqual([
      ...[false, false, false, true],
      ...[true, true, true, false],
    ]);
  });
});

describe("the doctor", () => {
  it("asks at once, then every ten seconds, and stops with the session", () => {
    world.live();
    world.answer();
    expect(world.said.map(({ id }) => id)).toEqual([1]);
    world.pass(EVERY_MS);
    expect(world.said.map(({ id }) => id)).toEqual([1, 2]);
    world.step("away");
    world.pass(10 * EVERY_MS);
    expect(world.said.length).toBe(2);
  });

  it.each([
    ["slow_agent", SLOW_MS + 1, 10],
    ["slow_customer", 10, SLOW_MS + 1],
  ])("tells %s from the other side, and only when it lasts", (cause, agentMs, customerMs) => {
    world.live();
    world.answer(agentMs, customerMs);
    expect(world.causes).toEqual([]);
    world.pass(AGAIN_MS);
    world.answer(agentMs, customerMs);
    expect(world.causes).toEqual([cause]);
    for (const causes of [[cause], []]) {
      world.pass(AGAIN_MS);
      world.answer();
      expect(world.causes).toEqual(causes);
    }
  });

  it("measures nothing in a window behind others", () => {
    world.live();
    world.hidden = true;
    for (let time = 0; time < 3; time++) {
      world.answer(5_000, 5_000);
      world.pass(AGAIN_MS);
    }
    world.pass(SILENT_AFTER_MS);
    expect(world.causes).toEqual([]);
  });

  it("says that a tab is silent, until it speaks", () => {
    world.live();
    world.doctor.take({ k: "heard", id: 1 });
    world.pass(SILENT_AFTER_MS);
    expect(world.causes).toEqual(["tab_silent"]);
    expect(world.doctor.quality).toBe("poor");
    world.answer();
    expect(world.causes).toEqual([]);
  });

  it("takes what the tab says unasked", () => {
    world.live();
    world.doctor.take({ k: "condition", id: 0, epoch: 1, seq: 0, troubles: ["csp_self"] });
    expect(world.causes).toEqual(["csp_self"]);
    world.doctor.take({ k: "condition", id: 0, epoch: 1, seq: 0, troubles: [] });
    expect(world.causes).toEqual([]);
  });

  it("keeps what is missing until the next picture, which says it again", () => {
    world.live();
    world.doctor.take({ k: "asset_missed", n: 4, kind: "font", reason: "no_store" });
    expect(world.causes).toEqual(["assets"]);
    world.doctor.take({ k: "snapshot", epoch: 2, part: 0 } as never);
    world.doctor.takeOfMirror({ k: "census", census: { ...CENSUS, epoch: 2 } });
    expect(world.causes).toEqual([]);
  });

  it("says why the session stopped itself, also where the word comes after the pause", () => {
    world.live();
    world.step("paused");
    expect(world.causes).toEqual(["paused"]);
    world.doctor.take({ k: "condition", id: 0, epoch: 1, seq: 0, troubles: ["capture_failed"] });
    expect(world.causes).toEqual(["capture_failed"]);
    world.doctor.take({ k: "condition", id: 0, epoch: 1, seq: 0 });
    world.step("live");
    world.doctor.takeOfMirror({ k: "census", census: CENSUS });
    expect(world.causes).toEqual([]);
  });

  it("forgets that the page was out of date once the session is live again", () => {
    world.live();
    world.step("away", { away: { seat: "customer", since: 0, reason: "offline", back_to: "live" } });
    world.doctor.take({ k: "notice", what: "old_snippet" });
    expect(world.doctor.blank?.cause).toBe("old_snippet");
    world.step("live");
    expect(world.causes).toEqual([]);
  });

  it("says that nothing came, and takes it back when it does", () => {
    world.doctor.linked("open");
    world.step("live");
    world.answer();
    world.pass(6_000);
    expect(world.doctor.blank?.cause).toBe("waiting");
    world.doctor.takeOfMirror({ k: "census", census: CENSUS });
    expect(world.doctor.blank).toBeNull();
  });

  it("is quiet while nothing changes", () => {
    world.live();
    world.answer();
    const { changes } = world;
    world.pass(5_000);
    expect(world.changes).toBe(changes);
  });
});

describe("comparing", () => {
  beforeEach(() => {
    world.live();
    world.answer();
    world.doctor.check();
  });

  it("asks the tab, then the mirror for the very same picture", () => {
    expect(world.said.at(-1)).toMatchObject({ id: 2, digest: true });
    expect(world.doctor.compared).toBe("asking");
    world.answer(10, 500, { digest: DIGEST });
    expect(world.asked).toEqual([[2, 1, 3]]);
    world.doctor.takeOfMirror({ k: "digest", id: 2, digest: DIGEST });
    expect([world.doctor.compared, world.causes, world.pictures]).toEqual(["same", [], 0]);
  });

  it("asks for a new picture where they differ, and says so until it is there", () => {
    world.answer(10, 10, { digest: DIGEST });
    world.doctor.takeOfMirror({ k: "digest", id: 2, digest: "b".repeat(64) });
    expect([world.doctor.compared, world.causes, world.pictures]).toEqual(["differs", ["differs"], 1]);
    world.doctor.take({ k: "snapshot", epoch: 2, part: 0 } as never);
    world.doctor.takeOfMirror({ k: "census", census: { ...CENSUS, epoch: 2 } });
    expect(world.causes).toEqual([]);
  });

  it("does not compare a page that moves", () => {
    world.answer(10, 10, { digest: DIGEST });
    world.doctor.takeOfMirror({ k: "digest", id: 2, digest: "" });
    expect(world.doctor.compared).toBe("moving");
  });

  it("cannot compare what the hub washed, and asks for a new picture instead", () => {
    world.answer(10, 10, { washed: 2 });
    expect([world.doctor.compared, world.pictures]).toEqual(["washed", 1]);
  });

  it("gives up on a tab that does not answer", () => {
    world.pass(SILENT_AFTER_MS);
    expect(world.doctor.compared).toBe("unanswered");
  });

  it("asks once, however often it is pressed", () => {
    world.doctor.check();
    expect(world.said.filter(({ digest }) => digest).length).toBe(1);
  });

  it("takes no digest that nobody asked for", () => {
    world.doctor.takeOfMirror({ k: "digest", id: 2, digest: DIGEST });
    expect(world.doctor.compared).toBe("asking");
  });
});
