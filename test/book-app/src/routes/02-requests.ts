import { Router, Validator } from 'tina4-nodejs';
import { mkdir, rename, writeFile } from 'node:fs/promises';

Router.post('/inspect/{id:int}', async (req, res) => {
  return res.json({
    method: req.method,
    path: req.path,
    url: req.url,
    params: req.params,
    query: req.query,
    body: req.body,
    agent: req.headers['user-agent'],
    theme: req.cookies.theme ?? 'none',
    ip: req.ip,
    missing: req.query.missing === undefined,
  });
});

// Answers of every kind
Router.get('/answers/created', async (req, res) => res.status(201).json({ id: 7 }));
Router.get('/answers/teapot', async (req, res) => res.json({ teapot: true }, 418));
Router.delete('/answers/nothing', async (req, res) => res.status(204).json(null));
Router.get('/answers/html', async (req, res) => res.html('<h1>Hello</h1>'));
Router.get('/answers/text', async (req, res) => res.text('plain words'));
Router.get('/answers/moved', async (req, res) => res.redirect('/answers/text'));
Router.get('/answers/moved-for-good', async (req, res) => res.redirect('/answers/text', 301));
Router.get('/answers/xml', async (req, res) => {
  return res.header('Content-Type', 'application/xml').text('<?xml version="1.0"?><items/>');
});
Router.get('/answers/headers', async (req, res) => {
  return res.header('X-Request-Id', 'abc').header('Cache-Control', 'no-store').json({ ok: true });
});
Router.get('/answers/cookies', async (req, res) => {
  return res
    .cookie('theme', 'dark', { maxAge: 3600, path: '/', httpOnly: true, sameSite: 'Strict' })
    .cookie('visits', '1')
    .json({ set: true });
});
Router.get('/answers/called', async (req, res) => res({ called: true }, 202));

// The same data for browsers, for programs, and as XML
Router.get('/negotiated', async (req, res) => {
  const accept = req.headers.accept ?? '';
  if (accept.includes('text/html')) return res.html('<p>Keyboard</p>');
  if (accept.includes('application/xml')) return res.header('Content-Type', 'application/xml').text('<name>Keyboard</name>');
  return res.json({ name: 'Keyboard' });
});

// Uploads
Router.post('/upload', async (req, res) => {
  const image = req.files?.image;
  if (!image) return res.error('NO_FILE', 'No file uploaded', 400);
  if (!['image/png', 'image/jpeg'].includes(image.type)) return res.error('BAD_TYPE', `Not an image: ${image.type}`);
  await mkdir('data/uploads', { recursive: true });
  await rename(image.tmpPath, `data/uploads/${image.name}`);
  return res.json({ name: image.name, type: image.type, size: image.size, title: req.body.title }, 201);
});
Router.post('/upload-many', async (req, res) => {
  const photos = Array.isArray(req.files.photos) ? req.files.photos : [req.files.photos];
  return res.json({ names: photos.map((photo) => photo.name) });
});

// Downloads
Router.get('/download', async (req, res) => {
  await mkdir('data', { recursive: true });
  await writeFile('data/report.csv', 'id,name\n1,Keyboard\n');
  return res.file('data/report.csv', 'Report March.csv');
});
Router.get('/download-missing', async (req, res) => res.file('data/none.pdf'));

// Checking what came
Router.post('/register', async (req, res) => {
  const v = new Validator(req.body);
  v.required('name').required('email').email('email').minLength('name', 2).inList('role', ['user', 'admin']);
  if (!v.isValid()) return res.error('VALIDATION_FAILED', v.errors()[0].message, 400);
  return res.status(201).json({ registered: req.body.name });
});
