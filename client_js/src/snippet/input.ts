// The customer's own hand: it goes before the agent's, keeps the session from being idle, and can always stop it.
const ACTIVITY_MS = 10_000;

export interface InputHost {
  isOwn(node: Node): boolean;
  /** Own input into the page itself. */
  used(): void;
  /** Own input anywhere, at most once in ten seconds. */
  active(): void;
  stop(): void;
}

/** Watches the page, and each frame's document that what it returns is called with. */
export function watchInput(host: InputHost, signal: AbortSignal): (inside: EventTarget) => void {
  let reported = Number.NEGATIVE_INFINITY;
  const heard = (event: Event): void => {
    // The agent's acts are not trusted events; neither is anything a script of the page makes.
    if (!event.isTrusted) return;
    const { code, ctrlKey, altKey, shiftKey } = event as KeyboardEvent;
    if (code === "KeyS" && ctrlKey && altKey && shiftKey) {
      host.stop();
      return;
    }
    const now = performance.now();
    if (now - reported >= ACTIVITY_MS) {
      reported = now;
      host.active();
    }
    if (!host.isOwn(event.target as Node)) host.used();
  };
  // Some screen readers only click, dictation only enters text, and a page may keep some of them to itself.
  const listenIn = (target: EventTarget): void => {
    for (const name of [
      "pointerdown",
      "mousedown",
      "click",
      "keydown",
      "keyup",
      "beforeinput",
      "wheel",
      "touchstart",
    ]) {
      target.addEventListener(name, heard, { capture: true, passive: true, signal });
    }
  };
  listenIn(window);
  return listenIn;
}
