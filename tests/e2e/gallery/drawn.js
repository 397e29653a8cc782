// Resolves to whether a page is drawn to the end: fonts and pictures are there, and nothing moves that will stop by
// itself. Asked again and again until it is; the same question for the customer's tab and for the mirror.
(root) => {
  const view = root.defaultView;
  const isNear = (image) => {
    const box = image.getBoundingClientRect();
    return box.width > 0 && box.bottom >= 0 && box.top <= view.innerHeight;
  };
  const roots = [root];
  for (const tree of roots) for (const each of tree.querySelectorAll("*")) if (each.shadowRoot) roots.push(each.shadowRoot);
  const moving = roots
    .flatMap((tree) => tree.getAnimations())
    .filter((each) => each.playState === "running" && each.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
  const waiting = roots.flatMap((tree) => [...tree.querySelectorAll("img")]).filter((each) => !each.complete && isNear(each));
  if (root.fonts.status !== "loaded") return "fonts";
  if (waiting.length > 0) return `pictures: ${waiting[0].src}`;
  return moving.length > 0 ? "animations" : "";
};
