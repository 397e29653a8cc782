// Customer's page and mirror side by side in two frames of this page, and between them a way like the hub's, but one that
// may lose, double, delay, and hold back. `pair.run(…)` makes changes and compares at every checkpoint.
window.pair = (() => {
  const [page, mirrorPage] = [...document.querySelectorAll("iframe")].map((each) => each.contentWindow);
  /** A checkpoint that is not reached by then never will be. */
  const PATIENCE_MS = 8_000;
  const MERGED_MS = 200;
  /** How much faster the mirror's time goes, so that what it waits for before it asks again is not waited for here. */
  const HASTE = 40;
  /** xorshift32 */
  const dice = (seed) => {
    let state = (seed * 2654435761) >>> 0 || 1;
    return (below) => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
  };
  /** What happens to a page follows from the seed alone; what happens on the way, from how many frames there are too. */
  let random;
  let luck;
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
  let askedAt = 0;
  let last = "";
  let rules;
  let kept;
  const refusals = [];
  const told = { frames: 0, lost: 0, doubled: 0, epochs: 0, bytes: 0, compared: 0, read: 0 };

  const give = (message, bytes) => {
    if (message.k === "snapshot" || message.k === "ops") capture.capture.credit(message.epoch, 1, bytes);
  };
  const deliver = async () => {
    if (delivering) return;
    delivering = true;
    while (queue.length && !isHeld) {
      if (!luck(4)) await turn(luck(3));
      const text = queue.shift();
      if (text === undefined) break;
      const message = JSON.parse(text);
      told.frames++;
      told.bytes += text.length;
      last = text;
      kept?.push(text);
      const fate = faults ? luck(60) : 9;
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
    // As the hub does: requests for what is under way already are one, and what was lost of it is asked for again.
    if (message.k === "resync" && (message.epoch >= asked || performance.now() - askedAt > MERGED_MS)) again();
  };
  const again = () => {
    told.epochs++;
    queue = [];
    isHeld = false;
    capture.again();
    asked = capture.capture.epoch;
    askedAt = performance.now();
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
            return unread();
          }
          if (performance.now() > until) return { wanted, shown };
        }
      }
      if (performance.now() > until + PATIENCE_MS) {
        return { stuck: { whole, queue: queue.length, epoch: mirror.epoch, seq: mirror.seq, at: capture.capture.seq } };
      }
    }
  };

  /** What a person could read on one side only; undefined where nothing. */
  const unread = () => {
    const inner = mirrorPage.document.querySelector("iframe").contentDocument;
    const [page_, mirror_] = [page.reading(page.document, rules), page.reading(inner, null)];
    told.read += page_.texts.length;
    if (page_.texts.join("\n<") !== mirror_.texts.join("\n<")) {
      return { wanted: page_.texts.join("\n<"), shown: mirror_.texts.join("\n<") };
    }
    let at = 0;
    for (const element of mirror_.elements) if (element === page_.elements[at]) at++;
    const missing = page_.elements[at];
    if (missing) return { missing, wanted: page_.elements.join("\n<"), shown: mirror_.elements.join("\n<") };
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
    /** The frames that were brought to the mirror, and the page as it is now. */
    record: () => ({ frames: kept, canonical: capture.canonical() }),
    async begin({ seed, policy, names, classes, without, withFaults = false, keep = false }) {
      rules = { mask: [], hide: [], show: [], ...policy, names };
      kept = keep ? [] : undefined;
      random = dice(seed);
      luck = dice(seed + 1);
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
