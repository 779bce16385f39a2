export * from '@tina4/core';
