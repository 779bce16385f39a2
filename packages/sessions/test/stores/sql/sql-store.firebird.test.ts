import { describeService } from '../../../../../test/services/describe-service.js';
import { describeSqlStore } from './sql-cases.js';
import { describeSqlConformance } from './sql-conformance.js';
import { makeFirebirdDatabase } from './sql-test-database.js';

describeService('firebird', (service) => {
  describeSqlStore('firebird', () => makeFirebirdDatabase(service.url));
  describeSqlConformance(
    () => makeFirebirdDatabase(service.url),
    () => service.url,
  );
});
