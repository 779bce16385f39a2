export const meta = { summary: 'One order', tags: ['orders'], noAuth: true };

export default async function (req, res) {
  return res.json({ order: req.params.id });
}
