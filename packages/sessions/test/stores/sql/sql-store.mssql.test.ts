import { describeService } from '../../../../../test/services/describe-service.js';
import { describeSqlStore } from './sql-cases.js';
import { describeSqlConformance } from './sql-conformance.js';
import { makeTestDatabase } from './sql-test-database.js';

describeService('mssql', (service) => {
  describeSqlStore('mssql', () => makeTestDatabase(service.url));
  describeSqlConformance(
    () => makeTestDatabase(service.url),
    () => service.url,
  );
});
