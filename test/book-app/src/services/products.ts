export const products = [
  { id: 1, name: 'Keyboard', category: 'Electronics', price: 79.9, inStock: true },
  { id: 2, name: 'Desk Lamp', category: 'Office', price: 1234.5, inStock: false },
  { id: 3, name: 'Teapot & Cups', category: 'Kitchen', price: 30, inStock: true },
];

export function findProduct(id) {
  return products.find((product) => product.id === id);
}
