/** A page, a form that keeps something in the session, and the test of both. `name` is the project's. */
export function pageFiles(name: string): Readonly<Record<string, string>> {
  return {
    'src/routes/home.ts': routes,
    'src/templates/home.html': template(name),
    'src/public/css/app.css': styles,
    'tests/Home.ts': test,
  };
}

const routes = `import { Router } from 'tina4-nodejs';

Router.get('/', async (req, res) => {
  return res.html('home.html', { notes: req.session.notes ?? [] });
});

// The name behind the handler is middleware: it refuses forms that are not ours.
Router.post(
  '/notes',
  async (req, res) => {
    const text = String(req.body.text ?? '').trim().slice(0, 200);
    if (text !== '') req.session.notes = [...(req.session.notes ?? []), text].slice(-50);
    return res.redirect('/');
  },
  'CsrfMiddleware',
);
`;

function template(name: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${name}</title>
  <link rel="stylesheet" href="/css/app.css">
</head>
<body>
  <main>
    <h1>${name}</h1>
    <p>This page is <code>src/templates/home.html</code>, shown by <code>src/routes/home.ts</code>. Change one of them and look here.</p>
    <h2>Notes</h2>
    <p>They are kept in your session.</p>
    <form method="post" action="/notes">
      {{ form_token() }}
      <label for="text">Note</label>
      <input id="text" name="text" maxlength="200" required>
      <button>Add</button>
    </form>
    <ul>
      {% for note in notes %}<li>{{ note }}</li>{% else %}<li>Nothing yet</li>{% endfor %}
    </ul>
  </main>
</body>
</html>
`;
}

const styles = `body {
  font: 1.1rem/1.5 system-ui, sans-serif;
}

main {
  max-width: 40rem;
  margin: 10vh auto;
  padding: 0 1rem;
}

input,
button {
  font: inherit;
  padding: 0.3em 0.6em;
}
`;

const test = `import { Test } from 'tina4-nodejs/test';

export class Home extends Test {
  async testPageIsShown() {
    const { status, body } = await this.testGet('/');
    this.assertEqual(status, 200);
    this.assertContains(body, 'Nothing yet');
  }

  async testNoteIsKeptInTheSession() {
    const page = await this.testGet('/');
    const token = /name="formToken" value="([^"]+)"/.exec(page.body)?.[1];
    await this.testPost('/notes', { text: 'buy <tea>', formToken: token });
    this.assertContains((await this.testGet('/')).body, 'buy &lt;tea&gt;');
  }

  async testFormOfAnotherSiteIsRefused() {
    this.assertEqual((await this.testPost('/notes', { text: 'spam' })).status, 403);
  }
}
`;
