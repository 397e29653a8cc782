// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MirrorHost } from "../../src/console/mirrorhost";
import type { ToMirror, View } from "../../src/shared/mirrortalk";

const ORIGIN = "https://mirror.example";
const TIP: View = { k: "tip", epoch: 1, seq: 1 };

/** A mirror page that keeps what it is given, and answers when it is told to. */
class Page {
  readonly given: ToMirror[] = [];
  readonly window = { postMessage: (message: ToMirror) => this.given.push(message) };
  readonly frame = { contentWindow: this.window } as unknown as HTMLIFrameElement;

  says(k: "ready" | "dealt", origin = ORIGIN, source: unknown = this.window): void {
    const event = new MessageEvent("message", { data: { k }, origin });
    Object.defineProperty(event, "source", { value: source });
    window.dispatchEvent(event);
  }

  get views(): number {
    return this.given.filter((message) => message.k === "view").length;
  }
}

const listener = { onMirror: vi.fn(), onMirrorBehind: vi.fn(), onMirrorReach: vi.fn(), onMirrorHangs: vi.fn() };

function begun(): { host: MirrorHost; page: Page } {
  const page = new Page();
  const host = new MirrorHost(`${ORIGIN}/m/token/`, "en", listener);
  host.setLive(true);
  host.attach(page.frame);
  page.says("ready");
  return { host, page };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
});
afterEach(() => vi.useRealTimers());

describe("a mirror page that hangs", () => {
  it("is said to, and no more once it goes on", () => {
    const { host, page } = begun();
    host.view(TIP);
    vi.advanceTimersByTime(4_999);
    expect(listener.onMirrorHangs).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(listener.onMirrorHangs.mock.calls).toEqual([[true]]);
    page.says("dealt");
    expect(listener.onMirrorHangs.mock.calls).toEqual([[true], [false]]);
    vi.advanceTimersByTime(60_000);
    expect(listener.onMirrorHangs).toHaveBeenCalledTimes(2);
    host.close();
  });

  it("is given no more than so much, and asks again when it is through", () => {
    const { host, page } = begun();
    for (let count = 0; count < 1_000; count += 1) host.view(TIP);
    expect(page.views).toBe(256);
    for (let count = 0; count < 255; count += 1) page.says("dealt");
    expect(listener.onMirrorBehind).not.toHaveBeenCalled();
    page.says("dealt");
    expect(listener.onMirrorBehind).toHaveBeenCalledTimes(1);
    host.view(TIP);
    expect(page.views).toBe(257);
    host.close();
  });

  it("hangs no more where it is loaded anew, or the session is over", () => {
    const { host, page } = begun();
    host.view(TIP);
    vi.advanceTimersByTime(5_000);
    page.says("ready");
    expect(listener.onMirrorHangs.mock.calls).toEqual([[true], [false]]);
    host.view(TIP);
    host.close();
    vi.advanceTimersByTime(60_000);
    expect(listener.onMirrorHangs).toHaveBeenCalledTimes(2);
  });

  it("is heard from its own window and origin alone", () => {
    const { host, page } = begun();
    host.view(TIP);
    page.says("dealt", "https://evil.example");
    page.says("dealt", ORIGIN, window);
    vi.advanceTimersByTime(5_000);
    expect(listener.onMirrorHangs.mock.calls).toEqual([[true]]);
    host.close();
  });
});
