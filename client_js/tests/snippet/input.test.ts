import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchInput } from "../../src/snippet/input";
import { trusted } from "./trusted";

describe("the customer's own input", () => {
  const off = { now: new AbortController() };
  const host = { isOwn: vi.fn(), used: vi.fn(), active: vi.fn(), stop: vi.fn() };
  const own = document.createElement("button");
  const field = document.createElement("input");

  beforeEach(() => {
    vi.useFakeTimers();
    for (const each of Object.values(host)) each.mockReset();
    host.isOwn.mockImplementation((node) => node === own);
    document.body.replaceChildren(own, field);
    off.now = new AbortController();
    watchInput(host, off.now.signal);
  });
  afterEach(() => {
    off.now.abort();
    vi.useRealTimers();
  });

  const click = (on: Element) => on.dispatchEvent(trusted(new Event("pointerdown", { bubbles: true })));
  const key = (init: KeyboardEventInit) =>
    field.dispatchEvent(trusted(new KeyboardEvent("keydown", { bubbles: true, ...init })));

  it("goes before the agent's, but not where it is for us", () => {
    click(field);
    expect(host.used).toHaveBeenCalledOnce();
    click(own);
    expect(host.used).toHaveBeenCalledOnce();
  });

  it("is reported once in ten seconds", () => {
    click(field);
    click(own);
    vi.advanceTimersByTime(9_999);
    click(field);
    expect(host.active).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(1);
    click(field);
    expect(host.active).toHaveBeenCalledTimes(2);
  });

  it("is not what a script makes", () => {
    field.dispatchEvent(new Event("pointerdown", { bubbles: true }));
    field.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyS", ctrlKey: true, altKey: true, shiftKey: true }));
    expect([host.used, host.active, host.stop].flatMap((each) => each.mock.calls)).toEqual([]);
  });

  it("stops by Ctrl+Alt+Shift+S, and by nothing less", () => {
    key({ code: "KeyS", ctrlKey: true, altKey: true });
    key({ code: "KeyS", ctrlKey: true, shiftKey: true });
    key({ code: "KeyD", ctrlKey: true, altKey: true, shiftKey: true });
    expect(host.stop).not.toHaveBeenCalled();
    key({ code: "KeyS", ctrlKey: true, altKey: true, shiftKey: true });
    expect(host.stop).toHaveBeenCalledOnce();
  });

  it("is not heard any more once it is over", () => {
    off.now.abort();
    click(field);
    expect(host.used).not.toHaveBeenCalled();
  });
});
