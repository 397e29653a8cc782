"""P7: sandbox and CSP of the mirror hold by themselves, were snippet, hub and builder all fooled at once."""

import pytest

from tests.attack.hostile.ground import Ground
from tests.attack.hostile.pages import ALONE_PIECES, BEYOND_CSP, GROUPS, PIECES
from tests.mirror.frames import page_with_body

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

# Runs scripts that a parser would run, opens what opens, and presses what there is to press.
PUT_AS_IT_IS = """(doc, html) => {
  const call = (on, name, ...given) => { try { on.prototype[name].call(...given) } catch {} };
  call(Node, "appendChild", doc.body, Document.prototype.createRange.call(doc).createContextualFragment(html));
  call(Element, "insertAdjacentHTML", doc.body, "beforeend", html);
  for (const each of Document.prototype.querySelectorAll.call(doc, "body *")) {
    call(HTMLElement, "click", each);
    call(HTMLFormElement, "submit", each);
    call(HTMLFormElement, "requestSubmit", each);
    call(HTMLElement, "showPopover", each);
    call(HTMLDialogElement, "showModal", each);
  }
}"""


@pytest.mark.parametrize("group", [*GROUPS, "alone"])
async def test_each_piece_in_the_mirrors_own_document(ground: Ground, group: str) -> None:
    ground.fooled = True
    for piece in (*PIECES, *ALONE_PIECES):
        if piece.group == group and piece.name not in BEYOND_CSP:
            await ground.refusals([page_with_body().snapshot(ground.next_epoch())])
            await ground.mirror.inner(PUT_AS_IT_IS, piece.html.replace("900;", "0;"))
    await ground.assert_harmless()
