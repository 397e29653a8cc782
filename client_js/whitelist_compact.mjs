// The closed vocabulary in a form small enough for the snippet: one string, made from the file that the hub reads.
//
//   lines joined by "\n": HTML, SVG, and what else is to be known. In the first two, groups joined by ";"; a group is "elements:names", both joined by
//   spaces. The first group, without elements, is what every element may have. A name ends in the mark of its kind,
//   but for tokens, the most frequent, which have none. The third line: the longest token and style, the pattern and
//   the longest name of custom elements, and the names that are none. The fourth: what else they may have.
import { readFileSync } from "node:fs";

const FILE = new URL("../cobrowse/core/whitelist.json", import.meta.url);
export const KIND_MARKS = { text: "!", token: "", number: "#", flag: "?", url: "@", style: "$" };

const written = (names) =>
  Object.entries(names)
    .map(([name, kind]) => name + KIND_MARKS[kind])
    .join(" ");

function namespace({ global, elements }) {
  const groups = new Map();
  for (const [element, names] of Object.entries(elements)) {
    const key = written(names);
    groups.set(key, [...(groups.get(key) ?? []), element]);
  }
  return [`:${written(global)}`, ...[...groups].map(([names, of]) => `${of.join(" ")}:${names}`)].join(";");
}

/** The compact form of whitelist.json. */
export function compactWhitelist() {
  const { html, svg, custom_elements: custom, limits } = JSON.parse(readFileSync(FILE, "utf8"));
  for (const { global, elements } of [html, svg]) {
    for (const name of [global, ...Object.values(elements)].flatMap(Object.keys)) {
      if (/[\s;!#?@$]/.test(name)) throw new Error(`whitelist.json: ${name} does not fit the compact form.`);
    }
  }
  const rest = [limits.token_characters, limits.style_characters, custom.pattern, custom.characters, ...custom.not];
  return [namespace(html), namespace(svg), rest.join(" "), written(custom.attributes)].join("\n");
}
