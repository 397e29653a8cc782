import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PreviewAssets } from "../../src/snippet/preview/assets";
import { imported } from "../../src/snippet/preview/sheets";
import { PREVIEW_WORDS } from "../../src/snippet/preview/words";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the assets of a preview", () => {
  const known: Record<number, string> = { 1: "https://shop.example/a.png", 2: 'data:image/svg+xml,"x"\\y' };
  const made = () => {
    const ask = vi.fn(async (n: number) => ({ address: known[n] ?? "", css: "" }));
    return { ask, assets: new PreviewAssets(ask) };
  };

  it("stand for their numbers once it is known that the hub gets them", async () => {
    const { ask, assets } = made();
    const again = vi.fn();
    const css = 'a{background:url("a/1")}b{background:url("a/3")}';
    expect(assets.addressed(css, again)).toBe('a{background:url("#_")}b{background:url("#_")}');
    await vi.advanceTimersByTimeAsync(100);
    expect(again).toHaveBeenCalledOnce();
    expect(assets.addressed(css, again)).toBe('a{background:url("https://shop.example/a.png")}b{background:url("#_")}');
    expect(ask.mock.calls).toEqual([
      [1, false],
      [3, false],
    ]);
  });

  it("cannot break out of the address", async () => {
    const { assets } = made();
    assets.addressed('url("a/2")', () => {});
    await vi.advanceTimersByTimeAsync(100);
    expect(assets.addressed('url("a/2")', () => {})).toBe('url("data:image/svg+xml,\\22 x\\22 \\5c y")');
  });

  it("are none where asking fails", async () => {
    const assets = new PreviewAssets(() => Promise.reject(new Error("gone")));
    assets.get(1, () => {});
    await vi.advanceTimersByTimeAsync(100);
    expect(assets.get(1, () => {})).toEqual({ address: "", css: "" });
  });

  it("tell nobody once it is closed", async () => {
    const { assets } = made();
    const again = vi.fn();
    assets.get(1, again);
    assets.stop();
    await vi.advanceTimersByTimeAsync(100);
    expect(again).not.toHaveBeenCalled();
  });
});

it.each([
  ["", "p{}"],
  ["print", "@media print{p{}}"],
  ["layer(base)", "@layer base{p{}}"],
  ["layer supports(display: grid) screen", "@layer {@supports (display: grid){@media screen{p{}}}}"],
])("an import %s keeps its conditions", (how, rules) => {
  expect(imported("p{}", how)).toBe(rules);
});

it("says everything in both languages", () => {
  const said = (language: "en" | "de") =>
    Object.entries(PREVIEW_WORDS[language]).map(([name, text]) => [
      name,
      typeof text === "function" ? text("Ana") : text,
    ]);
  expect(said("de").map(([name]) => name)).toEqual(said("en").map(([name]) => name));
  expect(said("de").every(([, text]) => text)).toBe(true);
});
