// What the shop sells. Prices in euros.
window.CATALOGUE = [
  {"id": "arc-lamp", "name": "Arc desk lamp", "price": 129, "category": "light", "text": "Warm light on a slim brass arm. Dims with a turn of the wrist."},
  {"id": "oak-shelf", "name": "Oak wall shelf", "price": 89, "category": "storage", "text": "Solid oak, two brackets, ten minutes with a drill."},
  {"id": "field-notebook", "name": "Field notebook", "price": 18, "category": "paper", "text": "192 dotted pages that lie flat and take a fountain pen."},
  {"id": "stone-mug", "name": "Stoneware mug", "price": 24, "category": "kitchen", "text": "Thrown by hand, glazed twice. Holds a third of a litre."},
  {"id": "quiet-clock", "name": "Quiet clock", "price": 64, "category": "light", "text": "A sweeping hand and no tick at all. One battery a year."},
  {"id": "fern-pot", "name": "Fern in a pot", "price": 32, "category": "plants", "text": "Likes shade and Mondays. Arrives with its pot and a note."},
  {"id": "brass-pen", "name": "Brass pen", "price": 42, "category": "paper", "text": "Heavy enough to mean it. Takes any standard refill."},
  {"id": "linen-tray", "name": "Linen tray", "price": 38, "category": "storage", "text": "Keeps keys, cables and small regrets in one place."},
];
