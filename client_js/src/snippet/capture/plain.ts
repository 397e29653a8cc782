// What nearly all of a page is: texts in sight, and elements that are what they are. As one function, since the first
// picture is made by code that nobody has compiled yet: there, each call and each thing that is made counts.
import { STYLE, TOKEN, TOKEN_CHARACTERS, tagOf } from "../whitelist";
import { addWritten } from "./attributes";
import { attribute, attributeNames, cssText, dataOf, HTML, localName, matches, namespaceOf, styleOf } from "./dom";
import { SPECIAL } from "./mask";
import { type Attributes, type Frame, TEXT_NODE } from "./tables";
import { NONE, type Sent } from "./tree";
import { lookOf, OWN, PLAIN, TEXT_MAX_CHARACTERS, type Walk, whole } from "./walk";

/** Styles that leave as they are written. */
const harmless = new Set<string>();
const HARMLESS_MAX = 1_000;
const HARMLESS_CHARACTERS = 300;
/** What is found, before it is known how much it is. */
const found: Attributes = [];

/** Send a node below `parent`, in which nothing is masked, hidden or a value. Undefined where it takes a closer look. */
export function plainOf(
  walk: Walk,
  frame: Frame,
  parent: Sent,
  spaceless: boolean,
  node: Node,
  type: number,
  id: number,
): Sent | undefined {
  let tag: Sent["tag_"];
  let said: Attributes | string;
  if (type === 3) {
    said = whole(dataOf(node as Text), TEXT_MAX_CHARACTERS);
    if (spaceless && !/\S/.test(said)) return undefined;
    frame.ints_.push(TEXT_NODE, id, parent.id_, 0, frame.text_(said));
  } else {
    if (type !== 1) return undefined;
    const element = node as Element;
    tag = tagOf(localName(element));
    if (!tag) return undefined;
    const look = tag.look_ || lookOf(tag);
    if (!(look & PLAIN) || look & OWN || namespaceOf(element) !== HTML || walk.host_.isOwn(element)) return undefined;
    const { named_: named } = walk.mask_;
    if (named && matches(element, named)) return undefined;
    const written = attributeNames(element);
    const { length } = written;
    said = NONE;
    if (length) {
      const { names_: names } = tag;
      let count = 0;
      for (let at = 0; at < length; at++) {
        const name = written[at] as string;
        const known = names.get(name);
        if (!known) {
          if (SPECIAL.has(name)) return undefined;
          continue;
        }
        if (name === "role" || name === "popover") return undefined;
        // Of two namespaces, one name may come twice.
        if (name[0] === ":" || (at && written.indexOf(name) < at)) continue;
        if (known.kind_ <= TOKEN) {
          const value = attribute(element, name) as string;
          if (value.length > TOKEN_CHARACTERS) return undefined;
          found[count++] = known;
          found[count++] = value.toWellFormed();
          continue;
        }
        const css = known.kind_ === STYLE ? cssText(styleOf(element as HTMLElement)) : "";
        if (css && harmless.has(css)) {
          found[count++] = known;
          found[count++] = css;
          continue;
        }
        const list: Attributes = [];
        addWritten(walk, list, element, known, name, tag, parent.bits_, false);
        for (const each of list) found[count++] = each;
        if (css && list[1] === css && css.length < HARMLESS_CHARACTERS) {
          if (harmless.size > HARMLESS_MAX) harmless.clear();
          harmless.add(css);
        }
      }
      if (count) said = found.slice(0, count);
    }
    frame.element_(id, parent.id_, 0, tag, said);
  }
  return {
    id_: id,
    part_: node,
    parent_: parent,
    children_: NONE,
    tag_: tag,
    said_: said,
    bits_: parent.bits_,
    own_: 0,
    depth_: parent.depth_ + 1,
    root_: parent.root_,
    inside_: undefined,
    stale_: false,
  };
}
