import { describe, expect, it } from "vitest";
import vectors from "../../../tests/vectors/limits.json";
import { checkSizes } from "../../src/mirror/limits";
import { Refusal } from "../../src/mirror/refusal";

type Table = (string | number)[][];

const table = (entries: Table = []) =>
  entries.flatMap(([piece, repeat, count]) =>
    Array.from({ length: count as number }, (_, at) => `${piece}`.repeat(repeat as number).replace("#", `${at}`)),
  );

const frame = ({ tags, names, styles }: { tags?: Table; names?: Table; styles?: Table }) => ({
  tags: table(tags),
  names: table(names),
  styles: table(styles),
});

describe("the sizes of a frame's tables, by the vectors that the hub reads", () => {
  it.each(vectors.accepted)("accepts $why", (vector) => {
    expect(() => checkSizes(frame(vector))).not.toThrow();
  });

  it.each(vectors.refused)("refuses $why", (vector) => {
    expect(() => checkSizes(frame(vector))).toThrow(Refusal);
  });
});
