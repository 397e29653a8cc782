// Hold every animation that would go on for ever at its beginning, and say how many; `still(root, false)` lets go.
(root, hold) => {
  const roots = [root];
  for (const tree of roots) for (const each of tree.querySelectorAll("*")) if (each.shadowRoot) roots.push(each.shadowRoot);
  const endless = new Set(
    roots.flatMap((tree) => tree.getAnimations()).filter((each) => each.effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY),
  );
  for (const each of endless) {
    if (!hold) each.play();
    else if (each.playState === "running") {
      each.pause();
      each.currentTime = 0;
    }
  }
  return endless.size;
};
