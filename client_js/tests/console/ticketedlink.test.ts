// @vitest-environment node
import { describe, expect, it } from "vitest";
import { REFUSALS_IN_A_ROW, TicketedLink } from "../../src/console/ticketedlink";
import { CLOSE, type Hello } from "../../src/protocol";
import type { LinkState, LinkWorld } from "../../src/shared/socket";

class Socket {
  sent: string[] = [];
  onopen = () => {};
  onmessage = (_event: { data: unknown }) => {};
  onclose = (_event: { code: number; reason: string }) => {};
  send(data: string) {
    this.sent.push(data);
  }
  close() {}
}

interface Note {
  k: string;
}

/** A console whose hellos carry the tickets 1, 2, 3; timers wait until they are run. */
function ticketed() {
  const sockets: Socket[] = [];
  const timers = new Map<number, { task: () => void; ms: number }>();
  const states: [LinkState, number][] = [];
  let tickets = 0;
  const world: LinkWorld = {
    socket: () => {
      sockets.push(new Socket());
      return sockets.at(-1) as unknown as WebSocket;
    },
    now: () => 0,
    random: () => 1,
    after: (task, ms) => {
      timers.set(timers.size + 1, { task, ms });
      return timers.size;
    },
    cancel: (timer) => timers.delete(timer),
  };
  const host = {
    hello: (): Hello => ({ k: "hello", version: 1, token: `${++tickets}`, page: "p", nonce: "n" }),
    fits: () => true,
    onMessage: () => {},
    onState: (state: LinkState, code: number) => states.push([state, code]),
  };
  const link = new TicketedLink<Note, Note>("wss://hub.example/ws", host, world);
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  return {
    link,
    sockets,
    states,
    timers,
    async opens() {
      await settled();
      sockets.at(-1)?.onopen();
    },
    async closes(code: number) {
      await settled();
      sockets.at(-1)?.onclose({ code, reason: "" });
    },
    /** What is waited for to try again; that a line is silent for long is not. */
    async waits() {
      const soon = [...timers].find(([, { ms }]) => ms < 10_000);
      if (soon === undefined) return undefined;
      timers.delete(soon[0]);
      soon[1].task();
      await settled();
      return soon[1].ms;
    },
  };
}

describe("a link with tickets", () => {
  it("comes again with another ticket where one is refused", async () => {
    const use = ticketed();
    await use.closes(CLOSE.bad_token);
    expect(use.states).toEqual([["down", CLOSE.bad_token]]);
    expect(await use.waits()).toBe(0);
    await use.opens();
    expect(use.sockets).toHaveLength(2);
    expect(JSON.parse(use.sockets[1]?.sent[0] ?? "").token).toBe("2");
    use.sockets[1]?.onmessage({ data: '{"k":"agent_welcome"}' });
    expect(use.states.slice(1)).toEqual([
      ["connecting", 0],
      ["open", 0],
    ]);
    expect(use.link.sendNow({ k: "end" })).toBe(true);
  });

  it("waits longer each time, and stops where it is no use", async () => {
    const use = ticketed();
    const waits = [];
    for (let n = 0; n < REFUSALS_IN_A_ROW; n++) {
      await use.closes(CLOSE.bad_token);
      waits.push(await use.waits());
    }
    expect(waits.slice(0, 4)).toEqual([0, 250, 500, 1_000]);
    expect(use.states.some(([state]) => state === "closed")).toBe(false);
    await use.closes(CLOSE.bad_token);
    expect(use.states.at(-1)).toEqual(["closed", CLOSE.bad_token]);
    expect(await use.waits()).toBeUndefined();
  });

  it("counts anew once the hub took one", async () => {
    const use = ticketed();
    for (let n = 0; n < 2 * REFUSALS_IN_A_ROW; n++) {
      await use.closes(CLOSE.bad_token);
      await use.waits();
      await use.opens();
      use.sockets.at(-1)?.onmessage({ data: '{"k":"agent_welcome"}' });
    }
    expect(use.states.at(-1)).toEqual(["open", 0]);
  });

  it("stops for any other reason to stop", async () => {
    const use = ticketed();
    await use.closes(CLOSE.taken_over);
    expect(use.states).toEqual([["closed", CLOSE.taken_over]]);
  });

  it("can be closed or hurried while it waits", async () => {
    const use = ticketed();
    await use.closes(CLOSE.bad_token);
    use.link.nudge();
    expect(use.states.at(-1)).toEqual(["connecting", 0]);
    expect(await use.waits()).toBeUndefined();
    await use.closes(CLOSE.bad_token);
    use.link.close();
    expect(use.states.at(-1)).toEqual(["closed", 1000]);
    expect(await use.waits()).toBeUndefined();
    expect(use.sockets).toHaveLength(2);
  });
});
