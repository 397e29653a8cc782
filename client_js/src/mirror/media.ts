// A frame's media queries answer for the agent's browser: those that ask for more than the size of the viewport are
// rewritten to answer for the customer's.

import type { PageInfo } from "../protocol";
import { TRAITS } from "../shared/traits";

/** What the customer's browser answers. */
export interface Device {
  readonly dark: boolean;
  /** Device pixels in a CSS pixel. */
  readonly ratio: number;
  readonly traits: number;
}

const TRUE = "(min-width: 0px)";
const FALSE = "(max-width: 0px)";
/** These say no where nothing is asked for but the feature: `(hover)`. */
const NOTHING: ReadonlySet<string> = new Set(["none", "no-preference"]);

export function deviceOf(page: PageInfo): Device {
  return { dark: page.dark === true, ratio: (page.dpr ?? 100) / 100, traits: page.traits ?? 0 };
}

export function isSame(one: Device, other: Device): boolean {
  return one.dark === other.dark && one.ratio === other.ratio && one.traits === other.traits;
}

function has(device: Device, query: string): boolean {
  return ((device.traits >> TRAITS.indexOf(query)) & 1) === 1;
}

type Values = (device: Device) => readonly string[];

/** `value` where the customer's browser says so, else `other`. */
function either(feature: string, value: string, other: string): Values {
  return (device) => [has(device, `(${feature}:${value})`) ? value : other];
}

function first(feature: string, values: readonly string[], other: string): Values {
  return (device) => [values.find((value) => has(device, `(${feature}:${value})`)) ?? other];
}

const pointer = first("pointer", ["coarse", "none"], "fine");

/** Each feature, and the values that hold. */
const FEATURES: ReadonlyMap<string, Values> = new Map<string, Values>([
  ["prefers-color-scheme", ({ dark }) => [dark ? "dark" : "light"]],
  ["prefers-reduced-motion", either("prefers-reduced-motion", "reduce", "no-preference")],
  ["prefers-contrast", first("prefers-contrast", ["more", "less", "custom"], "no-preference")],
  ["forced-colors", either("forced-colors", "active", "none")],
  ["inverted-colors", either("inverted-colors", "inverted", "none")],
  ["prefers-reduced-transparency", either("prefers-reduced-transparency", "reduce", "no-preference")],
  ["hover", either("hover", "none", "hover")],
  ["any-hover", either("any-hover", "none", "hover")],
  ["pointer", pointer],
  ["any-pointer", (device) => [...pointer(device), ...(has(device, "(any-pointer:coarse)") ? ["coarse"] : [])]],
  ["display-mode", first("display-mode", ["standalone", "minimal-ui", "fullscreen"], "browser")],
  // The snippet is a script, so theirs run.
  ["scripting", () => ["enabled"]],
]);

const DISCRETE = new RegExp(String.raw`\(\s*(${[...FEATURES.keys()].join("|")})\s*(?::\s*([-a-z]+)\s*)?\)`, "gi");
const SIZE = String.raw`([\d.]+)(dppx|x|dpi|dpcm)`;
const RANGE = new RegExp(
  String.raw`\(\s*(?:${SIZE}\s*([<>]=?|=)\s*)?resolution\s*(?:([<>]=?|=)\s*${SIZE}\s*)?\)`,
  "gi",
);
const PLAIN = new RegExp(String.raw`\(\s*(min-|max-)?resolution\s*:\s*${SIZE}\s*\)`, "gi");
const WEBKIT = /\(\s*-webkit-(min-|max-)?device-pixel-ratio\s*(?::\s*([\d.]+)\s*)?\)/gi;

const PER_RATIO: Readonly<Record<string, number>> = { dppx: 1, x: 1, dpi: 96, dpcm: 96 / 2.54 };
const FLIPPED: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=" };
const PREFIXED: Readonly<Record<string, string>> = { "min-": ">=", "max-": "<=" };
/** Ratios are told per cent. */
const NEAR = 0.005;

/** The media text with each question for the customer's device answered. */
export function answer(mediaText: string, device: Device): string {
  const holds = (how: string, value: number) => (compare(device.ratio, how, value) ? TRUE : FALSE);
  return mediaText
    .replace(DISCRETE, (_, feature: string, value: string | undefined) => {
      const values = FEATURES.get(feature.toLowerCase())?.(device) ?? [];
      const yes =
        value === undefined ? values.some((each) => !NOTHING.has(each)) : values.includes(value.toLowerCase());
      return yes ? TRUE : FALSE;
    })
    .replace(PLAIN, (_, prefix: string | undefined, n: string, unit: string) =>
      holds(PREFIXED[prefix?.toLowerCase() ?? ""] ?? "=", ratioOf(n, unit)),
    )
    .replace(WEBKIT, (_, prefix: string | undefined, n: string | undefined) =>
      n === undefined ? TRUE : holds(PREFIXED[prefix?.toLowerCase() ?? ""] ?? "=", Number(n)),
    )
    .replace(RANGE, (_, n1?: string, unit1?: string, how1?: string, how2?: string, n2?: string, unit2?: string) => {
      const low = how1 === undefined || holds(FLIPPED[how1] ?? "=", ratioOf(n1, unit1)) === TRUE;
      const high = how2 === undefined || holds(how2, ratioOf(n2, unit2)) === TRUE;
      return low && high ? TRUE : FALSE;
    });
}

function ratioOf(n = "", unit = "dppx"): number {
  return Number(n) / (PER_RATIO[unit.toLowerCase()] ?? 1);
}

function compare(ratio: number, how: string, value: number): boolean {
  const same = Math.abs(ratio - value) < NEAR;
  if (how === "=") return same;
  if (same) return how.endsWith("=");
  return how.startsWith("<") ? ratio < value : ratio > value;
}
