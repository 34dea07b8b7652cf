import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { generateCluster, SIZE_NAMES, sizeOptions } from '@bulkhead/cluster-generator';
import { type MeasureOptions, measure, measureHeap } from './measure.ts';

/**
 * One step of the benchmark in a process of its own, so that no step's garbage or optimised code is another's:
 * `child.js STEP IN OUT`, where IN and OUT are files. Started by main.ts.
 */
const [step, input = '', output = ''] = argv.slice(2);

function readOptions(file: string): MeasureOptions & { readonly text: string } {
  return JSON.parse(readFileSync(file, 'utf8'));
}

const options = readOptions(input);
switch (step) {
  case 'generate': {
    const size = SIZE_NAMES.find((name) => name === options.size);
    if (!size) throw new RangeError(`No such size: ${options.size}`);
    writeFileSync(output, JSON.stringify(generateCluster(sizeOptions(size, options.seed))));
    break;
  }
  case 'measure':
    writeFileSync(output, JSON.stringify(measure(readFileSync(options.text, 'latin1'), options)));
    break;
  case 'heap':
    writeFileSync(
      output,
      JSON.stringify({ retainedHeap: measureHeap(readFileSync(options.text, 'latin1')) }),
    );
    break;
  default:
    throw new RangeError(`No such step: ${step}`);
}
