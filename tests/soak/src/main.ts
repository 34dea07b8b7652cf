import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startRemoteCluster } from './remote-cluster.ts';
import { header, row, summary } from './report.ts';
import { soak } from './soak.ts';

const USAGE = `Usage: pnpm soak [--minutes N] [--changes N] [--fault-every-ms N] [--seed N] [--json FILE]

Runs a live source against a stand-in API server that changes and fails, then checks that memory is level, that no
listener leaks and that the final state equals a fresh list. Exits with 1 when a check fails.
  --minutes N         how long; 1 by default
  --changes N         changes a minute; 6000 by default
  --fault-every-ms N  one fault every so often; 700 by default, 0 for none
  --seed N            the same changes and faults again
  --json FILE         writes the report there; standard output by default
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: 'string', default: '1' },
      changes: { type: 'string', default: '6000' },
      'fault-every-ms': { type: 'string', default: '700' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return;
  }
  const durationMs = Number(values.minutes) * 60_000;
  const cluster = await startRemoteCluster({
    seed: Number(values.seed),
    changesPerMinute: Number(values.changes),
    faultEveryMs: Number(values['fault-every-ms']),
  });
  try {
    console.error(header());
    const report = await soak({
      cluster,
      durationMs,
      sampleEveryMs: Math.max(1000, durationMs / 60),
      settleMs: 30_000,
      onSample: (sample) => console.error(row(sample)),
    });
    console.error(summary(report));
    const text = `${JSON.stringify({ seed: Number(values.seed), ...report }, null, 2)}\n`;
    if (values.json === undefined) process.stdout.write(text);
    else writeFileSync(values.json, text);
    process.exitCode = report.passed ? 0 : 1;
  } finally {
    await cluster.stop();
  }
}

await main();
