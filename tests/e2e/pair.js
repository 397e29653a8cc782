// Customer's page and mirror side by side in two frames of this page, and between them a way like the hub's, but one that
// may lose, double, delay, and hold back. `pair.run(…)` makes changes and compares at every checkpoint.
window.pair = (() => {
  const [page, mirrorPage] = [...document.querySelectorAll("iframe")].map((each) => each.contentWindow);
  /** A checkpoint that is not reached by then never will be. */
  const PATIENCE_MS = 8_000;
  /** How much faster the mirror's time goes, so that what it waits for before it asks again is not waited for here. */
  const HASTE = 40;
  let state = 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const random = (below) => next() % below;
  const turn = (ms = 0) => new Promise((done) => setTimeout(done, ms));
  const drawn = () => new Promise((done) => page.requestAnimationFrame(() => page.requestAnimationFrame(done)));

  const { performance: clock, setTimeout: later } = mirrorPage;
  const now = clock.now.bind(clock);
  clock.now = () => now() * HASTE;
  mirrorPage.setTimeout = (work, ms = 0) => later.call(mirrorPage, work, ms / HASTE);

  let capture;
  let mirror;
  let queue = [];
  let delivering = false;
  let isHeld = false;
  let faults = false;
  let asked = 0;
  let last = "";
  const refusals = [];
  const told = { frames: 0, lost: 0, doubled: 0, epochs: 0, bytes: 0, compared: 0 };

  const give = (message, bytes) => {
    if (message.k === "snapshot" || message.k === "ops") capture.capture.credit(message.epoch, 1, bytes);
  };
  const deliver = async () => {
    if (delivering) return;
    delivering = true;
    while (queue.length && !isHeld) {
      if (!random(4)) await turn(random(3));
      const text = queue.shift();
      if (text === undefined) break;
      const message = JSON.parse(text);
      told.frames++;
      told.bytes += text.length;
      last = text;
      const fate = faults ? random(120) : 9;
      if (fate === 0) told.lost++;
      else mirror.view(message);
      if (fate === 1) {
        told.doubled++;
        mirror.view(JSON.parse(text));
      }
      give(message, text.length);
    }
    delivering = false;
  };
  const hear = (message) => {
    if (message.k === "refused") refusals.push({ reason: message.reason, frame: last });
    // As the hub does: requests for what is under way already are one.
    if (message.k === "resync" && message.epoch >= asked) {
      asked = message.epoch + 1;
      again();
    }
  };
  const again = () => {
    told.epochs++;
    queue = [];
    isHeld = false;
    capture.again();
    asked = Math.max(asked, capture.capture.epoch);
  };
  const say = (text) => {
    queue.push(text);
    deliver();
  };

  /** Undefined where both are equal in the end, else both, as text. */
  const compare = async (nudge) => {
    const until = performance.now() + PATIENCE_MS;
    isHeld = false;
    if (nudge) capture.poll();
    for (;;) {
      await drawn();
      deliver();
      if (capture.failures.length) return { failed: capture.failures };
      const whole = !queue.length && !delivering && capture.quiet();
      if (whole) {
        const { epoch, seq } = capture.capture;
        mirror.view({ k: "tip", epoch, seq });
        if (mirror.epoch === epoch && mirror.seq === seq) {
          const [wanted, shown] = [capture.canonical(), mirror.canonical()];
          if (wanted === shown) {
            told.compared += shown.length;
            return undefined;
          }
          if (performance.now() > until) return { wanted, shown };
        }
      }
      if (performance.now() > until + PATIENCE_MS) {
        return { stuck: { whole, queue: queue.length, epoch: mirror.epoch, seq: mirror.seq, at: capture.capture.seq } };
      }
    }
  };

  const troubles = [
    () => again(),
    () => {
      isHeld = true;
    },
    () => {
      // The agent's page is loaded anew: it has nothing, and asks.
      mirror.cover();
      queue = [];
      mirror = mirrorPage.mirrorProbe(hear);
      again();
    },
    () => {
      // The connection is gone with all that was on its way, and comes again.
      queue = [];
      again();
    },
    () => {
      capture.capture.stop();
      queue = [];
      setTimeout(again, 20);
    },
  ];

  return {
    told,
    refusals,
    async begin({ seed, policy, classes, without, withFaults = false }) {
      state = (seed * 2654435761) >>> 0 || 1;
      faults = withFaults;
      mirror = mirrorPage.mirrorProbe(hear);
      capture = page.probe.start({ policy, heard: say });
      page.P = capture;
      this.mutator = page.mutator({ seed, classes, without });
    },
    /** Make these changes, in order; compare after every `every`, and at the end. The first difference, or null. */
    async run({ steps, every, natural = 7 }) {
      for (const [at, n] of steps.entries()) {
        const name = this.mutator.step(n);
        if (!random(8)) await turn(random(3) ? 0 : random(50));
        if (faults && !random(150)) troubles[random(troubles.length)]();
        if ((at + 1) % every && at + 1 < steps.length) continue;
        const difference = await compare(((at + 1) / every) % natural !== 0);
        if (difference) return { after: at + 1, step: n, name, ...difference };
        if (!faults && refusals.length) return { after: at + 1, step: n, name, refused: refusals };
      }
      return null;
    },
  };
})();
