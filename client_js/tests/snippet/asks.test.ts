import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ask, neverAsked } from "../../src/snippet/asks";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_790_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

it("asks once a minute, less what the way takes", () => {
  const asked = neverAsked();
  expect(ask(asked)).toBe("");
  expect(asked.open).toBe(true);
  vi.advanceTimersByTime(54_999);
  expect(ask(asked)).toBe("asked_too_soon");
  vi.advanceTimersByTime(1);
  expect(ask(asked)).toBe("");
});

it("asks no more after two declines", () => {
  const asked = { ...neverAsked(), declines: 2 };
  vi.advanceTimersByTime(86_400_000);
  expect(ask(asked)).toBe("declined_for_good");
  expect(asked.open).toBe(false);
});

it("goes on counting on the next page", () => {
  const asked = neverAsked();
  ask(asked);
  expect(ask(JSON.parse(JSON.stringify(asked)))).toBe("asked_too_soon");
});
