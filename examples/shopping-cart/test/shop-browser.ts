import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of a Chromium on this machine; undefined when there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

export async function launchChromium(executablePath: string): Promise<Browser> {
  // Chromium refuses its sandbox to root, and containers often run as root. It only sees the shop.
  return chromium.launch({ executablePath, args: ['--no-sandbox'], timeout: 30_000 });
}
