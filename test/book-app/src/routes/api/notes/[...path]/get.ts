export default async (req, res) => res.json({ note: req.params.path });
