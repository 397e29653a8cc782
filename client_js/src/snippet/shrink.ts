// A large picture in the size in which the page shows it.

/** A picture is worth it only where it then has so much less. */
const WORTH = 0.7;
const QUALITY = 0.85;
/** So much of the new picture is drawn in one go: a slice of some milliseconds. */
const SLICE_PIXELS = 131_072;
/** How much of a file is looked at to see whether it moves. */
const HEAD_BYTES = 4096;
const MOVES = /^GIF8|^RIFF....WEBPVP8X[\s\S]*ANIM|acTL/;

const pause = () => new Promise((wake) => setTimeout(wake));

async function moves(bytes: Blob): Promise<boolean> {
  const head = await bytes.slice(0, HEAD_BYTES).arrayBuffer();
  return MOVES.test(String.fromCharCode(...new Uint8Array(head)));
}

/** The largest box that shows it, in device pixels, as a share of its own size. */
function shareShown(images: readonly HTMLImageElement[]): number {
  const share = images.map((image) => {
    const { width, height } = image.getBoundingClientRect();
    const scale = devicePixelRatio * (window.visualViewport?.scale ?? 1);
    return Math.max((width * scale) / image.naturalWidth, (height * scale) / image.naturalHeight);
  });
  return images.length ? Math.max(...share) : 1;
}

/** Drawn in slices, so that no task is long, and at most by half: what draws more at once looks at every pixel first. */
async function drawn(from: ImageBitmap | OffscreenCanvas, width: number, height: number): Promise<OffscreenCanvas> {
  const canvas = new OffscreenCanvas(width, height);
  // Drawn when it is said: else all slices would be drawn in one task at the end.
  const pen = canvas.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
  pen.imageSmoothingQuality = "low";
  const step = from.height / height;
  const rows = Math.ceil(SLICE_PIXELS / width);
  for (let row = 0; row < height; row += rows) {
    const some = Math.min(rows, height - row);
    pen.drawImage(from, 0, row * step, from.width, some * step, 0, row, width, some);
    await pause();
  }
  return canvas;
}

async function smaller(bitmap: ImageBitmap, width: number, height: number): Promise<OffscreenCanvas> {
  let from: ImageBitmap | OffscreenCanvas = bitmap;
  while (from.width > 2 * width) from = await drawn(from, Math.ceil(from.width / 2), Math.ceil(from.height / 2));
  return drawn(from, width, height);
}

/** In an SVG of the picture's own size, since layouts follow that one. */
async function wrapped(small: Blob, width: number, height: number): Promise<Blob> {
  const data = await new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(small);
  });
  const size = `width="${width}" height="${height}" preserveAspectRatio="none"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${size}><image href="${data}" ${size}/></svg>`;
  return new Blob([svg], { type: "image/svg+xml" });
}

/**
 * The picture in as many pixels as `images`, the elements that show it, need; as it is where that is not much smaller,
 * where it moves, or where nobody knows how large it is shown. What moves and has more than `most` bytes stands still.
 */
export async function shrunk(bytes: Blob, images: readonly HTMLImageElement[], most: number): Promise<Blob> {
  const share = shareShown(images);
  const tooBig = bytes.size > most;
  if (bytes.type.startsWith("image/svg") || (share > WORTH && !tooBig) || (!tooBig && (await moves(bytes))))
    return bytes;
  try {
    const bitmap = await createImageBitmap(bytes);
    const { width, height } = bitmap;
    const part = Math.min(1, share);
    const canvas = await smaller(bitmap, Math.ceil(width * part), Math.ceil(height * part));
    bitmap.close();
    const type = bytes.type === "image/jpeg" ? bytes.type : "image/webp";
    const svg = await wrapped(await canvas.convertToBlob({ type, quality: QUALITY }), width, height);
    return svg.size < bytes.size ? svg : bytes;
  } catch {
    // What cannot be decoded goes as it is.
    return bytes;
  }
}
