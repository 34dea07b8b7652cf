import fc from 'fast-check';

// Every property runs the same cases each time, so that a red build is red again; BULKHEAD_FUZZ_SEED asks for others.
fc.configureGlobal({ seed: Number(process.env['BULKHEAD_FUZZ_SEED'] ?? 20260801) });
