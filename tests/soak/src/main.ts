import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startRemoteCluster } from './remote-cluster.ts';
import { header, row, summary } from './report.ts';
import { soak } from './soak.ts';

const USAGE = `Usage: pnpm soak [--minutes N] [--changes N] [--fault-every-ms N] [--seed N] [--json FILE]
                 [--real] [--pods-per-deployment N]

Runs a live source against an API server (a stand-in by default) that changes and fails, then checks that memory is level, that no
listener leaks and that the final state equals a fresh list. Exits with 1 when a check fails.
  --minutes N         how long; 1 by default
  --changes N         changes a minute; 6000 by default
  --fault-every-ms N  one fault every so often; 700 by default, 0 for none
  --real              against a kube-apiserver and its etcd (see tests/real-cluster), which are killed, frozen and
                      compacted; 45 seconds between faults by default
  --pods-per-deployment N  there are 50 Deployments; 4 by default
  --seed N            the same changes and faults again
  --json FILE         writes the report there; standard output by default
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: 'string', default: '1' },
      changes: { type: 'string', default: '6000' },
      'fault-every-ms': { type: 'string' },
      'pods-per-deployment': { type: 'string', default: '4' },
      real: { type: 'boolean', default: false },
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
    faultEveryMs: Number(values['fault-every-ms'] ?? (values.real ? '45000' : '700')),
    podsPerDeployment: Number(values['pods-per-deployment']),
    real: values.real,
  });
  try {
    console.error(header());
    const report = await soak({
      cluster,
      durationMs,
      sampleEveryMs: Math.max(1000, durationMs / 60),
      settleMs: values.real ? 180_000 : 30_000,
      // A server of its own takes its own time: what is measured is the product as it is delivered.
      ...(values.real ? { timings: {} } : {}),
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
