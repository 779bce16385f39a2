import type { Config, SessionEngine } from '@tina4/core';
export async function openSessions(_config: Config, _projectDir: string): Promise<SessionEngine | undefined> {
  return undefined;
}
