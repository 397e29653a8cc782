import { describe, expect, it } from "vitest";
import { rising } from "../../src/snippet/capture/order";

const kept = (places: number[]): number[] => places.filter((_, at) => rising(places)[at]);

/** The length of the longest one by trying all. */
function longest(places: number[]): number {
  let best = 0;
  for (let bits = 0; bits < 1 << places.length; bits++) {
    const some = places.filter((_, at) => bits & (1 << at));
    if (some.every((value, at) => !at || (some[at - 1] as number) < value)) best = Math.max(best, some.length);
  }
  return best;
}

describe("what stays in its place", () => {
  it.each([
    [[], []],
    [[7], [7]],
    [
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ],
    [[3, 2, 1, 0], [0]],
    // The first went to the end, the last to the front.
    [
      [1, 2, 3, 0],
      [1, 2, 3],
    ],
    [
      [3, 0, 1, 2],
      [0, 1, 2],
    ],
  ])("%j: %j", (places, wanted) => expect(kept(places)).toEqual(wanted));

  it("is as much as can be, whatever the order", () => {
    let seed = 20_261_122;
    for (let run = 0; run < 60; run++) {
      const places: number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
      for (let at = places.length - 1; at > 0; at--) {
        seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
        const other = seed % (at + 1);
        [places[at], places[other]] = [places[other] as number, places[at] as number];
      }
      const stays = kept(places);
      expect(stays).toEqual([...stays].sort((a, b) => a - b));
      expect(stays.length).toBe(longest(places));
    }
  });
});
