import { config } from 'zod';

// The browser runs under a content security policy without `unsafe-eval`; zod's generated parsers need it, and
// even probing for it is reported as a violation.
config({ jitless: true });

export { z } from 'zod';
