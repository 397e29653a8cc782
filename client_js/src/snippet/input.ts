// The customer's own hand: it goes before the agent's, keeps the session from being idle, and can always stop it.
const ACTIVITY_MS = 10_000;
/** Longer than a browser takes what somebody did for recent. */
const RECENT_MS = 6_000;

export interface InputHost {
  isOwn(node: Node): boolean;
  /** Own input into the page itself. */
  used(): void;
  /** Own input anywhere, at most once in ten seconds. */
  active(): void;
  stop(): void;
}

/** Answers whether the customer did something of which the page let us hear nothing. */
export function watchInput(host: InputHost, signal: AbortSignal): () => boolean {
  let reported = Number.NEGATIVE_INFINITY;
  let heardAt = performance.now();
  const heard = (event: Event): void => {
    // The agent's acts are not trusted events; neither is anything a script of the page makes.
    if (!event.isTrusted) return;
    heardAt = performance.now();
    const { code, ctrlKey, altKey, shiftKey } = event as KeyboardEvent;
    if (code === "KeyS" && ctrlKey && altKey && shiftKey) {
      host.stop();
      return;
    }
    if (heardAt - reported >= ACTIVITY_MS) {
      reported = heardAt;
      host.active();
    }
    if (!host.isOwn(event.target as Node)) host.used();
  };
  // Some screen readers only click, dictation only enters text, and a page may keep some of them to itself.
  for (const name of ["pointerdown", "mousedown", "click", "keydown", "keyup", "beforeinput", "wheel", "touchstart"]) {
    addEventListener(name, heard, { capture: true, passive: true, signal });
  }
  return () =>
    !!navigator.userActivation?.isActive &&
    performance.now() - heardAt > RECENT_MS &&
    // What is done in a frame is heard there alone.
    document.activeElement?.localName !== "iframe";
}
