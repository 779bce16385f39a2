import { Router } from 'tina4-nodejs';
import { hello, orderAnswer, orderPath, page, SHOPS } from '../contract/app.mjs';

const shops = Number(process.env.BENCH_SHOPS ?? SHOPS);

Router.get('/hello', async (_req, res) => res.json(hello));
for (let shop = 0; shop < shops; shop++) {
  Router.get(orderPath(shop, '{customer}', '{order}'), async ({ params }, res) =>
    res.json(orderAnswer(shop, params.customer, params.order)),
  );
}
Router.post('/echo', async (req, res) => res.json(req.body));
Router.get('/page', async (_req, res) => res.render('page.njk', page));
