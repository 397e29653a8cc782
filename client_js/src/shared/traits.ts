// What the customer's browser answers to media queries that an iframe elsewhere would answer otherwise: bit n of a
// page's `traits` is the answer to line n. core/protocol knows how many there are, docs/protocol.md lists them.

export const TRAITS: readonly string[] = [
  "(prefers-reduced-motion:reduce)",
  "(prefers-contrast:more)",
  "(prefers-contrast:less)",
  "(prefers-contrast:custom)",
  "(forced-colors:active)",
  "(inverted-colors:inverted)",
  "(prefers-reduced-transparency:reduce)",
  "(hover:none)",
  "(any-hover:none)",
  "(pointer:coarse)",
  "(pointer:none)",
  "(any-pointer:coarse)",
  "(display-mode:standalone)",
  "(display-mode:minimal-ui)",
  "(display-mode:fullscreen)",
];
