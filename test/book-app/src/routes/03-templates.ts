import { Router } from 'tina4-nodejs';
import { products } from '../services/products';

Router.get('/catalog', async (req, res) => {
  return res.html('catalog.twig', { title: 'Catalog', products, user: { name: '<Ann>' } });
});
Router.get('/catalog/today', async (req, res) => res.render('catalog.twig', { title: 'Today', products: [] }));
Router.get('/catalog/broken', async (req, res) => res.html('no-such.twig', {}));
