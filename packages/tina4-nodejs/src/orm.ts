/** What `tina4-nodejs/orm` gives. */
export { BaseModel, Database, IntegerField, ORM, QueryBuilder, StringField } from './not-built-names.js';
