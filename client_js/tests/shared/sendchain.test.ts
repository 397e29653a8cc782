// @vitest-environment node
import { describe, expect, it } from "vitest";
import { pack, receiver, sender, unpack } from "../../src/shared/sendchain";

type Frame = string | Uint8Array<ArrayBuffer>;
const big = (n: number) => ({ n, text: "x".repeat(100_000) });
const read = async (frame: Frame | undefined) => {
  const text = typeof frame === "object" ? new TextDecoder().decode(await unpack(frame.buffer)) : frame;
  return JSON.parse(text ?? "").n;
};

describe("the chain to the hub", () => {
  it("keeps the order across text and binary", async () => {
    const out: Frame[] = [];
    const send = sender((data) => out.push(data));
    await Promise.all([send(big(1)), send({ n: 2 }), send(big(3)), send({ n: 4 }), send({ n: 5 })]);
    expect(await Promise.all(out.map(read))).toEqual([1, 2, 3, 4, 5]);
    expect(out.map((frame) => typeof frame)).toEqual(["object", "string", "object", "string", "string"]);
  });

  it("sends a small message at once where nothing is before it", () => {
    const out: Frame[] = [];
    sender((data) => out.push(data))({ n: 1 });
    expect(out).toEqual(['{"n":1}']);
  });

  it("is free again after a packed frame", async () => {
    const out: Frame[] = [];
    const send = sender((data) => out.push(data));
    await send(big(1));
    await new Promise((resolve) => setTimeout(resolve));
    send({ n: 2 });
    expect(out).toHaveLength(2);
  });

  it("packs from 4,096 bytes, counted as UTF-8", async () => {
    const out: Frame[] = [];
    const send = sender((data) => out.push(data));
    const frame = '{"t":""}'.length;
    await send({ t: "a".repeat(4095 - frame) });
    await send({ t: "a".repeat(4096 - frame) });
    await send({ t: "é".repeat(2100) });
    expect(out.map((each) => typeof each)).toEqual(["string", "object", "object"]);
  });

  it("resolves with the bytes on the wire", async () => {
    const out: Frame[] = [];
    const send = sender((data) => out.push(data));
    expect(await send({ t: "é" })).toBe(10);
    expect(await send(big(1))).toBe((out[1] as Uint8Array).length);
  });

  it("takes the message as it was when it was given", async () => {
    const out: Frame[] = [];
    const send = sender((data) => out.push(data));
    const message = { n: 1 };
    const sent = [send(big(0)), send(message)];
    message.n = 2;
    await Promise.all(sent);
    expect(await read(out[1])).toBe(1);
  });
});

describe("the chain from the hub", () => {
  const packed = (message: object) => pack(new TextEncoder().encode(JSON.stringify(message)));

  it("delivers in the order of the frames", async () => {
    const seen: number[] = [];
    const first = await packed(big(1));
    const third = await packed(big(3));
    await new Promise<void>((resolve, reject) => {
      const receive = receiver<{ n: number }>(
        ({ n }) => seen.push(n) === 4 && resolve(),
        () => reject(new Error("unreadable")),
      );
      receive(first);
      receive('{"n":2}');
      receive(third);
      receive('{"n":4}');
    });
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("takes an array for several messages", () => {
    const seen: number[] = [];
    receiver<{ n: number }>(
      ({ n }) => seen.push(n),
      () => {},
    )('[{"n":1},{"n":2}]');
    expect(seen).toEqual([1, 2]);
  });

  it("reports what it cannot read, and goes on", async () => {
    const seen: number[] = [];
    let bad = 0;
    await new Promise<void>((resolve) => {
      const receive = receiver<{ n: number }>(
        ({ n }) => {
          seen.push(n);
          resolve();
        },
        () => bad++,
      );
      receive("{");
      receive(new Uint8Array([255, 255, 255]).buffer);
      receive('{"n":1}');
    });
    expect([bad, seen]).toEqual([2, [1]]);
  });

  it("unpacks what pack packed, over several writes", async () => {
    const text = Array.from({ length: 60_000 }, (_, n) => String(n)).join();
    const bytes = await unpack(await pack(new TextEncoder().encode(text)));
    expect(new TextDecoder().decode(bytes)).toBe(text);
  });
});
