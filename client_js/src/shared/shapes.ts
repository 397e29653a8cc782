// Whether a message has the shape that core/protocol gives it, by the tables of ../shapes.ts: a line for each struct,
// its name, then each field (`?`: may be left out) with its type. `s` is a text, `b` a boolean, `i` an id or a count,
// `p` any integer, `f` a fraction, `n` a number, `=a|b` a word of a list; `*` at its end: a list of them, `-`: or null.
// `PageInfo` is a struct by its name, `act:` one of those with this tag, `o` any object. A `+` at a line's end: the hub
// wrote it, and may be newer than this page, so it may have fields that are not known here; what another peer wrote has
// none.

const LIMIT = 2 ** 31;
const whole = (value: number, from: number) => Number.isInteger(value) && value >= from && value < LIMIT;
const TYPES: Record<string, (value: never) => boolean> = {
  s: (value) => typeof value === "string",
  b: (value) => typeof value === "boolean",
  i: (value) => whole(value, 0),
  p: (value) => whole(value, 1 - LIMIT),
  f: (value) => value >= 0 && value <= 1 && Number.isFinite(value),
  n: (value) => Number.isFinite(value),
};

/** Reads a table; gives what tells whether a message is one of it. */
export function shapes(table: string): (message: unknown) => boolean {
  const lines = new Map(table.split("\n").map((line) => [line.split(" ")[0], line.split(" ").slice(1)]));

  function fits(type: string, value: unknown): boolean {
    if (TYPES[type]) return TYPES[type](value as never);
    const end = type.slice(-1);
    const rest = type.slice(0, -1);
    if (end === "-") return value === null || fits(rest, value);
    if (end === "*") return Array.isArray(value) && value.every((each) => fits(rest, each));
    if (type[0] === "=") return typeof value === "string" && type.slice(1).split("|").includes(value);
    if (!value || typeof value !== "object") return false;
    const { ...left } = value as Record<string, unknown>;
    if (type === "o") return true;
    const fields = lines.get(end === ":" && typeof left[rest] === "string" ? type + left[rest] : type);
    if (!fields) return false;
    if (end === ":") delete left[rest];
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const [name, optional] = (fields[at] as string).split("?") as [string, string?];
      if (name in left ? !fits(fields[at + 1] as string, left[name]) : optional === undefined) return false;
      delete left[name];
    }
    return fields.length % 2 === 1 || !Object.keys(left).length;
  }

  return (message) => fits("k:", message);
}
