import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Notes } from "../../src/shared/parts";
import { LOOK_MS, type Screen, screen } from "../../src/snippet/ui/screen";

// What the browser says of the banner: whether a click on it would arrive. A real Chromium is asked in the end-to-end
// tests; here it is what follows.
const seen = vi.hoisted(() => ({ reachable: true, asked: 0 }));
vi.mock("../../src/snippet/ui/surface", () => ({
  surface: () => {
    const dock = document.createElement("div");
    const marks = document.createElement("div");
    const root = document.createElement("div");
    root.append(marks, dock);
    document.body.append(root);
    return {
      dock,
      marks,
      show: (dialog: Node) => root.append(dialog),
      isOwn: (node: Node) => root.contains(node),
      reachable: () => {
        seen.asked++;
        return seen.reachable;
      },
      remove: () => root.remove(),
    };
  },
}));

const notes: Notes = { hidden: 0, list: [], more: {} };
const find = (testid: string) => document.querySelector(`[data-testid=${testid}]`);

describe("the screen", () => {
  const host = {
    agent: "Ana",
    site: "Example Shop",
    shows: false,
    consent: vi.fn(),
    control: vi.fn(),
    release: vi.fn(),
    pause: vi.fn(),
    preview: vi.fn(),
    stop: vi.fn(),
    lost: vi.fn(),
  };
  let shown: Screen;
  let off: AbortController;

  beforeEach(() => {
    vi.useFakeTimers();
    document.body.replaceChildren();
    host.lost.mockReset();
    Object.assign(seen, { reachable: true, asked: 0 });
    off = new AbortController();
    shown = screen(host, off.signal);
  });
  afterEach(() => {
    off.abort();
    vi.useRealTimers();
  });

  const look = (times: number) => {
    for (let n = 0; n < times; n++) shown.look();
  };

  it("says that the banner is lost once it was out of reach for a second, and as long as it is", () => {
    shown.session("live", false);
    seen.reachable = false;
    look(1_000 / LOOK_MS - 1);
    expect(host.lost).not.toHaveBeenCalled();
    look(1);
    expect(host.lost).toHaveBeenCalledOnce();
    look(2);
    expect(host.lost).toHaveBeenCalledTimes(3);
    seen.reachable = true;
    look(2);
    expect(host.lost).toHaveBeenCalledTimes(3);
  });

  it("begins to count anew when the banner was reached", () => {
    shown.session("live", false);
    seen.reachable = false;
    look(3);
    seen.reachable = true;
    look(1);
    seen.reachable = false;
    look(3);
    expect(host.lost).not.toHaveBeenCalled();
  });

  it("goes on counting while the page keeps our UI out of the document", () => {
    shown.session("live", false);
    shown.remove();
    seen.reachable = false;
    look(1_000 / LOOK_MS);
    expect(host.lost).toHaveBeenCalledOnce();
  });

  it("does not look in a hidden tab, nor where there is no banner", () => {
    seen.reachable = false;
    look(10);
    shown.session("live", false);
    vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    look(10);
    expect(seen.asked).toBe(0);
    expect(host.lost).not.toHaveBeenCalled();
  });

  it("asks for consent, then shows the banner in its place", () => {
    shown.joining("47", false, false);
    shown.joining("47", true, false);
    expect(document.querySelectorAll("dialog")).toHaveLength(1);
    expect(find("banner")).toBeNull();
    shown.session("live", false);
    expect(document.querySelector("dialog")).toBeNull();
    expect(find("banner")).not.toBeNull();
  });

  it("asks for control as long as the agent does", () => {
    shown.session("live", true);
    shown.session("live", true);
    expect(document.querySelectorAll("[data-testid=control-allow]")).toHaveLength(1);
    shown.session("paused", false);
    expect(find("control-allow")).toBeNull();
  });

  it("refuses an address that is still open when control goes", async () => {
    shown.session("control", false);
    const answer = shown.askNavigate("https://shop.example/");
    expect(find("navigate-allow")).not.toBeNull();
    shown.session("live", false);
    expect(await answer).toBeUndefined();
    expect(find("navigate-allow")).toBeNull();
  });

  it("takes an address away that nobody answers for", async () => {
    shown.session("control", false);
    const answer = shown.askNavigate("https://shop.example/");
    vi.advanceTimersByTime(60_000);
    expect(await answer).toBeUndefined();
    expect(find("navigate-allow")).toBeNull();
  });

  it("asks for one address at a time", async () => {
    shown.session("control", false);
    const first = shown.askNavigate("https://shop.example/1");
    shown.askNavigate("https://shop.example/2");
    expect(await first).toBeUndefined();
    expect(document.querySelectorAll("[data-testid=navigate-allow]")).toHaveLength(1);
  });

  it("leaves nothing but the receipt at the end, and nothing after it", () => {
    shown.session("control", true);
    shown.point(10, 10);
    shown.ended("agent_ended", notes);
    expect(find("receipt")).not.toBeNull();
    for (const gone of ["banner", "control-allow"]) expect(find(gone)).toBeNull();
    expect(document.querySelector(".point")).toBeNull();
    shown.remove();
    expect(document.body.childElementCount).toBe(0);
  });

  it("draws what the agent does where it happens, for a while", () => {
    shown.highlight(new DOMRect(10, 20, 30, 40));
    shown.showAct("click", new DOMRect(1, 2, 3, 4));
    expect(document.querySelector(".act")?.textContent).toBe("Ana: click");
    vi.advanceTimersByTime(5_000);
    expect(document.querySelector(".act")).toBeNull();
    expect((document.querySelector(".outline") as HTMLElement).style.width).toBe("30px");
    shown.highlight(null);
    expect(document.querySelector(".outline")).toBeNull();
  });
});
