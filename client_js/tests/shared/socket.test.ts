// @vitest-environment node
import { describe, expect, it } from "vitest";
import { CLOSE, type Hello } from "../../src/protocol";
import { backoff, Link, type LinkState, type LinkWorld } from "../../src/shared/socket";

const hello: Hello = { k: "hello", version: 1, token: "t", page: "p".repeat(16), nonce: "n".repeat(16) };

class Socket {
  binaryType = "";
  sent: string[] = [];
  closed: number | undefined;
  onopen = () => {};
  onmessage = (_event: { data: unknown }) => {};
  onclose = (_event: { code: number; reason: string }) => {};
  send(data: string) {
    this.sent.push(data);
  }
  close(code: number) {
    this.closed = code;
  }
}

/** A world in which time stands still until it is moved, and the dice always show `dice`. */
function world(dice = 1) {
  const sockets: Socket[] = [];
  const timers = new Map<number, { task: () => void; at: number }>();
  let now = 0;
  let refuse = false;
  const it: LinkWorld = {
    socket: () => {
      if (refuse) throw new Error("refused by the page's own policy");
      const socket = new Socket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    now: () => now,
    random: () => dice,
    after: (task, ms) => {
      timers.set(timers.size + 1, { task, at: now + ms });
      return timers.size;
    },
    cancel: (timer) => timers.delete(timer),
  };
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  return {
    it,
    sockets,
    waits: () => [...timers.values()].map(({ at }) => at - now),
    refuse: (value: boolean) => {
      refuse = value;
    },
    settled,
    async pass(ms: number) {
      now += ms;
      for (const [timer, { task, at }] of [...timers]) {
        if (at > now) continue;
        timers.delete(timer);
        task();
      }
      await settled();
    },
    get last() {
      return sockets.at(-1) as Socket;
    },
  };
}

interface Note {
  k: string;
  n?: number;
}

function link(use: ReturnType<typeof world>, answer: () => Hello | Promise<Hello> = () => hello) {
  const states: [LinkState, number][] = [];
  const heard: Note[] = [];
  const made = new Link<Note, Note>(
    "wss://hub.example/ws",
    {
      hello: answer,
      fits: (message) => (message as Note | null)?.k !== "nonsense",
      onMessage: (message) => heard.push(message),
      onState: (state, code) => states.push([state, code]),
    },
    use.it,
  );
  return { made, states, heard };
}

/** A link whose hello was answered. */
async function open(use: ReturnType<typeof world>) {
  const opened = link(use);
  await use.settled();
  use.last.onopen();
  use.last.onmessage({ data: '{"k":"welcome"}' });
  return opened;
}

describe("the waits of an outage", () => {
  it("are 0, then 0.25 s doubling to 1 s for 10 s, then doubling to 30 s", () => {
    let now = 0;
    const next = backoff(
      () => now,
      () => 1,
    );
    const waits = Array.from({ length: 20 }, () => {
      const wait = next();
      now += wait;
      return wait;
    });
    expect(waits).toEqual([0, 250, 500, ...Array(11).fill(1_000), 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it("are spread over the whole wait", () => {
    const next = backoff(
      () => 0,
      () => 0.5,
    );
    expect([next(), next(), next()]).toEqual([0, 125, 250]);
  });
});

describe("a link", () => {
  it("says hello first and is open with the hub's answer", async () => {
    const use = world();
    const { states, heard, made } = await open(use);
    expect(use.last.sent).toEqual([JSON.stringify(hello)]);
    expect(states).toEqual([["open", 0]]);
    expect(heard).toEqual([{ k: "welcome" }]);
    expect(made.state).toBe("open");
    expect(use.last.binaryType).toBe("arraybuffer");
  });

  it("sends nothing before the hub has answered", async () => {
    const use = world();
    const { made } = link(use);
    await use.settled();
    use.last.onopen();
    expect(made.sendNow({ k: "stop" })).toBe(false);
    expect(await made.send({ k: "tip" })).toBe(0);
    expect(use.last.sent).toHaveLength(1);
  });

  it("lets sendNow overtake what is being packed", async () => {
    const use = world();
    const { made } = await open(use);
    const packed = made.send({ k: "x".repeat(50_000) });
    expect(made.sendNow({ k: "stop" })).toBe(true);
    expect(use.last.sent.at(-1)).toBe('{"k":"stop"}');
    expect(await packed).toBeGreaterThan(0);
  });

  it("comes again at once in the close handler, without a timer", async () => {
    const use = world();
    const { states } = await open(use);
    await use.pass(1_000);
    use.last.onclose({ code: 1006, reason: "" });
    await use.settled();
    expect(use.sockets).toHaveLength(2);
    // The only one is that of the new line, should it stay silent.
    expect(use.waits()).toEqual([50_000]);
    expect(states.slice(1)).toEqual([
      ["down", 1006],
      ["connecting", 0],
    ]);
  });

  it("backs off while tries fail, and when a connection dies as soon as it is there", async () => {
    const use = world();
    await open(use);
    use.last.onclose({ code: CLOSE.internal, reason: "internal" });
    await use.settled();
    // The first try of the constructor used up the immediate one, and this connection did not last.
    expect([use.sockets.length, use.waits()]).toEqual([1, [250]]);
    await use.pass(250);
    use.last.onclose({ code: 1006, reason: "" });
    expect(use.waits()).toEqual([500]);
  });

  it.each(Object.entries(CLOSE))("after %s (%i) comes again below 4100 and stops from there", async (_reason, code) => {
    const use = world();
    const { made, states } = await open(use);
    await use.pass(5_000);
    use.last.onclose({ code, reason: "" });
    await use.settled();
    expect(use.sockets.length).toBe(code < 4100 ? 2 : 1);
    expect(made.state).toBe(code < 4100 ? "connecting" : "closed");
    expect(states[1]).toEqual([code < 4100 ? "down" : "closed", code]);
  });

  it("comes again when the hub said so", async () => {
    const use = world();
    const { heard } = await open(use);
    use.last.onmessage({ data: '{"k":"come_again","delay_ms":700}' });
    await use.pass(200);
    use.last.onclose({ code: CLOSE.drain, reason: "drain" });
    expect(use.waits()).toEqual([500]);
    expect(heard).toEqual([{ k: "welcome" }]);
  });

  it("takes a line for dead on which nothing was heard for 50 s, and comes again", async () => {
    const use = world();
    const { states, heard } = await open(use);
    const silent = use.last;
    await use.pass(49_000);
    silent.onmessage({ data: '{"k":"probe","id":1}' });
    await use.pass(49_000);
    expect(use.sockets).toHaveLength(1);
    await use.pass(1_000);
    expect(use.sockets).toHaveLength(2);
    expect(silent.closed).toBe(1000);
    expect(states.slice(1)).toEqual([
      ["down", 0],
      ["connecting", 0],
    ]);
    // What may still come over the old one is nobody's.
    silent.onmessage({ data: '{"k":"late"}' });
    silent.onclose({ code: CLOSE.taken_over, reason: "taken_over" });
    expect(heard).toEqual([{ k: "welcome" }]);
    expect(states).toHaveLength(3);
  });

  it("does not wait for ever for a hub that accepts and says nothing", async () => {
    const use = world();
    link(use);
    await use.settled();
    await use.pass(50_000);
    await use.pass(1_000);
    expect(use.sockets).toHaveLength(2);
  });

  it("answers probes by itself", async () => {
    const use = world();
    const { heard } = await open(use);
    use.last.onmessage({ data: '{"k":"probe","id":7}' });
    expect(use.last.sent.at(-1)).toBe('{"k":"probe_answer","id":7}');
    expect(heard).toHaveLength(1);
  });

  it("counts a hello that cannot be made, and a socket that may not be, as failed tries", async () => {
    const use = world();
    let fails = true;
    const { states } = link(use, () => (fails ? Promise.reject(new Error("no ticket")) : hello));
    await use.settled();
    expect(states).toEqual([["down", 0]]);
    fails = false;
    use.refuse(true);
    await use.pass(250);
    expect(states.at(-1)).toEqual(["down", 0]);
    use.refuse(false);
    await use.pass(500);
    expect(use.sockets).toHaveLength(1);
  });

  it("tries now when nudged, and only where it waits", async () => {
    const use = world();
    const { made } = await open(use);
    made.nudge();
    expect(use.sockets).toHaveLength(1);
    use.last.onclose({ code: 1006, reason: "" });
    made.nudge();
    await use.settled();
    expect([use.sockets.length, use.waits()]).toEqual([2, [50_000]]);
  });

  it("is deaf and dumb once closed", async () => {
    const use = world();
    const { made, heard, states } = await open(use);
    const { onmessage, onclose } = use.last;
    made.close();
    onmessage.call(use.last, { data: '{"k":"late"}' });
    onclose.call(use.last, { code: 1000, reason: "" });
    await use.pass(60_000);
    expect(use.last.closed).toBe(1000);
    expect(heard).toHaveLength(1);
    expect(states.at(-1)).toEqual(["closed", 1000]);
    expect(use.sockets).toHaveLength(1);
    expect(made.sendNow({ k: "stop" })).toBe(false);
  });

  it("closes on what it cannot read, and comes again", async () => {
    const use = world();
    await open(use);
    use.last.onmessage({ data: "{" });
    expect(use.last.closed).toBe(3000);
  });
});

describe("what the hub may not say", () => {
  it("is refused and counted, and what comes after it is heard", async () => {
    const use = world();
    const { made, heard } = await open(use);
    heard.length = 0;
    use.last.onmessage({ data: '{"k":"nonsense"}' });
    use.last.onmessage({ data: '[{"k":"nonsense"},{"k":"credit","n":1},{"k":"nonsense"}]' });
    expect(made.refused).toBe(3);
    expect(heard).toEqual([{ k: "credit", n: 1 }]);
    expect(use.last.closed).toBeUndefined();
  });

  it("does not open the link", async () => {
    const use = world();
    const { made, heard, states } = link(use);
    await use.settled();
    use.last.onopen();
    use.last.onmessage({ data: '{"k":"nonsense"}' });
    expect(made.state).toBe("connecting");
    use.last.onmessage({ data: '{"k":"welcome"}' });
    expect(states.at(-1)?.[0]).toBe("open");
    expect(heard).toEqual([{ k: "welcome" }]);
  });
});
