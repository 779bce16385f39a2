import { expect, test } from '@jest/globals';
import * as exported from '../src/index.js';

// What is not listed is not public. A name that is added or removed is a decision, made here.
const names = `
  FileStore HandlerStore MemoryStore SESSION_ERROR_CODES SessionError SessionUnavailableError StoreRefusedError
  StoreUnavailableError checkStore createSessionEngine describeThisProcess handleOfKey isSessionHandle judgeProcess openSharedCache openSharedRateLimit openStore
  reportStore revokeSession sweepStore
`;

test('the session half exports these names and no others', () => {
  expect(Object.keys(exported).sort()).toEqual(names.trim().split(/\s+/).sort());
});
