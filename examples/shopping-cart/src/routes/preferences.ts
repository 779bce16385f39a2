import { Router } from 'tina4-nodejs';
import '../shop/session-data.js';
import { wholeNumberOf } from '../shop/whole-number.js';

Router.post('/api/preferences', async (req, res) => {
  req.session.language = String(req.body.language ?? 'en');
  req.session.theme = String(req.body.theme ?? 'light');
  req.session.items_per_page = wholeNumberOf(req.body.items_per_page) ?? 20;

  const { language, theme, items_per_page } = req.session;
  return res.json({ message: 'Preferences saved', preferences: { language, theme, items_per_page } });
});

Router.get('/api/preferences', async (req, res) => {
  const { language, theme, items_per_page } = req.session;
  return res.json({ language: language ?? 'en', theme: theme ?? 'light', items_per_page: items_per_page ?? 20 });
});

/** Empties the session and keeps its id. */
Router.post('/api/session/clear', async (req, res) => {
  req.session = {};
  return res.json({ message: 'Session cleared' });
});
