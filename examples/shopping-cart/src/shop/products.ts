import type { Language } from './preferences.js';

/** What the shop says about a product in one language. */
export type ProductTexts = {
  name: string;
  /** One line, for the shelf. */
  description: string;
  /** A few sentences, for the product's own page. */
  about: string;
  material: string;
};

export type Product = {
  id: number;
  /** A drawing in `src/templates/pictures`. */
  picture: string;
  price_cents: number;
  size: string;
  texts: Record<Language, ProductTexts>;
};

/** Everything the shop sells, in the order of the shelves. It stands in for the database, so this file is as long as it is. */
export const products: readonly Product[] = [
  {
    id: 101,
    picture: 'lamp',
    price_cents: 3990,
    size: '42 × 18 cm',
    texts: {
      en: {
        name: 'Desk lamp',
        description: 'Warm light that stays on your page.',
        about:
          'Two joints hold the shade where you leave it. The switch sits on the foot, where a hand finds it in the dark.',
        material: 'Painted steel',
      },
      de: {
        name: 'Tischlampe',
        description: 'Warmes Licht, das auf der Seite bleibt.',
        about:
          'Zwei Gelenke halten den Schirm, wo er ist. Der Schalter sitzt am Fuß, wo ihn die Hand im Dunkeln findet.',
        material: 'Lackierter Stahl',
      },
    },
  },
  {
    id: 102,
    picture: 'keyboard',
    price_cents: 7999,
    size: '29 × 12 cm',
    texts: {
      en: {
        name: 'Keyboard',
        description: 'Quiet keys, no cable.',
        about: 'Sixty-eight keys that the next desk does not hear. One charge lasts three months of long days.',
        material: 'Aluminium',
      },
      de: {
        name: 'Tastatur',
        description: 'Leise Tasten, kein Kabel.',
        about:
          'Achtundsechzig Tasten, die der Nachbartisch nicht hört. Eine Ladung reicht für drei Monate langer Tage.',
        material: 'Aluminium',
      },
    },
  },
  {
    id: 103,
    picture: 'notebook',
    price_cents: 650,
    size: 'A5',
    texts: {
      en: {
        name: 'Notebook',
        description: 'Ninety-six dotted pages.',
        about: 'Opens flat at every page and takes a fountain pen without showing it on the back.',
        material: 'Recycled paper, 100 g/m²',
      },
      de: {
        name: 'Notizbuch',
        description: 'Sechsundneunzig gepunktete Seiten.',
        about: 'Liegt auf jeder Seite flach und verträgt einen Füller, ohne dass man ihn auf der Rückseite sieht.',
        material: 'Recyclingpapier, 100 g/m²',
      },
    },
  },
  {
    id: 104,
    picture: 'mug',
    price_cents: 1200,
    size: '300 ml',
    texts: {
      en: {
        name: 'Mug',
        description: 'Holds enough coffee for one bug.',
        about: 'Thick walls keep it warm until the tests are green. The handle has room for three fingers.',
        material: 'Stoneware',
      },
      de: {
        name: 'Becher',
        description: 'Genug Kaffee für einen Fehler.',
        about: 'Dicke Wände halten warm, bis die Tests grün sind. Der Henkel hat Platz für drei Finger.',
        material: 'Steinzeug',
      },
    },
  },
  {
    id: 105,
    picture: 'backpack',
    price_cents: 8900,
    size: '46 × 30 × 14 cm',
    texts: {
      en: {
        name: 'Backpack',
        description: 'Twenty litres, two pockets, no squeak.',
        about: 'A padded sleeve for the laptop, a pocket for the keys, and straps that stay where you set them.',
        material: 'Waxed cotton',
      },
      de: {
        name: 'Rucksack',
        description: 'Zwanzig Liter, zwei Taschen, kein Quietschen.',
        about:
          'Ein gepolstertes Fach für den Rechner, eine Tasche für die Schlüssel und Riemen, die sich nicht verstellen.',
        material: 'Gewachste Baumwolle',
      },
    },
  },
  {
    id: 106,
    picture: 'headphones',
    price_cents: 12900,
    size: '19 × 17 cm',
    texts: {
      en: {
        name: 'Headphones',
        description: 'The office, switched off.',
        about: 'Cushions for six hours, and a button that lets voices through when somebody waves.',
        material: 'Aluminium and wool',
      },
      de: {
        name: 'Kopfhörer',
        description: 'Das Büro, ausgeschaltet.',
        about: 'Polster für sechs Stunden und ein Knopf, der Stimmen hereinlässt, wenn jemand winkt.',
        material: 'Aluminium und Wolle',
      },
    },
  },
  {
    id: 107,
    picture: 'clock',
    price_cents: 3495,
    size: '25 cm',
    texts: {
      en: {
        name: 'Wall clock',
        description: 'Ticks only if you listen closely.',
        about: 'Figures that are read from the far end of the room. It sets itself twice a year.',
        material: 'Steel and glass',
      },
      de: {
        name: 'Wanduhr',
        description: 'Tickt nur, wenn man genau hinhört.',
        about: 'Lesbar vom anderen Ende des Zimmers. Zweimal im Jahr stellt sie sich selbst.',
        material: 'Stahl und Glas',
      },
    },
  },
  {
    id: 108,
    picture: 'plant',
    price_cents: 1875,
    size: '30 cm',
    texts: {
      en: {
        name: 'Pot plant',
        description: 'Forgives a week without water.',
        about: 'Grows towards any window. It comes with its pot and a note on when to water it.',
        material: 'Clay pot',
      },
      de: {
        name: 'Topfpflanze',
        description: 'Verzeiht eine Woche ohne Wasser.',
        about: 'Wächst auf jedes Fenster zu. Sie kommt mit Topf und einem Zettel, wann sie Wasser braucht.',
        material: 'Tontopf',
      },
    },
  },
  {
    id: 109,
    picture: 'bottle',
    price_cents: 2450,
    size: '500 ml',
    texts: {
      en: {
        name: 'Water bottle',
        description: 'Steel, and tight in every bag.',
        about: 'Two walls keep the cold in for a day. The cap opens with one hand.',
        material: 'Stainless steel',
      },
      de: {
        name: 'Trinkflasche',
        description: 'Aus Stahl und dicht in jeder Tasche.',
        about: 'Zwei Wände halten einen Tag lang kalt. Der Deckel geht mit einer Hand auf.',
        material: 'Edelstahl',
      },
    },
  },
  {
    id: 110,
    picture: 'umbrella',
    price_cents: 2990,
    size: '98 cm',
    texts: {
      en: {
        name: 'Umbrella',
        description: 'Turns inside out and back again.',
        about: 'Eight ribs that bend in the wind instead of breaking. Dry enough for the bag after one shake.',
        material: 'Glass fibre, recycled polyester',
      },
      de: {
        name: 'Regenschirm',
        description: 'Klappt um und wieder zurück.',
        about: 'Acht Streben, die sich im Wind biegen, statt zu brechen. Einmal schütteln, und er darf in die Tasche.',
        material: 'Glasfaser, recyceltes Polyester',
      },
    },
  },
  {
    id: 111,
    picture: 'pencils',
    price_cents: 840,
    size: '17 cm',
    texts: {
      en: {
        name: 'Pencils',
        description: 'Three, sharpened.',
        about: 'One soft, one hard, one in between. Each has an eraser that does not smear.',
        material: 'Cedar',
      },
      de: {
        name: 'Bleistifte',
        description: 'Drei Stück, gespitzt.',
        about: 'Einer weich, einer hart, einer dazwischen. Jeder mit einem Radierer, der nicht schmiert.',
        material: 'Zedernholz',
      },
    },
  },
  {
    id: 112,
    picture: 'teapot',
    price_cents: 4500,
    size: '1200 ml',
    texts: {
      en: {
        name: 'Teapot',
        description: 'Pours without the last drop.',
        about: 'Enough for four cups. The strainer lifts out, and the lid stays on when you pour.',
        material: 'Glazed stoneware',
      },
      de: {
        name: 'Teekanne',
        description: 'Gießt ohne den letzten Tropfen.',
        about: 'Reicht für vier Tassen. Das Sieb lässt sich herausheben, und der Deckel bleibt beim Gießen, wo er ist.',
        material: 'Glasiertes Steinzeug',
      },
    },
  },
];
