import { describe, expect, it } from "vitest";
import { append, ids, NONE, nextId, opened, type Sent, sentOf } from "../../src/snippet/capture/sent";

const part = {} as Node;
const below = (parent?: Sent): Sent => sentOf(nextId(), part, parent, undefined, "");

describe("a part that was sent", () => {
  it("has what its parent has, and nothing of its own", () => {
    const root = below();
    root.root_ = root;
    root.bits_ = 5;
    root.own_ = 5;
    const { bits_, own_, depth_, root_, parent_, children_ } = below(root);
    expect({ bits_, own_, depth_ }).toEqual({ bits_: 5, own_: 0, depth_: 2 });
    expect(root_).toBe(root);
    expect(parent_).toBe(root);
    expect(children_).toBe(NONE);
  });

  it("gets a list of its own with its first child", () => {
    const root = below();
    const children = [below(root), below(root)];
    for (const child of children) append(root, child);
    expect(root.children_).toEqual(children);
    expect(NONE).toEqual([]);
  });

  it("has a higher id than all before it", () => {
    const { last_: last } = ids;
    expect([below().id_, below().id_]).toEqual([last + 1, last + 2]);
  });
});

describe("a visit", () => {
  it("is in the middle of all from where it stands up to its base", () => {
    const outside = below();
    const base = below(outside);
    const middle = below(base);
    const inmost = below(middle);
    const visit = (sent: Sent) => ({ base_: base, sent_: sent, node_: null, parts_: undefined, at_: 0 });
    expect(opened(visit(inmost))).toEqual([inmost, middle, base]);
    expect(opened(visit(base))).toEqual([base]);
  });
});
