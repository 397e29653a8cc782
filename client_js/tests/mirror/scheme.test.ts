import { describe, expect, it } from "vitest";
import { answer } from "../../src/mirror/scheme";

describe("questions for the colour scheme", () => {
  it.each([
    ["(prefers-color-scheme: dark)", true, "(min-width: 0px)"],
    ["(prefers-color-scheme: dark)", false, "(max-width: 0px)"],
    ["screen and (prefers-color-scheme:light)", false, "screen and (min-width: 0px)"],
    ["not all and (prefers-color-scheme: light)", true, "not all and (max-width: 0px)"],
    ["(prefers-color-scheme)", false, "(min-width: 0px)"],
    ["(min-width: 10px)", true, "(min-width: 10px)"],
  ])("%s, dark %s: %s", (asked, dark, wanted) => {
    expect(answer(asked, dark)).toBe(wanted);
  });
});
