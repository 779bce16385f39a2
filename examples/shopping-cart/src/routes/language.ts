import { Router } from 'tina4-nodejs';
import { rememberLanguage } from '../shop/language-cookie.js';

Router.post('/api/set-language', async (req, res) => {
  const language = String(req.body.language ?? 'en');
  return rememberLanguage(res, language).json({ message: `Language set to ${language}` });
});

Router.get('/api/get-language', async (req, res) => {
  return res.json({ language: req.cookies.language ?? 'en' });
});
