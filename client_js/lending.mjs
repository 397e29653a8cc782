// What a part of the snippet takes from one that is there before it, instead of carrying it again. The sources know
// nothing of this: they import as ever, and so do the tests. A lender leaves the values of `lent` in a list, a borrower
// finds them there by their place; all parts of a page come from one build, so the places agree.

/** By module: who has it, and what of it others use. Whoever is listed as a borrower is loaded after the lender. */
const LENT = {
  "shared/addresses.ts": { lender: "session", borrowers: ["view", "acts"], names: ["judge", "parse", "redact"] },
  "snippet/capture/dom.ts": {
    lender: "view",
    borrowers: ["acts", "digest", "outline"],
    names: [
      "attribute",
      "boxOf",
      "closest",
      "documentOf",
      "find",
      "findInFragment",
      "focusOn",
      "hasAttribute",
      "isConnected",
      "localName",
      "matches",
      "nodeType",
      "originOf",
      "shadowOf",
      "slotOf",
      "upOf",
      "viewOf",
    ],
  },
  "snippet/capture/mask.ts": { lender: "view", borrowers: ["outline"], names: ["EDITOR", "HIDDEN"] },
  "snippet/capture/cssom.ts": { lender: "view", borrowers: ["digest"], names: ["rulesOf", "Sheet"] },
  "snippet/css.ts": { lender: "view", borrowers: ["assets", "outline"], names: ["DOTS", "rewrite"] },
  "snippet/ui/elements.ts": { lender: "session", borrowers: ["preview", "receipt"], names: ["h", "button"] },
  "snippet/whitelist.ts": {
    lender: "view",
    borrowers: ["digest", "outline"],
    names: ["FLAG", "NUMBER", "STYLE", "URL_NUMBER"],
  },
};

const role = (name) => name.split("-")[0];
const list = (module) => `window[Symbol.for("cobrowse")].lent[${Object.keys(LENT).indexOf(module)}]`;

/** What the part `name` appends to its entry point. */
export function lent(name) {
  return Object.entries(LENT)
    .filter(([, { lender }]) => lender === role(name))
    .map(([module, { names }], at) => {
      const as = names.map((each) => `${each} as lent${at}_${each}`);
      return `import{${as}}from"./${module}";${list(module)}=[${names.map((each) => `lent${at}_${each}`)}];`;
    })
    .join("");
}

/** The modules that the part `name` borrows, in place of the real ones. */
export const borrowed = (name, src) => ({
  name: "borrowed",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const module = path.slice(src.length + 1).replaceAll("\\", "/");
      const { borrowers, names } = LENT[module] ?? {};
      if (!borrowers?.includes(role(name))) return undefined;
      return { contents: `export const [${names}]=${list(module)};`, loader: "js" };
    });
  },
});
