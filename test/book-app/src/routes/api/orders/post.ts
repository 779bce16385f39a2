export default async (req, res) => {
  return res.status(201).json({ created: req.body });
};
