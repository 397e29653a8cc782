import { describe, expect, it } from "vitest";
import vectors from "../../../tests/vectors/styles.json";
import { check } from "../../src/mirror/css";
import { Refusal } from "../../src/mirror/refusal";

describe("CSS, by the vectors it shares with the hub", () => {
  it.each(vectors.accepted)("accepts %j", (css) => {
    expect(() => check(css)).not.toThrow();
  });

  it.each(vectors.refused)("refuses $why: $css", ({ css }) => {
    expect(() => check(css)).toThrow(Refusal);
  });

  it.each(vectors.accepted_in_assets)("refuses outside of an asset %j", (css) => {
    expect(() => check(css)).toThrow(Refusal);
  });
});

describe("CSS of a hostile page", () => {
  it("takes linear time", () => {
    const started = performance.now();
    for (const css of [
      "(".repeat(60) + "\\".repeat(2) + "a".repeat(500_000),
      "a{b:c}".repeat(80_000),
      "/*".repeat(64),
    ]) {
      try {
        check(css);
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
      }
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
