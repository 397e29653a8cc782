// Which of some things stay where they are, so that the fewest have to be moved.

/**
 * True at each place that is part of the longest rising run of `places`, whose numbers are all different.
 * Patience sorting: O(n log n), O(n) where they rise already. Fredman, "On computing the length of longest increasing
 * subsequences" (1975).
 */
export function rising(places: readonly number[]): boolean[] {
  /** By length of a run: the place where the one ends that ends lowest. */
  const ends: number[] = [];
  const before: number[] = [];
  for (const [at, value] of places.entries()) {
    let low = 0;
    let high = ends.length;
    // Most come in order.
    if (high && (places[ends[high - 1] as number] as number) < value) low = high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((places[ends[middle] as number] as number) < value) low = middle + 1;
      else high = middle;
    }
    before.push(low ? (ends[low - 1] as number) : -1);
    ends[low] = at;
  }
  const stays: boolean[] = places.map(() => false);
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] as number) stays[at] = true;
  return stays;
}
