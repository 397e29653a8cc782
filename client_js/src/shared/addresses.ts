// Addresses in WHATWG form: parse, judge by a site's policy, compare with path rules, redact. The twin of
// cobrowse/core/addresses.py, which states the rules; both read tests/vectors/addresses.json.

export interface Address {
  readonly href: string;
  readonly origin: string;
  readonly path: string;
  readonly query: string;
}

/** What of a site's policy says where it shares. */
export interface Where {
  readonly origins: readonly string[];
  readonly deny_paths: readonly string[];
}

const ADDRESS_MAX_UNITS = 2048;
const SECRET_DIGITS = 12;
const SECRET_MIN_LENGTH = 16;
const SECRET_CHANGES_SHARE = 4;
const REDACTED = "…";

// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what it looks for
const CONTROL = /[\0-\x1f\x7f]/;
const BAD_PATH = /\/\/|%2f|%5c|%[01][\da-f]|%7f/i;
const CHANGE = /(?=[a-z]\d|\d[a-z]|[A-Z]\d|\d[A-Z]|[a-z][A-Z])/g;

/** The parsed address, or undefined where it is not http(s) or carries a name or password. */
function known(text: string, base?: string): URL | undefined {
  try {
    const url = new URL(text, base);
    return /^https?:$/.test(url.protocol) && !url.username && !url.password ? url : undefined;
  } catch {
    return undefined;
  }
}

function badlyWritten(text: string, url: URL): boolean {
  return CONTROL.test(text) || /^[^?#]*\\/.test(text) || BAD_PATH.test(url.pathname);
}

/** The address in WHATWG form, relative to `base` where given; undefined where it is refused. */
export function parse(text: string, base?: string): Address | undefined {
  const url = known(text, base);
  if (!url || badlyWritten(text, url)) return undefined;
  return { href: url.href, origin: url.origin, path: url.pathname, query: url.search };
}

/** Percent-decoded as UTF-8, once; what is not UTF-8 becomes U+FFFD. */
function decode(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (run) =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      Uint8Array.from(run.slice(1).split("%"), (hex) => Number.parseInt(hex, 16)),
    ),
  );
}

function comparable(path: string): string {
  return (
    decode(path.replace(/;[^/]*/g, ""))
      .toLowerCase()
      .replace(/\/+$/, "") || "/"
  );
}

function globs(rule: string, path: string): boolean {
  const pieces = rule.split("*").map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${pieces.join("[^]*")}$`).test(path);
}

/** True where one of the rules covers the (percent-encoded) path. */
export function matches(rules: readonly string[], path: string): boolean {
  const compared = comparable(path);
  return rules.map(comparable).some((rule) => {
    return globs(rule, compared) || (rule.endsWith("/*") && globs(rule.slice(0, -2) || "/", compared));
  });
}

/** Whether a page at this address may share. An address that is badly written is `other_path`. */
export function judge(where: Where, address: string): "" | "other_origin" | "other_path" {
  const url = known(address);
  if (!url || !where.origins.includes(url.origin)) return "other_origin";
  return badlyWritten(address, url) || matches(where.deny_paths, url.pathname) ? "other_path" : "";
}

function isSecret(text: string): boolean {
  if (text.replace(/\D/g, "").length >= SECRET_DIGITS || /[a-z\d]{32}/i.test(text)) return true;
  const length = text.replace(/[^a-z\d]/gi, "").length;
  return length >= SECRET_MIN_LENGTH && SECRET_CHANGES_SHARE * (text.match(CHANGE)?.length ?? 0) >= length;
}

function redacted(decodable: string, shown: string): string {
  const decoded = decode(decodable);
  return decoded === REDACTED || isSecret(decoded) ? REDACTED : shown;
}

/** What may leave of an address; undefined where it is refused. */
export function redact(address: string, queryParams: readonly string[]): string | undefined {
  const parsed = parse(address);
  if (!parsed) return undefined;
  const path = parsed.path
    .split("/")
    .map((segment) => redacted(segment, segment))
    .join("/");
  const kept = parsed.query
    .slice(1)
    .split("&")
    .map((pair) => {
      const [name = "", ...rest] = pair.split("=");
      const value = rest.join("=");
      if (!name || !queryParams.includes(decode(name.replace(/\+/g, " ")))) return "";
      return name + (rest.length ? "=" : "") + redacted(value.replace(/\+/g, " "), value);
    })
    .filter(Boolean)
    .join("&");
  const result = parsed.origin + path + (kept && `?${kept}`);
  return result.length <= ADDRESS_MAX_UNITS ? result : `${parsed.origin}/${REDACTED}`;
}
