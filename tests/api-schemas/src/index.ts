export { parseExported } from './parse.ts';
export { schemaProblems } from './validate.ts';
