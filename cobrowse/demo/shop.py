"""The demo shop: a small site on an origin of its own, to try Cobrowse on.

It behaves as a careful real shop does: a strict Content-Security-Policy without inline script or style, cached static
files, a basket in a cookie, forms that work without JavaScript. Nothing entered anywhere is kept.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from cobrowse.demo import basket
from cobrowse.demo.products import CATEGORIES, PRODUCTS, Product, find, in_category, money, search
from cobrowse.demo.rendering import Markup, fill, join

STATIC = Path(__file__).parent / "static"
FORM_MAX_BYTES = 64 * 1024
STATIC_MAX_AGE_SECONDS = 3600
FEATURED = (3, 1, 5, 7, 8, 12)


def content_security_policy(hub_url: str) -> str:
    """What a strict site needs for the snippet: the hub in `script-src`, and with its sockets in `connect-src`."""
    sockets = hub_url.replace("http", "ws", 1)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {hub_url}",
            f"connect-src 'self' {hub_url} {sockets}",
            "style-src 'self'",
            "img-src 'self' data:",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class CachedStaticFiles(StaticFiles):
    """Static files that the browser may keep, so that the tab has them at hand for the agent's picture."""

    async def get_response(self, path: str, scope: Any) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = f"public, max-age={STATIC_MAX_AGE_SECONDS}"
        return response


class PageHeaders:
    """Adds the security headers to every answer."""

    def __init__(self, app: Starlette, policy: str) -> None:
        self.app = app
        self.headers = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self.headers]}
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Shop:
    """The pages. `hub_url` is where the snippet comes from, `site` the id it names."""

    def __init__(self, hub_url: str, site: str) -> None:
        self.hub_url = hub_url
        self.site = site

    # --- pages

    async def home(self, request: Request) -> Response:
        featured = [product for number in FEATURED if (product := find(number))]
        body = fill(
            "home",
            slides=join([fill("slide", **_fields(product)) for product in featured]),
            newest=join([_card(product) for product in PRODUCTS[-4:]]),
        )
        return self._page(request, "Things that last", body)

    async def catalogue(self, request: Request) -> Response:
        category = request.query_params.get("category", "")
        filters = [
            fill("filter", value=key, name=name, checked=Markup("checked") if key == category else "")
            for key, name in CATEGORIES.items()
        ]
        found = in_category(category)
        body = fill(
            "catalogue",
            filters=join(filters),
            cards=join([_card(product) for product in found]),
            count=len(found),
            all_checked="" if category in CATEGORIES else Markup("checked"),
        )
        return self._page(request, "Catalogue", body)

    async def product(self, request: Request) -> Response:
        product = find(request.path_params["number"])
        if product is None:
            return self._missing(request)
        colours = [
            fill("colour", name=colour, checked=Markup("checked") if index == 0 else "")
            for index, colour in enumerate(product.colours)
        ]
        related = [other for other in PRODUCTS if other.category == product.category and other is not product]
        body = fill(
            "product",
            **_fields(product),
            text=product.text,
            colours=join(colours),
            related=join([_card(other) for other in (related or list(PRODUCTS))[:3]]),
        )
        return self._page(request, product.name, body)

    async def search(self, request: Request) -> Response:
        words = request.query_params.get("q", "")[:100]
        found = search(words)
        body = fill("search", words=words, count=len(found), cards=join([_card(product) for product in found]))
        return self._page(request, "Search", body, words)

    async def basket(self, request: Request) -> Response:
        lines = _lines(request)
        if not lines:
            return self._page(request, "Basket", fill("basket_empty"))
        rows = [fill("basket_row", **_fields(line.product), count=line.pieces, sum=money(line.cents)) for line in lines]
        body = fill("basket", rows=join(rows), total=money(basket.total_cents(lines)))
        return self._page(request, "Basket", body)

    async def account(self, request: Request) -> Response:
        saved = fill("account_saved") if "saved" in request.query_params else Markup("")
        return self._page(request, "Your account", fill("account", saved=saved))

    async def payment(self, request: Request) -> Response:
        paid = "paid" in request.query_params
        body = fill("paid") if paid else fill("payment", total=money(basket.total_cents(_lines(request))))
        return self._page(request, "Payment", body)

    async def help(self, request: Request) -> Response:
        return self._page(request, "Help", fill("help"))

    # --- what forms send

    async def add(self, request: Request) -> Response:
        form = await _form(request)
        product = find(_number(form.get("product", "")))
        if product is None:
            return self._missing(request)
        lines = basket.add(_lines(request), product, _number(form.get("count", "1")) or 1)
        wants_json = request.headers.get("accept", "").startswith("application/json")
        answer: Response = JSONResponse({"count": basket.count(lines)}) if wants_json else _to("/basket")
        return _with_basket(answer, lines)

    async def remove(self, request: Request) -> Response:
        form = await _form(request)
        return _with_basket(_to("/basket"), basket.remove(_lines(request), _number(form.get("product", ""))))

    async def save(self, request: Request) -> Response:
        """Reads what was entered and keeps nothing of it."""
        await _form(request)
        return _to("/account?saved=1")

    async def pay(self, request: Request) -> Response:
        """Reads what was entered, keeps nothing of it, and empties the basket."""
        await _form(request)
        return _with_basket(_to("/checkout/payment?paid=1"), [])

    # --- the frame around every page

    def _page(self, request: Request, title: str, body: Markup, words: str = "", status: int = 200) -> Response:
        page = fill(
            "layout",
            title=title,
            body=body,
            words=words,
            basket_count=basket.count(_lines(request)),
            hub_url=self.hub_url,
            site=self.site,
        )
        return HTMLResponse(page, status_code=status, headers={"Cache-Control": "private, no-cache"})

    def _missing(self, request: Request) -> Response:
        return self._page(request, "Not found", fill("missing"), status=404)

    async def missing(self, request: Request, _error: Exception) -> Response:
        return self._missing(request)


def _fields(product: Product) -> dict[str, object]:
    return {
        "number": product.number,
        "name": product.name,
        "category": CATEGORIES[product.category],
        "category_id": product.category,
        "price": product.price,
        "cents": product.price_cents,
        "picture": product.picture,
        "rating": product.rating,
        "reviews": product.reviews,
        "line": product.line,
    }


def _card(product: Product) -> Markup:
    return fill("card", **_fields(product))


def _lines(request: Request) -> list[basket.Line]:
    return basket.read(request.cookies.get(basket.COOKIE, ""))


def _with_basket(response: Response, lines: list[basket.Line]) -> Response:
    response.set_cookie(basket.COOKIE, basket.write(lines), samesite="lax", httponly=True)
    return response


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


async def _form(request: Request) -> dict[str, str]:
    """The first value of every field of a urlencoded form; an oversized or other body counts as empty."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_MAX_BYTES:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def build_shop(hub_url: str, site: str = "shop") -> PageHeaders:
    """The shop as an ASGI application, carrying the snippet of the hub at `hub_url` for `site`."""
    shop = Shop(hub_url, site)
    routes = [
        Route("/", shop.home),
        Route("/catalogue", shop.catalogue),
        Route("/product/{number:int}", shop.product),
        Route("/search", shop.search),
        Route("/basket", shop.basket),
        Route("/basket/add", shop.add, methods=["POST"]),
        Route("/basket/remove", shop.remove, methods=["POST"]),
        Route("/account", shop.account),
        Route("/account", shop.save, methods=["POST"]),
        Route("/checkout/payment", shop.payment),
        Route("/checkout/payment", shop.pay, methods=["POST"]),
        Route("/help", shop.help),
        Mount("/static", CachedStaticFiles(directory=STATIC)),
    ]
    app = Starlette(routes=routes, exception_handlers={404: shop.missing})
    return PageHeaders(app, content_security_policy(hub_url))
