export const template = 'about.twig';

export default async () => ({ title: 'About us', team: ['Ann', 'Bob'] });
