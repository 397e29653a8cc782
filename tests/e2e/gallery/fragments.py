"""What pages of the gallery ask of their server while they are used: pieces of HTML for htmx."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

CLAIMS = [
    ("C-1041", "Burst pipe in the kitchen", "In review", "1,240.00"),
    ("C-1037", "Cracked windscreen", "Paid", "389.50"),
    ("C-1029", "Bicycle stolen at the station", "Documents missing", "720.00"),
    ("C-1018", "Hail on the greenhouse", "Paid", "2,105.75"),
    ("C-1002", "Lost luggage, Lisbon", "Declined", "310.00"),
]


async def answer(request: Request) -> Response:
    """The fragment of that name, or 404."""
    name = request.path_params["name"]
    if name == "claims":
        wanted = request.query_params.get("state", "")
        return HTMLResponse("".join(_row(claim) for claim in CLAIMS if wanted in ("", claim[2])))
    if name == "details":
        number = request.query_params.get("number", "")
        found = next((claim for claim in CLAIMS if claim[0] == number), None)
        return HTMLResponse(_details(found)) if found else Response(status_code=404)
    return Response(status_code=404)


def _row(claim: tuple[str, str, str, str]) -> str:
    number, what, state, amount = map(escape, claim)
    kind = state.lower().replace(" ", "-")
    return (
        f'<tr><td>{number}</td><td>{what}</td><td><span class="state {kind}">{state}</span></td>'
        f'<td class="amount">{amount} €</td>'
        f'<td><button hx-get="/fragment/details?number={number}" hx-target="#details">Open</button></td></tr>'
    )


def _details(claim: tuple[str, str, str, str]) -> str:
    number, what, state, amount = map(escape, claim)
    steps = "".join(f"<li>{step}</li>" for step in ("Received", "Checked", "Assessed", state))
    return (
        f'<article class="details"><h2>{number}: {what}</h2><ol>{steps}</ol><p>Claimed: <b>{amount} €</b></p></article>'
    )
