"""Names of real brands with what they sell, and ordinary titles of listings, for the bench of spoofs."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from catalog.rules.lookalikes.brand_index import BrandEntry

SOLD = {
    "Shoes": "Vans; Crocs; Ugg; Timberland; Birkenstock; Dr. Martens; Clarks; Skechers; Converse; Jimmy Choo;"
    " Havaianas; Christian Louboutin; Hoka; Salomon; Geox",
    "Shoes, Clothing, Sports": "Nike; Adidas; Puma; Reebok; Fila; Asics; New Balance; Under Armour; Champion; Umbro;"
    " Jordan; Kappa; Lotto; Mizuno; Saucony; Columbia; The North Face; Patagonia; Lululemon; Speedo",
    "Clothing": "Zara; H&M; Uniqlo; Gap; Levi's; Wrangler; Lee; Diesel; G-Star RAW; 7 For All Mankind; Moncler;"
    " Canada Goose; Supreme; Stüssy; Abercrombie & Fitch; Hollister; Superdry; Mango; Desigual; Carhartt; Dickies;"
    " Tommy Hilfiger; Polo; Ralph Lauren; Lacoste; Fred Perry; Ben Sherman; Barbour; Off-White; Bape",
    "Clothing, Bags, Shoes": "Gucci; Prada; Louis Vuitton; Chanel; Hermès; Dior; Fendi; Burberry; Versace; Balenciaga;"
    " Givenchy; Valentino; Armani; Boss; Guess; Coach; Michael Kors; Kate Spade; Tory Burch; Calvin Klein; Furla;"
    " Longchamp; Dolce & Gabbana; Saint Laurent; Bottega Veneta; Salvatore Ferragamo; Miu Miu; Loewe; Celine; MCM",
    "Watches, Jewellery": "Rolex; Omega; Cartier; Breitling; TAG Heuer; Patek Philippe; Audemars Piguet; Hublot;"
    " Tissot; Longines; Seiko; Casio; Fossil; Swatch; Citizen; Panerai; Swarovski; Pandora; Tiffany; Bulgari; IWC",
    "Eyewear": "Ray-Ban; Oakley; Persol; Maui Jim",
    "Beauty": "L'Oréal; Maybelline; MAC; Estée Lauder; Lancôme; Clinique; Shiseido; Kiehl's; Nivea; Dove; Olay;"
    " Neutrogena; La Roche-Posay; Fenty Beauty; Kérastase; Sephora; Benefit; Yves Rocher; Moroccanoil",
    "Electronics": "Apple; Samsung; Sony; Bose; Beats; JBL; Canon; Nikon; GoPro; Garmin; Fitbit; Huawei; Xiaomi;"
    " Lenovo; Logitech; Anker; Nintendo; PlayStation; Dyson; Philips; Panasonic; LG; HP; Intel; SanDisk; Sennheiser",
    "Toys": "Lego; Barbie; Hasbro; Playmobil; Funko; Mattel; Disney; Pokémon; Hello Kitty; Fisher-Price; Nerf",
    "Home, Tools": "Ikea; Tefal; Le Creuset; Bosch; Makita; DeWalt; Tupperware; KitchenAid; Nespresso; Stanley; Yeti",
    "Food": "Nestlé; Ferrero; Lindt; Häagen-Dazs; Red Bull; Coca-Cola; Nutella",
    "Baby": "Pampers; Huggies; Chicco; Bugaboo",
}
"""Brands by the categories in which they are sold; from general knowledge, as of 2026."""

PRODUCT_WORDS = {"Polo", "Supreme"}
"""Brands whose names are words in titles of the very things that they sell."""

_NAMED = (
    "door boots fill herpes modern pull polio none candy dire boost loss lifer vain coat zebra lever leaves omelette"
    " prude puny pump gape fuss gauche lawn hose rode nice bike like mike hike pike node nuke nine adios radius"
    " samson sonny cannon canyon roles relax rolled role's vase vents cocoa chance channel charnel dove dive love"
    " fossils diesels bosses apples gaps coaches oranges tapestry guest guesses quest hermit hermits homes"
)
NAMED_INNOCENTS = _NAMED.split()
"""Words that are near to names; the first are those of our research."""

_NOUNS = {
    "Shoes": "boots sandals sneakers loafers heels slippers trainers clogs laces insoles",
    "Clothing": "dress shirt jacket hoodie jeans socks belt scarf coat sweater polo_shirt leggings vest skirt",
    "Bags": "backpack tote handbag wallet purse suitcase clutch duffel",
    "Watches": "watch strap bracelet chronograph watch_box winder",
    "Jewellery": "necklace ring earrings pendant brooch bangle charm anklet",
    "Eyewear": "sunglasses reading_glasses frame lens_cloth goggles",
    "Beauty": "lipstick mascara face_cream shampoo perfume nail_polish hair_mask body_lotion eye_shadow",
    "Electronics": "headphones phone_case charger keyboard camera_bag speaker cable tripod power_bank drone",
    "Toys": "puzzle doll building_blocks board_game plush_bear kite train_set",
    "Home": "pan kettle pillow candle door_mat lamp curtain mug vase_set cutting_board",
    "Tools": "drill hammer saw wrench tape_measure tool_box screwdriver_set",
    "Food": "chocolate coffee_beans olive_oil honey tea biscuits dried_mango",
    "Baby": "stroller diapers bib pacifier baby_blanket rattle",
    "Sports": "yoga_mat dumbbell tennis_racket football jersey swim_cap helmet",
}
_COLOURS = "black white red navy blue green grey pink orange gold silver beige coral"
_KINDS = "vintage modern supreme soft classic handmade waterproof slim genuine light new cotton leather kids"
_ENDS = "for men;for women;set of 3;size 42;2 pack;100 ml;with box;XL;gift;on sale!;A5;50 cm;12V;unisex;eco"


def brands() -> list[BrandEntry]:
    """Return all brands."""
    return [
        BrandEntry(name, (), tuple(categories.split(", ")), name in PRODUCT_WORDS)
        for categories, names in SOLD.items()
        for name in names.split("; ")
    ]


def titles(words: list[str], count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield titles that name no brand, with the category; each has a word or two of these as maker and model."""
    random = Random(seed)
    for number in range(count):
        category = random.choice(list(_NOUNS))
        noun = random.choice(_NOUNS[category].split()).replace("_", " ")
        made_up = [random.choice(words) for _word in range(random.randint(1, 2))]
        parts = [
            *made_up,
            random.choice(_COLOURS.split()),
            random.choice(_KINDS.split()),
            noun,
            random.choice(_ENDS.split(";")),
        ]
        code = f"{random.choice('ABDEGKMSTX')}{random.randint(10, 999)}" if number % 4 == 0 else ""
        title = " ".join(filter(None, [*parts, code]))
        yield (title.title(), title, title.capitalize(), title.upper())[number % 4], category
