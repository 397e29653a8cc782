// The canonical form of the masked DOM and its SHA-256, as docs/protocol.md has it. A fresh walk: it trusts nothing
// that was kept.
import { FLAG, type Name, NUMBER, type Tag, URL_NUMBER } from "../whitelist";
import { rulesOf, Sheet } from "./cssom";
import { nodeType } from "./dom";
import type { Part, Walk } from "./walk";

function attributesOf(walk: Walk, element: Element, tag: Tag, bits: number, own: number): string {
  const list = walk.attributes_(element, tag, bits, own);
  const said: string[] = [];
  for (let at = 0; at < list.length; at += 2) {
    const { name_, kind_ } = list[at] as Name;
    const value = list[at + 1];
    const name = name_.split(" ")[1];
    if (kind_ === URL_NUMBER) said.push(`${name}=#`);
    else if (kind_ !== NUMBER && kind_ !== FLAG) said.push(`${name}=${JSON.stringify(value)}`);
    else if (value || kind_ === NUMBER) said.push(`${name}=${value}`);
  }
  return said
    .sort((a, b) => ((a.split("=")[0] as string) < (b.split("=")[0] as string) ? -1 : 1))
    .map((each) => ` ${each}`)
    .join("");
}

/** The canonical form, of which the digest is the hash. */
export function canonical(walk: Walk): string {
  walk.mask_.forget_();
  let out = "";
  let text = "";
  const known = new Map<Node, number>();
  const flush = () => {
    if (text) out += JSON.stringify(text);
    text = "";
  };
  const visit = (part: Part, bits: number) => {
    if (part instanceof Sheet) {
      flush();
      const masked = walk.mask_.hides_(bits);
      const [rules] = rulesOf(part, walk.numbered_(undefined, masked), masked);
      out += `{${rules.map((rule) => JSON.stringify(rule)).join("")}}`;
      return;
    }
    const type = nodeType(part);
    const all = walk.mask_.bits_(part, (node) => known.get(node));
    known.set(part, all);
    if (type === 3 || type === 4) {
      text += walk.text_(part, all);
      return;
    }
    flush();
    const own = type === 1 ? walk.mask_.own_(part as Element) : 0;
    const tag = type === 1 ? walk.tag_(part as Element, own) : undefined;
    if (tag) out += `<${tag.tag_}${attributesOf(walk, part as Element, tag, all, own)}>`;
    else if (type === 11) out += "<#shadow>";
    else if (part !== document) out += "<#document>";
    for (const child of walk.children_(part, tag, all)) visit(child, all);
    flush();
    if (tag) out += `</${tag.tag_}>`;
    else if (type === 11) out += "</#shadow>";
    else if (part !== document) out += "</#document>";
  };
  visit(document, 0);
  return out;
}

export async function digest(walk: Walk): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(walk)));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
