// One frame of the view: five tables and a list of integers that point into them. The tables are this frame's alone.
import { FLAG, type Name, NUMBER, STYLE, type Tag, URL_NUMBER } from "../whitelist";

export const ELEMENT = 1;
export const TEXT_NODE = 2;
export const SHADOW = 3;
export const DOCUMENT = 4;
export const SHEET = 5;
export const REMOVE = 6;
export const MOVE = 7;
export const TEXT_CHANGE = 8;
export const ATTRIBUTE = 9;
export const ATTRIBUTE_REMOVED = 10;
export const SCROLL = 11;
export const FOCUS = 12;
export const RULE_INSERTED = 13;
export const RULE_REMOVED = 14;
export const SELECTION = 15;
export const ADOPT = 16;

/** A frame is closed from here on: far enough below what the hub takes, packed (256 KB) and unpacked (1 MB). */
export const FRAME_FULL_BYTES = 120_000;

/** Attributes in a row: name, value, name, value. */
export type Attributes = (Name | string | number)[];

/** At most the bytes of `text` in JSON. */
const weigh = (text: string): number => (/[^ !#-[\]-~]/.test(text) ? 3 * JSON.stringify(text).length : text.length + 3);

export class Frame {
  readonly tags_: string[] = [];
  readonly names_: string[] = [];
  readonly urls_: number[] = [];
  readonly styles_: string[] = [];
  readonly texts_: string[] = [];
  readonly ints_: number[] = [];
  private weight_ = 0;
  private readonly known_ = [new Map<unknown, number>(), new Map<unknown, number>(), new Map<unknown, number>()];

  /** What comes next did not fit. */
  closed_ = false;

  get full_(): boolean {
    return this.closed_ || this.weight_ + 5 * this.ints_.length > FRAME_FULL_BYTES;
  }

  /** True where `more` bytes would make a frame that has something in it too big. */
  wouldOverflow_(more: number): boolean {
    this.closed_ ||= !!this.ints_.length && this.weight_ + 5 * this.ints_.length + more > FRAME_FULL_BYTES;
    return this.closed_;
  }

  add_(...integers: number[]): void {
    this.ints_.push(...integers);
  }

  /** What there is most of. */
  element_(id: number, parent: number, before: number, tag: Tag, said: Attributes): void {
    const { ints_: ints } = this;
    ints.push(ELEMENT, id, parent, before, this.tag_(tag), said.length / 2);
    for (let at = 0; at < said.length; at += 2) {
      const name = said[at] as Name;
      const value = said[at + 1] as string | number;
      ints.push(
        name.frame_ === this ? name.at_ : this.name_(name),
        name.kind_ < NUMBER ? this.index_(1, this.texts_, value as string) : this.value_(name, value),
      );
    }
  }

  tag_(tag: Tag): number {
    if (tag.frame_ !== this) {
      tag.frame_ = this;
      tag.at_ = this.tags_.push(tag.tag_) - 1;
      this.weight_ += tag.tag_.length + 3;
    }
    return tag.at_;
  }

  name_(name: Name): number {
    if (name.frame_ !== this) {
      name.frame_ = this;
      name.at_ = this.names_.push(name.name_) - 1;
      this.weight_ += name.name_.length + 3;
    }
    return name.at_;
  }

  /** The integer that stands for the value of an attribute. */
  value_(name: Name, value: string | number): number {
    if (name.kind_ === NUMBER || name.kind_ === FLAG) return value as number;
    if (name.kind_ === URL_NUMBER) return this.index_(0, this.urls_, value as number);
    return name.kind_ === STYLE ? this.style_(value as string) : this.text_(value as string);
  }

  text_(text: string): number {
    return this.index_(1, this.texts_, text);
  }

  style_(css: string): number {
    return this.index_(2, this.styles_, css);
  }

  private index_<T extends string | number>(which: number, list: T[], value: T): number {
    const known = this.known_[which] as Map<unknown, number>;
    let at = known.get(value);
    if (at === undefined) {
      at = list.push(value) - 1;
      known.set(value, at);
      this.weight_ += typeof value === "string" ? weigh(value) : 7;
      // The hub reads a text in each of its places.
    } else if (which === 1) this.weight_ += (value as string).length;
    return at;
  }
}
