import { Command, InvalidArgumentError, Option } from 'commander';
import type { CheckOptions } from './commands/check.ts';
import type { DiffOptions } from './commands/diff.ts';
import type { ExplainOptions } from './commands/explain.ts';
import type { GraphOptions } from './commands/graph.ts';
import type { LintOptions } from './commands/lint.ts';
import type { ServeOptions } from './commands/serve.ts';
import type { ExitCode } from './exit-code.ts';
import { FAIL_ON, FORMATS, SEVERITIES, SHELLS } from './formats.ts';
import type { Io } from './io.ts';

/** Sets the exit code of the run. */
export type Finish = (code: ExitCode) => void;

/**
 * The whole command line. What a command does is loaded when it is run, so that help, completion and mistakes answer at
 * once.
 */
export function createProgram(version: string, io: Io, finish: Finish): Command {
  const program = new Command('bulkhead')
    .description(
      'Who can reach what in a Kubernetes cluster, because of which rule, and what a change would do.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .showHelpAfterError(false)
    .addHelpText('after', examples(PROGRAM_EXAMPLES) + PROGRAM_NOTES);

  addServe(program, io, finish);
  addGraph(program, io, finish);
  addExplain(program, io, finish);
  addDiff(program, io, finish);
  addCheck(program, io, finish);
  addLint(program, io, finish);
  addCompletion(program, io, finish);
  addHelp(program);
  return program;
}

const PROGRAM_EXAMPLES = [
  ['bulkhead serve', 'open the web app on the cluster that kubectl talks to'],
  ['bulkhead graph --dir deploy/', 'list what is allowed between the workloads of a directory'],
  [
    'bulkhead explain --dir deploy/ --from shop/web --to shop/db --port 5432/tcp',
    'say why, down to the line',
  ],
  ['bulkhead diff --from main:deploy --to deploy', 'show what a branch opens and closes'],
  ['bulkhead check --dir deploy/ bulkhead.yaml', 'hold manifests against invariants, in CI'],
  ['bulkhead lint --context prod', 'find policies that do not do what they look like'],
] as const;

const PROGRAM_NOTES = `
Where the cluster comes from:
  --dir PATH         manifests: a directory, a file, "-" for stdin, or REVISION:PATH from Git
  --context NAME     a live cluster, by its context in the kubeconfig; nothing is ever written to it
  both               the manifests laid over the live cluster: what would be true after applying them
  --demo             a made-up cluster to try things on

Exit codes:
  0  done; nothing failed
  1  an invariant does not hold, a finding is not accepted, or a --fail-on condition is met
  2  the command line is wrong
  3  a file, revision or cluster could not be read, so there is no answer
  4  a defect of bulkhead itself
`;

interface Example extends Readonly<Record<number, string>> {
  readonly 0: string;
  readonly 1: string;
}

function examples(list: readonly Example[]): string {
  return `\nExamples:\n${list.map((example) => `  # ${example[1]}\n  ${example[0]}\n`).join('\n')}`;
}

function addSourceOptions(command: Command): Command {
  return command
    .optionsGroup('Input:')
    .option(
      '-d, --dir <path>',
      'manifests: a directory, a file, "-" (stdin), or REVISION:PATH of a Git repository',
    )
    .option('--context <name>', 'a live cluster, by its context in the kubeconfig')
    .option('--kubeconfig <file>', 'the kubeconfig to use (default: $KUBECONFIG, ~/.kube/config)')
    .option('--demo', 'the built-in example cluster')
    .option(
      '--no-render',
      'read Helm charts and kustomizations as plain files, not through helm and kustomize',
    );
}

function outputOption(formats: readonly string[]): Option {
  return new Option(
    '-o, --output <format>',
    `${formats.join(', ')}; FORMAT=FILE writes to a file; repeatable`,
  )
    .argParser(collectOutputs(formats))
    .default([], formats[0]);
}

function collectOutputs(formats: readonly string[]) {
  return (value: string, previous: readonly string[]): readonly string[] => {
    const format = value.split('=', 1)[0] ?? '';
    const aliased =
      format === 'text' && formats[0] === 'table' ? 'table' : format === 'md' ? 'markdown' : format;
    if (!formats.includes(aliased)) {
      throw new InvalidArgumentError(`Allowed formats are ${formats.join(', ')}.`);
    }
    return [...previous, aliased + value.slice(format.length)];
  };
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function portNumber(value: string): number {
  const port = Number(value);
  if (!/^\d{1,5}$/.test(value) || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

function addServe(program: Command, io: Io, finish: Finish): void {
  program
    .command('serve')
    .summary('open the web app on a cluster, a directory or the demo')
    .description(
      'Serves the web app. Without options: the cluster of the current kubeconfig context if it answers, else the demo.',
    )
    .optionsGroup('Input:')
    .option('-d, --dir <path>', 'a directory of manifests, read again when it changes')
    .option('--context <name>', 'the kubeconfig context to open first')
    .option('--kubeconfig <file>', 'the kubeconfig to use (default: $KUBECONFIG, ~/.kube/config)')
    .option('--demo', 'the built-in example cluster')
    .option(
      '-n, --namespace <name>',
      'a namespace to look into where namespaces may not be listed; repeatable',
      collect,
      [],
    )
    .optionsGroup('Server:')
    .option('-p, --port <number>', 'the port; the next free one if it is taken', portNumber, 4680)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .addOption(
      new Option('--auth <mode>', 'who may use it; must be said when others can reach the address').choices([
        'token',
        'trusted-proxy',
      ]),
    )
    .option('--allow-host <name>', 'another name the server answers to; repeatable', collect, [])
    .option(
      '--allow-dry-run',
      'let the web app have drafts validated by the API server (server-side dry run); nothing is kept',
    )
    .option('--open', 'open the browser')
    .option('--log-level <level>', 'silent, error, warn, info or debug', 'error')
    .addHelpText(
      'after',
      examples([
        ['bulkhead serve', 'the cluster that kubectl talks to'],
        ['bulkhead serve --context prod --open', 'another context, opened in the browser'],
        ['bulkhead serve --dir deploy/', 'manifests, followed as they are edited'],
        ['bulkhead serve --demo --port 0', 'the demo, on any free port'],
      ]),
    )
    .action(async (options: ServeOptions) => {
      const { serve } = await import('./commands/serve.ts');
      finish(await serve(options, io));
    });
}

function addGraph(program: Command, io: Io, finish: Finish): void {
  addSourceOptions(
    program
      .command('graph')
      .summary('list or draw what is allowed between workloads')
      .description('Prints the allowed connections between workloads and with the outside.'),
  )
    .optionsGroup('Output:')
    .addOption(outputOption(FORMATS.graph))
    .option('--exposure', 'also: what may reach, or be reached by, pods that do not exist yet')
    .option('--explain', 'also: the reason for every pair, allowed or denied (json)')
    .option(
      '-n, --namespace <name>',
      'only connections with an end in this namespace; repeatable',
      collect,
      [],
    )
    .option('--strict', 'fail where a document could not be read')
    .addHelpText(
      'after',
      examples([
        ['bulkhead graph --dir deploy/', 'a table'],
        ['bulkhead graph --dir deploy/ -n payments -o mermaid', 'a picture for a README'],
        ['bulkhead graph --context prod -o dot | dot -Tsvg > prod.svg', 'a picture by Graphviz'],
        ['bulkhead graph --dir deploy/ -o json --exposure --explain', 'everything, for another program'],
        ['helm template shop ./chart | bulkhead graph --dir -', 'what another tool renders'],
      ]),
    )
    .action(async (options: GraphOptions) => {
      const { graph } = await import('./commands/graph.ts');
      finish(await graph(options, io));
    });
}

function addExplain(program: Command, io: Io, finish: Finish): void {
  addSourceOptions(
    program
      .command('explain')
      .summary('say whether a connection is allowed, and by which rule on which line')
      .description(
        'Explains what one end may send to another: the verdict, each direction, and the rules behind it.',
      ),
  )
    .optionsGroup('Question:')
    .requiredOption(
      '--from <end>',
      'NAMESPACE/WORKLOAD, NAMESPACE/NAME[Kind], an IP, node/NAME, internet, or a DNS name',
    )
    .requiredOption('--to <end>', 'the same')
    .option('--port <port>', '5432, 5432/tcp, 53/udp; without it every port is explained')
    .optionsGroup('Output:')
    .addOption(outputOption(FORMATS.explain))
    .addHelpText(
      'after',
      `${examples([
        ['bulkhead explain --dir deploy/ --from shop/web --to shop/db --port 5432/tcp', 'one connection'],
        [
          'bulkhead explain --context prod --from ci/runner --to payments/api',
          'every port, on a live cluster',
        ],
        ['bulkhead explain --demo --from internet --to shop/storefront --port 8443', 'from outside'],
        ['bulkhead explain --demo --from shop/cart --to 10.0.0.7 --port 53/udp', 'to an address'],
      ])}
The exit code says whether there is an answer, not what it is; use "check" to assert one.
`,
    )
    .action(async (options: ExplainOptions) => {
      const { explain } = await import('./commands/explain.ts');
      finish(await explain(options, io));
    });
}

function addDiff(program: Command, io: Io, finish: Finish): void {
  addSourceOptions(
    program
      .command('diff')
      .summary('show what a change opens, closes, widens and narrows')
      .description(
        'Compares two states per port. With --from and --to: any two of PATH, REVISION:PATH, context:NAME and demo.\n' +
          'With --context and --dir: a live cluster with itself after the manifests are applied.',
      ),
  )
    .option('--from <state>', 'the state before: PATH, REVISION:PATH, context:NAME or demo')
    .option('--to <state>', 'the state after')
    .optionsGroup('Output:')
    .addOption(outputOption(FORMATS.diff))
    .option('--all', 'list every changed pair, not groups of them')
    .addOption(
      new Option(
        '--fail-on <change>',
        `exit with 1 on this kind of change; repeatable: ${FAIL_ON.join(', ')}`,
      )
        .argParser(collectChoices(FAIL_ON))
        .default([], 'none'),
    )
    .option('--allow-unreadable', 'answer although documents could not be read')
    .addHelpText(
      'after',
      examples([
        ['bulkhead diff --from old/ --to new/', 'two directories'],
        [
          'bulkhead diff --from main:deploy --to HEAD:deploy -o markdown',
          'two Git revisions, for a pull request',
        ],
        ['bulkhead diff --context prod --dir deploy/', 'what applying a directory would change'],
        ['bulkhead diff --from context:staging --to context:prod', 'two clusters'],
        ['bulkhead diff --from main:deploy --to deploy --fail-on opened --fail-on widened', 'a gate in CI'],
      ]),
    )
    .action(async (options: DiffOptions) => {
      const { diff } = await import('./commands/diff.ts');
      finish(await diff(options, io));
    });
}

function addCheck(program: Command, io: Io, finish: Finish): void {
  addSourceOptions(
    program
      .command('check')
      .summary('hold a cluster against invariants')
      .description(
        'Checks the invariants of one or more files: what must be reachable, and what must never be.',
      )
      .argument('[files...]', 'check files; default: bulkhead.yaml, in the working directory or in --dir'),
  )
    .optionsGroup('Output:')
    .addOption(outputOption(FORMATS.check))
    .option('--allow-unknown', 'let invariants pass that can not be decided')
    .option('--allow-unreadable', 'answer although documents could not be read')
    .addHelpText(
      'after',
      `${examples([
        ['bulkhead check --dir deploy/', 'bulkhead.yaml against a directory'],
        ['bulkhead check --context prod --dir deploy/ checks/*.yaml', 'what would be true after merging'],
        ['bulkhead check --dir deploy/ -o text -o sarif=bulkhead.sarif -o junit=bulkhead.xml', 'for CI'],
      ])}
A check file:

  version: 1
  invariants:
    - name: Only checkout charges cards
      reason: PCI DSS 1.3
      onlyMayReach: { to: payments/api, from: shop/checkout, ports: 8443/tcp }
    - name: CI stays out of production data
      mustNeverReach: { from: { namespace: ci }, to: { namespaces: [data, payments] } }

docs/ci/check-file.md describes the whole of it.
`,
    )
    .action(async (files: readonly string[], options: CheckOptions) => {
      const { check } = await import('./commands/check.ts');
      finish(await check(files, options, io));
    });
}

function addLint(program: Command, io: Io, finish: Finish): void {
  addSourceOptions(
    program
      .command('lint')
      .summary('find policies that do not do what they look like')
      .description(
        'Prints findings: policies that select nothing, rules that change nothing, DNS that is cut, and more.',
      ),
  )
    .optionsGroup('Output:')
    .addOption(outputOption(FORMATS.lint))
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 on findings of at least this severity')
        .choices([...SEVERITIES, 'none'])
        .default('warning'),
    )
    .option('--thorough', 'look for policies and rules that change nothing, however many policies there are')
    .option('--allow-unreadable', 'answer although documents could not be read')
    .option('--accept <file>', 'a file with accepted findings (default: the check file, where there is one)')
    .addHelpText(
      'after',
      `${examples([
        ['bulkhead lint --dir deploy/', 'manifests'],
        ['bulkhead lint --context prod --fail-on error', 'a live cluster'],
        ['bulkhead lint --dir deploy/ -o sarif=lint.sarif', 'for code scanning'],
      ])}
A finding is accepted with a reason, in a file of the same form as check files:

  version: 1
  accept:
    - finding: unisolated-namespace
      in: { namespace: kube-system }
      reason: Managed by the provider
`,
    )
    .action(async (options: LintOptions) => {
      const { lint } = await import('./commands/lint.ts');
      finish(await lint(options, io));
    });
}

/** As commander's own, but a name that is no command is a mistake. */
function addHelp(program: Command): void {
  program
    .command('help')
    .summary('show help for a command')
    .argument('[command]')
    .action((name?: string) => {
      if (name === undefined) return program.outputHelp();
      const command = program.commands.find((candidate) => candidate.name() === name);
      if (command !== undefined) return command.outputHelp();
      const names = program
        .createHelp()
        .visibleCommands(program)
        .map((candidate) => candidate.name());
      return program.error(
        `error: argument '${name}' is invalid. Allowed commands are ${names.join(', ')}.`,
        { code: 'commander.unknownCommand' },
      );
    });
}

function addCompletion(program: Command, io: Io, finish: Finish): void {
  program
    .command('completion')
    .summary('print a completion script for a shell')
    .description('Prints a script that completes commands, options, files and context names.')
    .argument('<shell>', SHELLS.join(', '))
    .addHelpText(
      'after',
      examples([
        ['source <(bulkhead completion bash)', 'bash: add this line to ~/.bashrc'],
        ['bulkhead completion zsh > ~/.zfunc/_bulkhead', 'zsh: with ~/.zfunc in $fpath'],
        ['bulkhead completion fish > ~/.config/fish/completions/bulkhead.fish', 'fish'],
      ]),
    )
    .action(async (shell: string) => {
      const { completion } = await import('./commands/completion.ts');
      finish(await completion(shell, io));
    });
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      const { complete } = await import('./commands/completion.ts');
      finish(await complete(program, words, io));
    });
}

function collectChoices(choices: readonly string[]) {
  return (value: string, previous: readonly string[]): readonly string[] => {
    const given = value.split(',').map((part) => part.trim());
    for (const one of given) {
      if (!choices.includes(one))
        throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
    }
    return [...previous, ...given];
  };
}
