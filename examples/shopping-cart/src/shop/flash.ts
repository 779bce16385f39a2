import type { Session } from 'tina4-nodejs';

/** A message for the next page only: stored before a redirect, shown once after it. */
export type Flash = {
  type: 'success' | 'error';
  message: string;
  /** A button beside the message brings back what was taken out of the cart. */
  canUndo?: boolean;
};

/** The message for this page, taken out of the session; null when there is none. */
export function takeFlash(session: Session): Flash | null {
  const flash = session._flash ?? null;
  delete session._flash;
  return flash;
}
