"""What the demo shop sells, and how it is found."""

from typing import NamedTuple


class Product(NamedTuple):
    """A thing in the shop; the price is in cents."""

    number: int
    name: str
    category: str
    price_cents: int
    picture: str
    rating: float
    reviews: int
    line: str
    text: str
    colours: tuple[str, ...]

    @property
    def price(self) -> str:
        """The price as the shop shows it: `€ 49.90`."""
        return money(self.price_cents)


def money(cents: int) -> str:
    """Cents as the shop shows them: `€ 1,249.00`."""
    return f"€ {cents / 100:,.2f}"


PRODUCTS: tuple[Product, ...] = (
    Product(1, "Harbour desk lamp", "light", 8_900, "lamp.svg", 4.5, 128, "Warm light that bends where you need it.",
            "A jointed arm, a brass hinge and a shade that keeps the glare out of your eyes. Takes any E14 bulb.",
            ("Forest", "Sand", "Black")),
    Product(2, "Plain wall clock", "living", 5_400, "clock.svg", 4.0, 61, "Silent hands in an oiled oak frame.",
            "No ticking, no logo, no numbers: just the time. Runs on one AA battery for about a year.",
            ("Oak", "Walnut")),
    Product(3, "Corner armchair", "living", 42_900, "armchair.png", 5.0, 42, "Deep, firm and easy to get out of.",
            "Solid beech legs and a wool cover that comes off for washing. Comes with one cushion.",
            ("Forest", "Ochre", "Slate")),
    Product(4, "Breakfast mug", "kitchen", 1_490, "mug.svg", 4.5, 310, "Holds a third of a litre and your morning.",
            "Stoneware, thrown and glazed by hand, so each one is a little different. Dishwasher safe.",
            ("Terracotta", "Blue", "Cream")),
    Product(5, "River teapot", "kitchen", 3_900, "teapot.png", 4.0, 87, "Pours without a drop on the table.",
            "One litre, with a steel sieve that lifts out. The handle stays cool.", ("Blue", "Cream")),
    Product(6, "Old town radio", "living", 11_900, "radio.webp", 3.5, 54, "One knob for volume, one for stations.",
            "A walnut case with a speaker that fills a kitchen. FM and DAB+, mains or batteries.",
            ("Walnut", "White")),
    Product(7, "Weekend backpack", "travel", 9_800, "backpack.webp", 4.5, 196, "Twenty-two litres and a dry laptop.",
            "Waxed cotton with leather straps. A flat pocket at the back keeps papers flat.", ("Navy", "Olive")),
    Product(8, "Dot grid notebook", "work", 1_850, "notebook.svg", 5.0, 402, "Lies flat from the first page.",
            "192 numbered pages of paper that takes ink well, two ribbons and a pocket.", ("Violet", "Grey", "Red")),
    Product(9, "Hand coffee grinder", "kitchen", 6_400, "grinder.webp", 4.0, 73, "Ninety seconds for two cups.",
            "Steel burrs with eighteen settings, from Turkish to French press.", ("Beech", "Walnut")),
    Product(10, "Window plant with pot", "living", 2_400, "plant.svg", 4.5, 88, "Forgives you two weeks without water.",
            "A young rubber plant in a clay pot with a hole and a saucer.", ("Clay", "White")),
    Product(11, "Yellow umbrella", "travel", 3_200, "umbrella.svg", 3.5, 39, "Turns a wet day around.",
            "Eight glass-fibre ribs that bend in the wind and come back. Ash handle.", ("Yellow", "Navy")),
    Product(12, "Pine candle", "light", 1_900, "candle.svg", 4.0, 115, "Forty hours of a walk in the woods.",
            "Rapeseed wax with oil of pine and a cotton wick, poured in small batches.", ("Pine", "Plain")),
)  # fmt: skip

CATEGORIES: dict[str, str] = {
    "light": "Light",
    "living": "Living",
    "kitchen": "Kitchen",
    "work": "Work",
    "travel": "On the way",
}

_BY_NUMBER = {product.number: product for product in PRODUCTS}


def find(number: int) -> Product | None:
    """The product with this number, or None."""
    return _BY_NUMBER.get(number)


def in_category(category: str) -> list[Product]:
    """The products of a category; all where it is empty or unknown."""
    if category not in CATEGORIES:
        return list(PRODUCTS)
    return [product for product in PRODUCTS if product.category == category]


def search(words: str) -> list[Product]:
    """The products whose name or text holds every word; none for no words."""
    wanted = words.casefold().split()
    if not wanted:
        return []
    return [p for p in PRODUCTS if all(word in f"{p.name} {p.line} {p.text}".casefold() for word in wanted)]
