import { describe, expect, it } from "vitest";
import { isTag, kindOf } from "../../src/mirror/vocabulary";

describe("the vocabulary", () => {
  it.each(["div", "svg:path", "acme-card", "placeholder", "x-y.z_1"])("has %s", (tag) => {
    expect(isTag(tag)).toBe(true);
  });

  it.each([
    "script",
    "svg:script",
    "path",
    "Div",
    "font-face",
    "a-b c",
    "constructor",
    "__proto__",
    "svg:",
    "-x",
    `a-${"b".repeat(80)}`,
  ])("has no %s", (tag) => {
    expect(isTag(tag)).toBe(false);
  });

  it.each([
    ["img", "src", "url"],
    ["div", "class", "token"],
    ["acme-card", "style", "style"],
    ["svg:path", "d", "token"],
    ["svg:svg", "class", "token"],
    ["input", ":filled", "flag"],
  ])("%s %s is %s", (tag, name, kind) => {
    expect(kindOf(tag, name)).toBe(kind);
  });

  it.each([
    ["li", "src"],
    ["div", "onclick"],
    ["a", "href"],
    ["div", "constructor"],
    ["acme-card", "src"],
    ["svg:path", "href"],
  ])("%s has no %s", (tag, name) => {
    expect(kindOf(tag, name)).toBeUndefined();
  });
});
