// One chain per socket and direction. Compression is asynchronous, so without a chain a small text frame overtakes the
// binary frame before it (20 times of 20 when tried).
import { PACK_FROM_BYTES } from "../protocol";

/** How much is written into a compressor at once: 1 MB in one write blocks the main thread for 65 ms. */
const WRITE_BYTES = 65_536;

export type Outlet = (data: string | Uint8Array<ArrayBuffer>) => void;

/** Run `bytes` through a (de)compressor in small writes. */
async function through(transform: GenericTransformStream, bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const writer = transform.writable.getWriter();
  const feed = async () => {
    for (let at = 0; at < bytes.length; at += WRITE_BYTES) await writer.write(bytes.subarray(at, at + WRITE_BYTES));
    await writer.close();
  };
  // What is wrong with the bytes shows on the readable side as well; only there is it awaited.
  feed().catch(() => {});
  // There are few pieces. To have a Response gather them takes other threads, and half as long again.
  const reader = transform.readable.getReader();
  let all = new Uint8Array();
  for (;;) {
    const { value } = await reader.read();
    if (!value) return all.buffer;
    const more = new Uint8Array(all.length + value.length);
    more.set(all);
    more.set(value, all.length);
    all = more;
  }
}

export const pack = (bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> =>
  through(new CompressionStream("deflate-raw"), bytes);

export const unpack = (bytes: ArrayBuffer): Promise<ArrayBuffer> =>
  through(new DecompressionStream("deflate-raw"), new Uint8Array(bytes));

/** Runs tasks one after the other; what finds the chain empty and needs no waiting runs at once. */
function chain(): (task: () => Promise<void> | void) => void {
  let waiting = 0;
  let tail: Promise<void> = Promise.resolve();
  return (task) => {
    if (!waiting) {
      const pending = task();
      if (!pending) return;
      waiting++;
      tail = pending.finally(() => waiting--);
      return;
    }
    waiting++;
    tail = tail.then(task).finally(() => waiting--);
  };
}

/**
 * Sends messages in the order of the calls. Resolves with the bytes on the wire once the frame was handed to the
 * socket. The message is turned into text at once, so the caller may change it afterwards.
 */
export function sender(out: Outlet): (message: object) => Promise<number> {
  const next = chain();
  return (message) =>
    new Promise((resolve, reject) => {
      const text = JSON.stringify(message);
      const bytes = new TextEncoder().encode(text);
      const emit = (data: string | Uint8Array<ArrayBuffer>, size: number) => {
        out(data);
        resolve(size);
      };
      next(() => {
        if (bytes.length < PACK_FROM_BYTES) return emit(text, bytes.length);
        return pack(bytes)
          .then((packed) => emit(new Uint8Array(packed), packed.byteLength))
          .catch(reject);
      });
    });
}

/**
 * Reads frames in the order they came, each one message or an array of them. `onBad` hears of a frame that cannot be
 * read; those after it are still delivered.
 */
export function receiver<In>(
  onMessage: (message: In) => void,
  onBad: () => void,
): (data: string | ArrayBuffer) => void {
  const next = chain();
  const deliver = (text: string) => {
    let read: In | In[];
    try {
      read = JSON.parse(text);
    } catch {
      onBad();
      return;
    }
    for (const message of Array.isArray(read) ? read : [read]) onMessage(message);
  };
  return (data) =>
    next(() =>
      typeof data === "string"
        ? deliver(data)
        : unpack(data).then((bytes) => deliver(new TextDecoder().decode(bytes)), onBad),
    );
}
