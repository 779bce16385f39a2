/** One line of the cart. It is stored in the session as it is, so it holds only what JSON can say. */
export type CartItem = {
  product_id: number;
  name: string;
  price_cents: number;
  quantity: number;
};

export type CartLine = CartItem & { subtotal_cents: number };

export type CartSummary = {
  lines: CartLine[];
  /** All pieces together. */
  item_count: number;
  /** Different products. */
  unique_items: number;
  total_cents: number;
};

/** Lines that were taken out of the cart, and where the first of them stood. */
export type Removed = { items: CartItem[]; at: number };

/** More of one product than this is a mistake, and keeps all sums exact. */
export const MAX_QUANTITY = 10_000;

/** The cart with `item` in it. A product that is there already keeps its name and price and only counts up. */
export function addItem(cart: readonly CartItem[], item: CartItem): CartItem[] {
  const present = findItem(cart, item.product_id);
  if (present === undefined) return [...cart, item];
  return setQuantity(cart, item.product_id, present.quantity + item.quantity);
}

/** The cart with another quantity of a product. Zero or less takes it out. A product that is not there changes nothing. */
export function setQuantity(cart: readonly CartItem[], productId: number, quantity: number): CartItem[] {
  if (quantity <= 0) return removeItem(cart, productId);
  return cart.map((item) =>
    item.product_id === productId ? { ...item, quantity: Math.min(quantity, MAX_QUANTITY) } : item,
  );
}

export function removeItem(cart: readonly CartItem[], productId: number): CartItem[] {
  return cart.filter((item) => item.product_id !== productId);
}

/** The cart with removed lines where they were. What was added anew meanwhile is kept and counts up. */
export function putBack(cart: readonly CartItem[], { items, at }: Removed): CartItem[] {
  const isThere = (item: CartItem) => findItem(cart, item.product_id) !== undefined;
  const grown = items.filter(isThere).reduce<CartItem[]>(addItem, [...cart]);
  return grown.toSpliced(at, 0, ...items.filter((item) => !isThere(item)));
}

export function findItem(cart: readonly CartItem[], productId: number): CartItem | undefined {
  return cart.find((item) => item.product_id === productId);
}

/** Subtotals, counts and the total. */
export function summarize(cart: readonly CartItem[]): CartSummary {
  const lines = cart.map((item) => ({ ...item, subtotal_cents: item.price_cents * item.quantity }));
  return {
    lines,
    item_count: sum(lines.map((line) => line.quantity)),
    unique_items: lines.length,
    total_cents: sum(lines.map((line) => line.subtotal_cents)),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
