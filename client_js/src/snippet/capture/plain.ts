// What nearly all of a page is: texts in sight, and elements that are what they are. As one function, since the first
// picture is made by code that nobody has compiled yet: there, each call and each thing that is made counts.
import { type Name, type Tag, TOKEN, TOKEN_CHARACTERS, tagOf } from "../whitelist";
import { addWritten } from "./attributes";
import { attribute, attributeNames, dataOf, HTML, localName, matches, namespaceOf, nodeType } from "./dom";
import { SPECIAL } from "./mask";
import { type Attributes, type Frame, TEXT_NODE } from "./tables";
import { type Sent, sentOf } from "./tree";
import { lookOf, SIMPLE, SPACELESS, TEXT_MAX_CHARACTERS, type Walk, whole } from "./walk";

/** Send a node below `parent`, in which nothing is masked, hidden or a value. Undefined where it takes a closer look. */
export function plainOf(walk: Walk, frame: Frame, parent: Sent, node: Node, id: number): Sent | undefined {
  let tag: Sent["tag_"];
  let said: Attributes | string;
  const type = nodeType(node);
  if (type === 3) {
    said = whole(dataOf(node as Text), TEXT_MAX_CHARACTERS);
    if (lookOf(parent.tag_ as Tag) & SPACELESS && !/\S/.test(said)) return undefined;
    frame.ints_.push(TEXT_NODE, id, parent.id_, 0, frame.text_(said));
  } else {
    if (type !== 1) return undefined;
    const element = node as Element;
    const name = localName(element);
    tag = namespaceOf(element) === HTML ? tagOf(name) : undefined;
    if (!tag || !(lookOf(tag) & SIMPLE) || SPECIAL.has(name) || walk.host_.isOwn(element)) return undefined;
    const { named_: named } = walk.mask_;
    if (named && matches(element, named)) return undefined;
    const { names_: names } = tag;
    const list: Attributes = [];
    const written = attributeNames(element);
    for (let at = 0; at < written.length; at++) {
      const each = written[at] as string;
      const known = names.get(each);
      if (each === "popover" || SPECIAL.has(each)) return undefined;
      // Of two namespaces, one name may come twice.
      if (!known || each[0] === ":" || (at && written.indexOf(each) < at)) continue;
      const value = known.kind_ === TOKEN ? (attribute(element, each) as string) : undefined;
      if (value === undefined) addWritten(walk, list, element, known, each, tag, parent.bits_, false);
      else if (value.length > TOKEN_CHARACTERS) return undefined;
      else list.push(known, value.toWellFormed());
    }
    if (name === "a" && written.includes("href")) list.push(names.get(":link") as Name, 1);
    said = list;
    frame.element_(id, parent.id_, 0, tag, said);
  }
  return sentOf(id, node, parent, tag, said);
}
