/** What `tina4-nodejs/frond` gives. */
export { Frond } from './not-built-names.js';
