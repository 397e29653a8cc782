// How large the tables of one frame may be. tests/vectors/limits.json holds the hub and the mirror to the same answers.
import type { Snapshot } from "../protocol";
import { Refusal } from "./refusal";
import { LIMITS } from "./vocabulary";

/** Raises `Refusal` where a frame has so much to look at that everything else would have to wait. */
export function checkSizes({ tags, names, styles }: Pick<Snapshot, "tags" | "names" | "styles">): void {
  let characters = 0;
  for (const { length } of styles) {
    characters += length;
    if (length > LIMITS.style_characters || characters > LIMITS.frame_style_characters)
      throw new Refusal("too_much_css");
  }
  if (styles.length > LIMITS.frame_styles) throw new Refusal("too_much_css");
  if (new Set(names).size < names.length) throw new Refusal("duplicate_name");
  if (tags.length > LIMITS.frame_tags || names.length > LIMITS.frame_names) throw new Refusal("too_many_names");
}
