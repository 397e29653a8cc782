import { describe, expect, it } from "vitest";
import { ASKS_STATE, restated } from "../../src/mirror/selectors";

const H = "[data-cobrowse-hover]";
const F = "[data-cobrowse-focus]";

describe("states in selectors", () => {
  it.each([
    ["a:hover", `a${H}`],
    ["a:HOVER, b:focus", `a${H}, b${F}`],
    [":not(:hover)", `:not(${H})`],
    [":is(:hover, :focus-visible) > p", `:is(${H}, [data-cobrowse-focus-visible]) > p`],
    ["form:has(:focus)", `form:has(${F})`],
    [":host(:hover) slot", `:host(${H}) slot`],
    ["::slotted(:hover)", `::slotted(${H})`],
    ["a:hover::before", `a${H}::before`],
    ["&:hover", `&${H}`],
    [":focus-within :target", "[data-cobrowse-focus-within] [data-cobrowse-target]"],
    [":fullscreen, :-webkit-full-screen", "[data-cobrowse-fullscreen], [data-cobrowse-fullscreen]"],
    ["x-a:not(:defined)", "x-a:not(:not([data-cobrowse-undefined]))"],
    // Names that only look like states.
    [".hover\\:red:hover", `.hover\\:red${H}`],
    [".focus\\:a", ".focus\\:a"],
    ['[title=":hover"]:hover', `[title=":hover"]${H}`],
    ['[title=":ho\\"ver" i]', '[title=":ho\\"ver" i]'],
    [":hover-card", ":hover-card"],
    [":focus-visible-added", ":focus-visible-added"],
    // After a pseudo-element no attribute may follow.
    ["i::-webkit-slider-thumb:hover", "i::-webkit-slider-thumb:hover"],
    ["i::-webkit-slider-thumb:not(:hover), a:hover", `i::-webkit-slider-thumb:not(:hover), a${H}`],
    ["x-a::part(base):hover", "x-a::part(base cobrowse-hover):not(:hover)"],
    ["x-a:hover::part(base):focus-visible::before", `x-a${H}::part(base cobrowse-focus-visible):not(:hover)::before`],
    ["x-a::part(base):not(:hover)", "x-a::part(base):not(:hover)"],
    ["x-a::part(base):hover, b:hover", `x-a::part(base cobrowse-hover):not(:hover), b${H}`],
    ["p::selection", "p::highlight(cobrowse-selected)"],
  ])("%s", (selector, wanted) => {
    expect(restated(selector)).toBe(wanted);
    if (selector !== wanted) expect(ASKS_STATE.test(selector)).toBe(true);
    // What was answered is not asked again.
    expect(restated(wanted)).toBe(wanted);
  });

  it("tells which states were asked for, and of what", () => {
    const heard: [string, boolean][] = [];
    restated("a:hover x::part(b):focus ::selection", (state, ofPart) => heard.push([state, ofPart]));
    expect(heard).toEqual([
      ["hover", false],
      ["focus", true],
    ]);
  });
});
