// @vitest-environment node
import { describe, expect, it } from "vitest";
import vectors from "../../../tests/vectors/codes.json";
import { digitsOf, grouped, normalise } from "../../src/shared/codes";

describe("a code", () => {
  it.each(vectors.valid)("reads $input as $code", ({ input, code }) => {
    expect(normalise(input)).toBe(code);
  });

  it.each(vectors.valid)("shows $code as $shown", ({ code, shown }) => {
    expect(grouped(code)).toBe(shown);
  });

  it.each(vectors.invalid)("refuses $input: $why", ({ input }) => {
    expect(normalise(input)).toBe("");
  });

  const long = vectors.check_digits.filter(({ digits }) => digits.length >= 8 && digits.length <= 11);
  it.each(long)("takes $digits only with the check digit $check", ({ digits, check }) => {
    const taken = [..."0123456789"].filter((digit) => normalise(digits + digit));
    expect(taken).toEqual([check]);
  });

  it("is taken out of a sentence, and out of full-width digits", () => {
    expect(digitsOf("Code: 123 456 786.")).toBe("123456786");
    expect(digitsOf("１２３")).toBe("123");
  });
});
