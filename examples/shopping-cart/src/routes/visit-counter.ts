import { Router } from 'tina4-nodejs';
import '../shop/session-data.js';

Router.get('/visit-counter', async (req, res) => {
  const count = (req.session.visit_count ?? 0) + 1;
  req.session.visit_count = count;
  return res.json({
    visit_count: count,
    message: `You have visited this page ${count} ${count === 1 ? 'time' : 'times'}`,
  });
});
