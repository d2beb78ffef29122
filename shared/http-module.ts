/**
 * The module node:http. An `import` of it reads all its exports, and since Node 22 one of them loads the client behind `fetch`,
 * which takes several megabytes.
 */
import { createRequire } from 'node:module';

export const http: typeof import('node:http') = createRequire(import.meta.url)('node:http');
