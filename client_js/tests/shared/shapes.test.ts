// @vitest-environment node
// What a client takes from the hub: the golden messages that pytest reads, and every one of them with one thing wrong.
import { describe, expect, it } from "vitest";
import golden from "../../../tests/vectors/messages.json";
import { TO_AGENT, TO_CUSTOMER, VIEW } from "../../src/shapes";
import { shapes } from "../../src/shared/shapes";

type Json = Record<string, unknown>;

const TABLES: Record<string, string> = { ToCustomer: TO_CUSTOMER, ToAgent: TO_AGENT };
const taken = golden.valid.filter(({ direction }) => direction in TABLES);
const cases = taken.map(({ direction, json }) => [direction, String((json as Json).k), json as Json] as const);
const reader = (direction: string) => shapes(TABLES[direction] as string);

/** What no field is, whatever its type; each but one of them is of another type. */
const WRONG = [null, true, 1, -1, 1.5, 2 ** 31, "?", "1", [], [null], {}, { k: "state" }];

/** Every value that is in it, with a way to put another one in its place, in a copy. */
function* places(
  value: unknown,
  put: (other: unknown) => Json,
  deep = true,
): Generator<[unknown, (other: unknown) => Json]> {
  if (!value || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) {
    const replaced = (other: unknown) => {
      const copy = (Array.isArray(value) ? [...value] : { ...value }) as Json;
      copy[key] = other;
      return put(copy);
    };
    yield [inner, replaced];
    if (deep) yield* places(inner, replaced);
  }
}

/** What another peer wrote is looked at to its last field; what is inside of the hub's own objects is not. */
const PEERS = ["act", "resync", "snapshot", "ops", "page", "pointer", "tip", "act_result", "checkup", "condition"];
const all = (message: Json) => [...places(message, (other) => other as Json, PEERS.includes(message.k as string))];

describe("a good message", () => {
  it.each(cases)("%s %s is taken", (direction, _, message) => {
    expect(reader(direction)(message)).toBe(true);
  });

  it("has a shape for each of its direction", () => {
    for (const [direction, table] of Object.entries(TABLES)) {
      const named = [...table.matchAll(/^k:(\w+)/gm)].map(([, name]) => name);
      const told = new Set(taken.filter((each) => each.direction === direction).map(({ json }) => (json as Json).k));
      expect([...told].filter((name) => !named.includes(name as string))).toEqual([]);
      expect(named.filter((name) => !told.has(name as string))).toEqual([]);
    }
  });
});

describe("one wrong thing", () => {
  it.each(cases)("in %s %s is seen", (direction, _, message) => {
    const fits = reader(direction);
    for (const [value, replaced] of all(message)) {
      const fitting = WRONG.filter((wrong) => fits(replaced(wrong)));
      // Of any type there is, so few of these are values.
      expect(fitting.length, JSON.stringify([value, fitting])).toBeLessThanOrEqual(5);
      for (const wrong of fitting)
        if (wrong !== null) expect(typeof wrong).toBe(value === null ? typeof wrong : typeof value);
    }
  });

  it.each(cases)("a kind that %s has not, in the place of %s", (direction, _, message) => {
    const fits = reader(direction);
    for (const k of ["", "K", "explode", "constructor", "__proto__", "toString", undefined, 1, ["state"], null]) {
      expect(fits({ ...message, k })).toBe(false);
    }
    for (const other of [null, undefined, 1, "x", [], [message], true]) expect(fits(other)).toBe(false);
  });

  it.each(cases)("a field missing in %s %s", (direction, _, message) => {
    const fits = reader(direction);
    const [line] = (TABLES[direction] as string).split("\n").filter((each) => each.split(" ")[0] === `k:${message.k}`);
    const names = (line as string).split(" ").filter((word, at) => at % 2 === 1 && !/[?+]/.test(word));
    for (const name of names) {
      const { [name]: _gone, ...rest } = message;
      expect(fits(rest), name).toBe(false);
    }
  });
});

describe("a field too many", () => {
  it.each(cases)("in %s %s", (direction, name, message) => {
    for (const extra of ["extra", "__proto__", "constructor", "K"]) {
      const added = JSON.parse(`{${JSON.stringify(extra)}:1,${JSON.stringify(message).slice(1)}`);
      // The hub's own may be newer than the page; what another peer wrote is passed on as it came.
      expect(reader(direction)(added), extra).toBe(!PEERS.includes(name));
    }
  });

  it("in what an act does", () => {
    const act = (inner: object) => ({ k: "act", id: 1, epoch: 1, seq: 1, do: inner });
    const fits = shapes(TO_CUSTOMER);
    expect(fits(act({ act: "clear" }))).toBe(true);
    for (const wrong of [
      { act: "clear", node: 1 },
      { act: ["clear"] },
      { act: "explode" },
      { act: "point", node: 1, x: 0.5 },
      { act: "point", node: 1, x: 0.5, y: 1.01 },
      { act: "point", node: 1, x: 0.5, y: -0.01 },
      { act: "point", node: 1, x: 0.5, y: null },
      { act: "click", node: -1, x: 0, y: 0 },
      { act: "click", node: 1.5, x: 0, y: 0 },
      { act: "click", node: 2 ** 31, x: 0, y: 0 },
      { act: "click", node: "1", x: 0, y: 0 },
      { act: "scroll", node: 1, x: 2 ** 31, y: 0 },
      { act: "navigate", address: ["/"] },
      { act: "navigate", address: "/", target: "_top" },
      { act: "type", node: 1, text: { toString: "x" } },
      {},
      [],
      null,
      "clear",
    ]) {
      expect(fits(act(wrong as object)), JSON.stringify(wrong)).toBe(false);
    }
  });
});

it("the mirror's table is the view of the console's", () => {
  expect(TO_AGENT.split("\n")).toEqual(expect.arrayContaining(VIEW.split("\n")));
});
