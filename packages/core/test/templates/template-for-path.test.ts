import { expect, test } from '@jest/globals';
import { templateForPath } from '../../src/templates/template-for-path.js';

const pages = new Set([
  'pages/index.html',
  'pages/about.twig',
  'pages/shop/index.html',
  'pages/shop/cart.html',
  'pages/both.html',
  'pages/both.twig',
  'pages/_draft.html',
  'pages/partials/nav.html',
  'pages/errors/404.html',
  'secret.html',
]);

test.each([
  ['/', 'pages/index.html'],
  ['/about', 'pages/about.twig'],
  ['/about/', 'pages/about.twig'],
  ['/shop', 'pages/shop/index.html'],
  ['/shop/cart', 'pages/shop/cart.html'],
  ['/both', 'pages/both.html'],
  ['/shop/index', 'pages/shop/index.html'],
])('%s is answered by %s', (path, template) => {
  expect(templateForPath(path, (name) => pages.has(name))).toBe(template);
});

test.each([
  '/nothing',
  '/_draft',
  '/partials/nav',
  '/errors/404',
  '/../secret',
  '/shop/../../secret',
  '/.git',
  '/shop\\cart',
  '/about\0',
  'about',
  '/about.twig',
])('%j is no page', (path) => {
  expect(templateForPath(path, (name) => pages.has(name))).toBeUndefined();
});
