/** What a visitor can change on the profile page. */
export type Profile = { name: string; email: string };

export type Customer = Profile & { id: number };

/** The demo has no database: these customers exist, and nobody else. */
export const customers: readonly Customer[] = [
  { id: 1, name: 'Alice', email: 'alice@example.com' },
  { id: 2, name: 'Ben', email: 'ben@example.com' },
  { id: 3, name: 'Chiara', email: 'chiara@example.com' },
];

/** The customer who is shown before anybody signed in or wrote a profile. */
export const sampleCustomer = customers[0] as Customer;

export function findCustomer(id: number | undefined): Customer | undefined {
  return customers.find((customer) => customer.id === id);
}
