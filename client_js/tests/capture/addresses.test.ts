import { describe, expect, it } from "vitest";
import written from "../../../tests/vectors/addresses.json";
import { judge, matches, parse, redact } from "../../src/shared/addresses";

interface Case {
  input: string;
  base?: string;
  refused?: boolean;
  href?: string;
  origin?: string;
  path?: string;
  query?: string;
  redacted?: string;
  verdict?: string;
}

const vectors = written as {
  site: { origins: string[]; deny_paths: string[]; query_params: string[] };
  addresses: Case[];
  rules: { rule: string; path: string; matches: boolean }[];
};

describe("addresses", () => {
  it.each(vectors.addresses)("$input", ({ input, base, refused, href, origin, path, query, redacted, verdict }) => {
    expect(parse(input, base)).toEqual(refused ? undefined : { href, origin, path, query });
    if (verdict !== undefined) expect(judge(vectors.site, input) || "ok").toBe(verdict);
    if (redacted !== undefined) expect(redact(input, vectors.site.query_params)).toBe(redacted);
  });
});

describe("rules", () => {
  it.each(vectors.rules)("$rule on $path", ({ rule, path, matches: wanted }) => {
    expect(matches([rule], path)).toBe(wanted);
  });
});
