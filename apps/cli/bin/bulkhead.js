#!/usr/bin/env node
import module from 'node:module';

// Where Node can (22.8 and newer), what it compiles is kept between runs, so that the next one starts sooner.
module.enableCompileCache?.();
const { run } = await import('../dist/main.js');

process.exitCode = await run(process.argv.slice(2));
