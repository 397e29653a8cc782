import { describe, expect, it } from "vitest";
import { answer, type Device } from "../../src/mirror/media";
import { pick } from "../../src/mirror/scheme";
import { TRAITS } from "../../src/shared/traits";

const YES = "(min-width: 0px)";
const NO = "(max-width: 0px)";
const DESKTOP: Device = { dark: false, ratio: 1, traits: 0 };

function device(...traits: string[]): Device {
  return { ...DESKTOP, traits: traits.reduce((bits, trait) => bits | (1 << TRAITS.indexOf(trait)), 0) };
}

const PHONE: Device = {
  ...device("(hover:none)", "(any-hover:none)", "(pointer:coarse)", "(any-pointer:coarse)"),
  ratio: 3,
};

describe("questions for the customer's device", () => {
  it.each<[string, Device, string]>([
    ["(prefers-color-scheme: dark)", { ...DESKTOP, dark: true }, YES],
    ["(prefers-color-scheme: dark)", DESKTOP, NO],
    ["screen and (prefers-color-scheme:light)", DESKTOP, `screen and ${YES}`],
    ["not all and (PREFERS-COLOR-SCHEME: light)", DESKTOP, `not all and ${YES}`],
    ["(prefers-color-scheme)", DESKTOP, YES],
    ["(min-width: 10px)", DESKTOP, "(min-width: 10px)"],
    ["(prefers-reduced-motion)", DESKTOP, NO],
    ["(prefers-reduced-motion)", device("(prefers-reduced-motion:reduce)"), YES],
    ["(prefers-reduced-motion: no-preference)", DESKTOP, YES],
    ["(prefers-contrast: more)", device("(prefers-contrast:more)"), YES],
    ["(prefers-contrast)", device("(prefers-contrast:custom)"), YES],
    ["(forced-colors: none)", DESKTOP, YES],
    ["(hover) and (pointer: fine)", DESKTOP, `${YES} and ${YES}`],
    ["(hover: hover), (any-pointer: coarse)", PHONE, `${NO}, ${YES}`],
    ["(any-hover: none)", PHONE, YES],
    ["(pointer: none)", device("(pointer:none)"), YES],
    ["(pointer)", device("(pointer:none)"), NO],
    ["(any-pointer: fine)", device("(any-pointer:coarse)"), YES],
    ["(any-pointer: coarse)", device("(any-pointer:coarse)"), YES],
    ["(display-mode: browser)", DESKTOP, YES],
    ["(display-mode: standalone)", device("(display-mode:standalone)"), YES],
    ["(scripting: none)", DESKTOP, NO],
    ["(scripting)", DESKTOP, YES],
    ["(min-resolution: 2dppx)", PHONE, YES],
    ["(min-resolution: 144dpi)", DESKTOP, NO],
    ["(max-resolution: 1x)", DESKTOP, YES],
    ["(resolution: 3x)", PHONE, YES],
    ["(resolution >= 1.5dppx)", DESKTOP, NO],
    ["(1x <= resolution < 3x)", PHONE, NO],
    ["(1x < resolution)", PHONE, YES],
    ["(resolution)", DESKTOP, YES],
    ["(-webkit-min-device-pixel-ratio: 1.5)", PHONE, YES],
    ["(-webkit-max-device-pixel-ratio: 1.5)", PHONE, NO],
    ["(-webkit-device-pixel-ratio: 3)", PHONE, YES],
    ["not ((hover) or (resolution > 2x))", DESKTOP, `not (${YES} or ${NO})`],
  ])("%s", (asked, of, wanted) => {
    expect(answer(asked, of)).toBe(wanted);
  });
});

describe("a page that leaves its scheme to the reader", () => {
  it.each([
    ["light dark", true, "dark"],
    ["dark light", false, "light"],
    ["only light", true, ""],
    ["normal", true, ""],
    ["dark", false, ""],
  ])("%s", (scheme, dark, wanted) => {
    expect(pick(scheme, dark)).toBe(wanted);
  });
});
