// @vitest-environment node
// The golden messages that pytest reads as well, held against the generated types: what the hub sends and takes is what
// protocol.ts says.
import { describe, expect, it } from "vitest";
import golden from "../../../tests/vectors/messages.json";
import source from "../../src/protocol.ts?raw";
import { receiver, sender } from "../../src/shared/sendchain";

type Json = Record<string, unknown>;

interface Field {
  name: string;
  type: string;
  optional: boolean;
}

const unions = new Map<string, string[]>();
for (const [, name = "", members = ""] of source.matchAll(/^export type (\w+) = ([A-Z]\w+(?: \| \w+)*);$/gm)) {
  unions.set(name, members.split(" | "));
}
const shapes = new Map<string, Field[]>();
for (const [, name = "", body = ""] of source.matchAll(/^export interface (\w+) \{\n(.*?)^\}/gms)) {
  const fields = [...body.matchAll(/^ {2}(\w+)(\??): (.*);$/gm)];
  shapes.set(
    name,
    fields.map(([, field = "", optional, type = ""]) => ({ name: field, type, optional: optional === "?" })),
  );
}

const tag = (interfaceName: string): string =>
  JSON.parse(shapes.get(interfaceName)?.find(({ name }) => name === "k" || name === "act")?.type ?? '""');

/** What is wrong with a value by the types, or "". */
function fault(type: string, value: Json): string {
  const name = unions.get(type)?.find((member) => tag(member) === (value.k ?? value.act)) ?? type;
  const fields = shapes.get(name);
  if (!fields) return "unknown message";
  if (fields.some((field) => !field.optional && !(field.name in value))) return "missing field";
  for (const [key, inner] of Object.entries(value)) {
    const field = fields.find((each) => each.name === key);
    if (!field) return "unknown field";
    const innerType = field.type.replace(" | null", "");
    if (inner && /^[A-Z]/.test(innerType)) {
      const found = fault(innerType, inner as Json);
      if (found) return found;
    }
  }
  return "";
}

describe("the generated types", () => {
  it.each(golden.valid.map(({ direction, json }) => [direction, String((json as Json).k), json as Json] as const))(
    "%s knows %s",
    (direction, _name, message) => {
      expect(fault(direction, message)).toBe("");
    },
  );

  it("have a golden message for each message of each direction", () => {
    const seen = new Set(golden.valid.map(({ direction, json }) => `${direction} ${(json as Json).k}`));
    const missing = [...unions]
      .filter(([direction]) => /^(From|To)/.test(direction))
      .flatMap(([direction, members]) => members.map((member) => `${direction} ${tag(member)}`))
      .filter((each) => !seen.has(each));
    expect(missing).toEqual([]);
  });

  const structural = golden.invalid.filter(({ why }) => /unknown|missing|^only|goes? to/.test(why));
  it.each(structural.map(({ direction, json, why }) => [why, direction, json as Json] as const))(
    "refuse %s (%s)",
    (_why, direction, message) => {
      expect(fault(direction, message)).not.toBe("");
    },
  );
});

it("all travel unchanged", () => {
  const seen: unknown[] = [];
  const receive = receiver(
    (message) => seen.push(message),
    () => seen.push("unreadable"),
  );
  const send = sender((frame) => typeof frame === "string" && receive(frame));
  for (const { json } of golden.valid) send(json);
  expect(seen).toEqual(golden.valid.map(({ json }) => json));
});
