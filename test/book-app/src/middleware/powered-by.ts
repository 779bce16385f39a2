export async function addPoweredBy(req, res, next) {
  res.header('X-Powered-By', 'Tina4');
  return await next(req, res);
}
