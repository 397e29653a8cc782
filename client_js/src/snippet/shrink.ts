// A large picture in the size in which the page shows it.

/** A picture is worth it only where it then has so much less. */
const WORTH = 0.7;
const QUALITY = 0.85;
/** Rows of the new picture that are drawn in one go: a slice of some milliseconds. */
const ROWS = 64;
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

/** Drawn in slices, so that no task is long. The bitmap is decoded off the main thread, upright by its EXIF. */
async function drawn(bitmap: ImageBitmap, width: number, height: number): Promise<OffscreenCanvas> {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  pen.imageSmoothingQuality = "medium";
  const step = bitmap.height / height;
  for (let row = 0; row < height; row += ROWS) {
    const rows = Math.min(ROWS, height - row);
    pen.drawImage(bitmap, 0, row * step, bitmap.width, rows * step, 0, row, width, rows);
    await pause();
  }
  return canvas;
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
    const canvas = await drawn(bitmap, Math.ceil(width * part), Math.ceil(height * part));
    bitmap.close();
    const type = bytes.type === "image/jpeg" ? bytes.type : "image/webp";
    const svg = await wrapped(await canvas.convertToBlob({ type, quality: QUALITY }), width, height);
    return svg.size < bytes.size ? svg : bytes;
  } catch {
    // What cannot be decoded goes as it is.
    return bytes;
  }
}
