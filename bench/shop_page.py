"""A page as shops have them, made with a framework: Bootstrap's own stylesheet, linked, and about 570 elements."""

from html import escape

CARDS = 39
NAMES = ("Lamp", "Chair", "Teapot", "Rug", "Bowl", "Clock", "Shelf")
PLACES = ("Kitchen", "Living", "Office", "Garden", "Nursery", "Bath")


def shop_page(css: str) -> str:
    """The page; `css` is the address of Bootstrap's stylesheet."""
    cards = "".join(_card(n) for n in range(CARDS))
    places = "".join(f'<li class="nav-item"><a class="nav-link" href="/c/{place}">{place}</a></li>' for place in PLACES)
    boxes = "".join(
        f'<div class="form-check"><input class="form-check-input" type="checkbox" id="c{n}" name="place" value="{n}">'
        f'<label class="form-check-label" for="c{n}">{place}</label></div>'
        for n, place in enumerate(PLACES)
    )
    return f"""<!doctype html><html lang="en" data-bs-theme="light"><head><meta charset="utf-8"><title>Shop</title>
<link rel="stylesheet" href="{escape(css)}"></head><body>
<nav class="navbar navbar-expand-lg bg-body-tertiary"><div class="container"><a class="navbar-brand" href="/">Shop</a>
<ul class="navbar-nav me-auto">{places}</ul><form class="d-flex" role="search">
<input class="form-control me-2" type="search" name="q" placeholder="Search"><button class="btn btn-outline-success"
type="submit">Search</button></form></div></nav>
<div class="container"><div class="row"><aside class="col-3"><h2 class="h5">Filter</h2><form>{boxes}
<select class="form-select" name="sort"><option>Newest</option><option>Price</option><option>Name</option></select>
</form></aside><main class="col-9"><h1>Catalogue</h1><div class="row row-cols-3 g-4">{cards}</div></main></div></div>
<footer class="py-3 my-4 border-top"><p class="text-body-secondary">© Shop</p></footer></body></html>"""


def _card(n: int) -> str:
    name = f"{NAMES[n % len(NAMES)]} {n}"
    return f"""<div class="col"><article class="card h-100" id="p{n}"><svg class="card-img-top" viewBox="0 0 40 30"
role="img" aria-label="{name}"><rect width="40" height="30" fill="#ddd"></rect><circle cx="20" cy="15" r="{n % 9 + 3}"
fill="#8ac"></circle></svg><div class="card-body"><h5 class="card-title"><a href="/product/{n}">{name}</a></h5>
<p class="card-text">Made by hand, number {n} of a small series. <small class="text-body-secondary">In stock</small></p>
<span class="badge text-bg-light" style="margin-right: {n % 5}px">{19 + 7 * n % 90}.00</span></div>
<div class="card-footer"><button type="button" class="btn btn-sm btn-primary" data-id="{n}">Add to basket</button>
</div></article></div>"""
