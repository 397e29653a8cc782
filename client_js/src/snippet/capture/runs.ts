// How many pieces a masked text is in would tell of its length: of what stands beside each other, one piece leaves.
import { attribute, dataOf, firstChild, localName, nextSibling, nodeType, previousSibling } from "./dom";

/** What pages make of single letters. */
const LETTERS = /^(span|b|i|em|strong|u|s|small|mark|font|code|kbd|samp|var|bdi|tspan)$/;
/** So far back is looked; beyond, it is one more of many. */
const PIECES_MAX = 99;

export const isText = (node: Node): node is Text => nodeType(node) === 3 || nodeType(node) === 4;
const isBlank = (text: Text): boolean => !/\S/.test(dataOf(text));

/** An element that may hold one letter of a text, and no other element. */
export function isLetter(node: Node): node is Element {
  if (nodeType(node) !== 1 || !LETTERS.test(localName(node as Element))) return false;
  let at = firstChild(node);
  while (at && nodeType(at) !== 1) at = nextSibling(at);
  return !at;
}

/** A text beside another that stands for both: the first that says something. */
export function isMoreText(text: Text): boolean {
  const blank = isBlank(text);
  let pieces = 0;
  for (let at = previousSibling(text); at; at = previousSibling(at)) {
    if ((isText(at) && (blank || !isBlank(at))) || ++pieces > PIECES_MAX) return true;
    if (nodeType(at) === 1 && !isNextLetter(at as Element)) break;
  }
  for (let at = blank ? nextSibling(text) : null; at && nodeType(at) !== 1; at = nextSibling(at)) {
    if (isText(at) && !isBlank(at)) return true;
  }
  return false;
}

/** A letter beside another that looks the same and stands for both. */
export function isNextLetter(element: Element): boolean {
  let at = previousSibling(element);
  while (at && nodeType(at) !== 1 && !(isText(at) && !isBlank(at))) at = previousSibling(at);
  return (
    isLetter(element) &&
    !!at &&
    isLetter(at) &&
    localName(at) === localName(element) &&
    attribute(at, "class") === attribute(element, "class")
  );
}
