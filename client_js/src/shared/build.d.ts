// What the build fills in.

/** The language of this bundle, where one is built per language. */
declare const __LANG__: "en" | "de";

/** The parts that the loader loads: file name and integrity, by their name in the manifest. */
declare const __PARTS__: Readonly<Record<string, readonly [file: string, integrity: string]>>;

declare module "*.css?inline" {
  const text: string;
  export default text;
}

declare module "*?raw" {
  const text: string;
  export default text;
}
