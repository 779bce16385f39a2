/** What `GET /` of an app without routes shows in debug mode. */
export function welcomePage(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Tina4 is running</title>
<style>body{font:1.1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:12vh auto;padding:0 1rem}pre{padding:1rem;border:1px solid #8886;border-radius:.4rem;overflow:auto}</style>
</head>
<body>
<h1>Tina4 is running</h1>
<p>This app has no page at <code>/</code> yet. Write <code>src/routes/hello.ts</code>:</p>
<pre>import { Router } from "tina4-nodejs";

Router.get("/", async (req, res) =&gt; res.html("&lt;h1&gt;Hello&lt;/h1&gt;"));</pre>
<p>Save the file and reload this page.</p>
</body>
</html>
`;
}
