import type { Language } from '../preferences.js';
import { english } from './english.js';
import { german } from './german.js';

/** Every text that pages show; English is the measure for all languages. */
export type Texts = typeof english;

const texts: Record<Language, Texts> = { en: english, de: german };

export function textsOf(language: Language): Texts {
  return texts[language];
}
