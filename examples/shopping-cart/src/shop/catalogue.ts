import type { Language } from './preferences.js';

export type Product = {
  id: number;
  name: Record<Language, string>;
  description: Record<Language, string>;
  price_cents: number;
  /** A drawing in `src/templates/pictures`. */
  picture: string;
};

/** Everything the shop sells, in the order of the shelves. */
export const products: readonly Product[] = [
  product(101, 'lamp', 3990, {
    en: ['Desk lamp', 'Warm light that stays on your page.'],
    de: ['Tischlampe', 'Warmes Licht, das auf der Seite bleibt.'],
  }),
  product(102, 'keyboard', 7999, {
    en: ['Keyboard', 'Quiet keys, no cable.'],
    de: ['Tastatur', 'Leise Tasten, kein Kabel.'],
  }),
  product(103, 'notebook', 650, {
    en: ['Notebook', 'Ninety-six dotted pages.'],
    de: ['Notizbuch', 'Sechsundneunzig gepunktete Seiten.'],
  }),
  product(104, 'mug', 1200, {
    en: ['Mug', 'Holds enough coffee for one bug.'],
    de: ['Becher', 'Genug Kaffee für einen Fehler.'],
  }),
  product(105, 'backpack', 8900, {
    en: ['Backpack', 'Twenty litres, two pockets, no squeak.'],
    de: ['Rucksack', 'Zwanzig Liter, zwei Taschen, kein Quietschen.'],
  }),
  product(106, 'headphones', 12900, {
    en: ['Headphones', 'The office, switched off.'],
    de: ['Kopfhörer', 'Das Büro, ausgeschaltet.'],
  }),
  product(107, 'clock', 3495, {
    en: ['Wall clock', 'Ticks only if you listen closely.'],
    de: ['Wanduhr', 'Tickt nur, wenn man genau hinhört.'],
  }),
  product(108, 'plant', 1875, {
    en: ['Pot plant', 'Forgives a week without water.'],
    de: ['Topfpflanze', 'Verzeiht eine Woche ohne Wasser.'],
  }),
  product(109, 'bottle', 2450, {
    en: ['Water bottle', 'Steel, and tight in every bag.'],
    de: ['Trinkflasche', 'Aus Stahl und dicht in jeder Tasche.'],
  }),
  product(110, 'umbrella', 2990, {
    en: ['Umbrella', 'Turns inside out and back again.'],
    de: ['Regenschirm', 'Klappt um und wieder zurück.'],
  }),
  product(111, 'pencils', 840, {
    en: ['Pencils', 'Three, sharpened.'],
    de: ['Bleistifte', 'Drei Stück, gespitzt.'],
  }),
  product(112, 'teapot', 4500, {
    en: ['Teapot', 'Pours without the last drop.'],
    de: ['Teekanne', 'Gießt ohne den letzten Tropfen.'],
  }),
];

export function findProduct(id: number | undefined): Product | undefined {
  return products.find((product) => product.id === id);
}

type NameAndDescription = readonly [name: string, description: string];

function product(
  id: number,
  picture: string,
  price_cents: number,
  texts: Record<Language, NameAndDescription>,
): Product {
  const [englishName, englishDescription] = texts.en;
  const [germanName, germanDescription] = texts.de;
  return {
    id,
    picture,
    price_cents,
    name: { en: englishName, de: germanName },
    description: { en: englishDescription, de: germanDescription },
  };
}
