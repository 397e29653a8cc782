import { describe, expect, it } from "vitest";
import whitelist from "../../../cobrowse/core/whitelist.json";
import { clock, threes } from "../../src/console/parts";
import { STRINGS } from "../../src/console/strings";
import { WORDS } from "../../src/mirror/words";

/** The refusals of docs/protocol.md, part "Acts", and those the console makes itself. */
const REASONS = [
  ...["scope_too_low", "not_allowed", "no_control", "wrong_state", "paused_by_customer", "gone", "hidden", "masked"],
  ...["covered", "leaves_site", "denied_path", "bad_address", "field", "submits", "checks", "downloads", "new_window"],
  ...["file", "password", "script_link", "declined", "too_fast", "stale", "nothing_to_do", "failed", "not_connected"],
];

function shape(value: unknown): unknown {
  if (typeof value === "function") return value.length;
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]));
}

describe("the console's words", () => {
  it("are there in English and German alike", () => {
    expect(shape(STRINGS.de)).toEqual(shape(STRINGS.en));
  });

  it("have a sentence for every reason an act can be refused for", () => {
    for (const language of ["en", "de"] as const) {
      expect(REASONS.filter((reason) => !(reason in STRINGS[language].reasons))).toEqual([]);
    }
  });

  it("have a name for every act", () => {
    expect(whitelist.acts.filter((act) => !(act in STRINGS.en.acts))).toEqual([]);
  });

  it("say why each placeholder is one", () => {
    for (const reason of whitelist.placeholder_reasons) {
      expect(WORDS.en.placeholder(reason, "")).not.toBe("");
      expect(WORDS.de.placeholder(reason, "")).not.toBe(WORDS.en.placeholder(reason, ""));
    }
  });
});

describe("what is shown", () => {
  it.each([
    [300, "5:00"],
    [59.2, "1:00"],
    [7, "0:07"],
    [0, "0:00"],
    [-3, "0:00"],
  ])("%d s as %s", (seconds, wanted) => {
    expect(clock(seconds)).toBe(wanted);
  });

  it("codes in threes, however they come", () => {
    expect(threes("123456786")).toEqual(["123", "456", "786"]);
    expect(threes("123 456 786 012")).toEqual(["123", "456", "786", "012"]);
  });
});
