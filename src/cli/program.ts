import { Argument, Command, CommanderError, Option } from 'commander';
import { emptyRequest } from '../collect/request.ts';
import { version } from '../lib/version.ts';
import { addAgentOptions, addInstallOptions, addRunningOptions } from './agent-options.ts';
import { exampleText } from './examples.ts';
import { Failure } from './failure.ts';
import { parsePort } from './live-options.ts';
import { reportFormats } from './report-options.ts';
import { addSourceOptions, duration, list, parseBytes } from './source-options.ts';

/** Builds the whole command line. */
export function buildProgram(): Command {
  const program = buildVerbs();
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words) => (await import('./completion.ts')).complete(buildVerbs(), words));
  for (const command of program.commands) {
    command.exitOverride().showHelpAfterError('(see --help)').addHelpText('after', exampleText(command.name()));
  }
  return program;
}

/** Builds the tree of verbs; each loads its own heavy parts when it runs. */
function buildVerbs(): Command {
  const program = new Command('meshdoctor')
    .description('Tells why requests through an Envoy gateway on Kubernetes fail, proves it, and says what to do.')
    .version(version)
    .showHelpAfterError('(see --help)')
    .exitOverride();
  addReportOptions(program.command('demo'))
    .description('diagnose the bundled incident: no cluster, network or account needed')
    .action(async (flags) => (await import('./demo.ts')).demo(flags));
  addReportOptions(addLogWindow(addSourceOptions(program.command('diagnose')).optionsGroup('Logs:')))
    .option('--no-logs', 'not the logs of gateway pods: with --live they are read (see --since)')
    .optionsGroup('Requests:')
    .option('--path <path>', 'only what is about requests for it: /cart/1')
    .option('--host <host>', 'only what is about requests for it: shop.example.com')
    .addOption(list('--status <code>', 'only what may answer so: 404, 5xx, or a list of them'))
    .description('collect, run every rule, report')
    .argument('[type/name...]', 'only these gateways: vgw/NAME, deploy/NAME, pod/NAME')
    .option('--gateway <ns/name>', 'only this gateway')
    .action(async (words, flags) => (await import('./diagnose.ts')).diagnose(flags, words));
  addSourceOptions(addExplainOptions(program.command('explain')))
    .description('decide one request as the gateway does, and show every step and reason')
    .argument('[method-and-url...]', "GET 'http://shop.example.com/cart/1?x=1'; a URL alone means GET")
    .action(async (words, flags) => (await import('./explain.ts')).explain(words, flags));
  addSourceOptions(addLogsOptions(program.command('logs')))
    .description('access logs by route, status and flag; each failing class explained')
    .argument('[files...]', 'access logs, gzipped or not, - for standard input; or with --live vgw/NAME, pod/NAME')
    .action(async (files, flags) => (await import('./logs.ts')).logs(files, flags));
  addPodLogWindow(addLogFiles(addSourceOptions(program.command('collect')).optionsGroup('Logs:')))
    .description('write what was seen into a bundle, redacted')
    .requiredOption('--output-file <file>', 'the bundle to write (.tar.gz)')
    .option('--no-logs', 'no access logs, neither those that are named nor, with --live, those of gateway pods')
    .optionsGroup('Options:')
    .option(
      '--for-rescue',
      'keep the configuration whole, so that it can be started again: keep the file like a key',
      false,
    )
    .option('--best-effort', 'what was merely not seen does not fail the run', false)
    .action(async (flags) => (await import('./collect.ts')).collectBundle(flags));
  addSourceOptions(addRescueOptions(program.command('rescue')))
    .description("a gateway's configuration as a static Envoy bootstrap, or manifests, that survive a restart")
    .argument('[copy]', 'a rescue copy (.tar.gz) that collect --for-rescue wrote; or name sources')
    .action(async (copy, flags) => (await import('./rescue.ts')).rescue(copy, flags));
  addLogWindow(addSourceOptions(program.command('watch')).optionsGroup('Logs:'))
    .description('the terminal UI: gateways, routes, findings, live logs, what changed, and one request explained')
    .option('--no-logs', 'not the logs of gateway pods: with --live they are followed (see --since)')
    .addOption(duration('--interval <time>', 'between two readings of what lives', 15_000, '15s'))
    .option('--screen-reader', 'in lines of words, nothing is drawn; also by INK_SCREEN_READER=true', false)
    .action(async (flags) => (await import('./watch.ts')).watch(flags));
  const rules = program
    .command('rules')
    .description("the catalogue of rules, or one rule's page")
    .argument('[id]', 'a rule')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['terminal', 'json']).default('terminal'))
    .action(async (id, flags) => (await import('./rules.ts')).showRules(id, flags));
  rules
    .command('test')
    .description('run the tests that stand in rules of your own')
    .argument('<path...>', 'a file with a rule, or a folder of them')
    .action(async (paths) => (await import('./user-rules.ts')).testUserRules(paths));
  addSourceOptions(program.command('status'))
    .description('one row a gateway: pods, routes, traffic, certificates, what may restart it, its rescue copy')
    .argument('[type/name...]', 'only these gateways: vgw/NAME, deploy/NAME, pod/NAME')
    .option('--gateway <ns/name>', 'only this gateway')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['terminal', 'json']).default('terminal'))
    .option('-w, --watch', 'again and again, until it is ended', false)
    .addOption(duration('--interval <time>', 'with -w: rest between two looks', 10_000, '10s'))
    .option('--best-effort', 'what was merely not seen does not fail the run', false)
    .action(async (words, flags) => (await import('./status.ts')).status(flags, words));
  addRightsOptions(program.command('rights'))
    .description('the Roles and IAM policies each verb needs, what each line is for and what is lost without it')
    .argument('[verb]', 'only what this verb needs')
    .action(async (verb, flags) => (await import('./rights.ts')).showRights(verb, flags));
  addRunningOptions(addAgentOptions(program.command('agent')))
    .description('in the cluster: looks again and again; findings become metrics, Events and log lines')
    .action(async (flags) => (await import('./agent.ts')).agent(flags));
  addAgentOptions(addInstallOptions(program.command('install')))
    .description('print the Kubernetes manifests of the agent')
    .action(async (flags, command) => (await import('./install.ts')).install(flags, command));
  program
    .command('completion')
    .description('prints what a shell reads to complete verbs, flags and values')
    .addArgument(new Argument('<shell>', 'which one').choices(['bash', 'zsh', 'fish']))
    .action(async (shell) => (await import('./completion.ts')).printCompletion(shell));
  for (const command of program.commands) {
    if (!['demo', 'completion'].includes(command.name()))
      command.option('--config <file>', 'settings (else meshdoctor.yaml of this folder)');
  }
  program.hook('preAction', async (_, verb) => {
    await (await import('./config/apply.ts')).applyConfig(program.commands, verb);
  });
  return program;
}

/** Runs the program and returns its exit code; messages for people go to stderr. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Failure) {
      process.stderr.write(`meshdoctor: ${error.message}\n`);
      return error.exitCode;
    }
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    const details = process.env.MESHDOCTOR_DEBUG ? `\n${stack}` : ' (MESHDOCTOR_DEBUG=1 shows where)';
    process.stderr.write(`meshdoctor: this is a fault of meshdoctor, please report it: ${message}${details}\n`);
    return 3;
  }
}

function addRescueOptions(command: Command): Command {
  return command
    .optionsGroup('Rescue:')
    .addOption(
      new Option('-o, --output <form>', 'what to write').choices(['bootstrap', 'manifests']).default('bootstrap'),
    )
    .addOption(list('--with <ns/name>', 'a GatewayRoute to add that App Mesh never applied'))
    .option('--fold', 'one pass through the gateway instead of two, where that is proved to answer alike', false)
    .option('--envoy <path>', 'an Envoy binary: also start it here with what was made, behind stand-ins, and ask it')
    .option('--output-file <file>', 'where to write it (else stdout); readable by you alone')
    .option('--gateway <ns/name>', 'the gateway to rescue, where several were read')
    .option('--envoy-version <version>', 'of the gateway, where nothing tells it (else 1.34, the last of App Mesh)')
    .option('--best-effort', 'what was merely not seen does not fail the run', false);
}

/** Logs in files, and their format. */
function addLogFiles(command: Command): Command {
  return command
    .addOption(list('--access-log <file>', 'an access log, gzipped or not; - for standard input'))
    .option(
      '--log-format <string>',
      "the gateway's log format, text or JSON (else from its configuration, else detected)",
    );
}

/** How much of the logs of pods. */
function addPodLogWindow(command: Command): Command {
  return command
    .option('--since <time>', 'leave out what is older: 20m, 2h, or a time in ISO 8601 (20m of the logs of pods)')
    .addOption(
      new Option('--limit-bytes <bytes>', 'of the log of one pod').default(64 << 20, '64 MiB').argParser(parseBytes),
    );
}

/** Which logs, and which time of them. */
function addLogWindow(command: Command): Command {
  return addPodLogWindow(addLogFiles(command)).option('--until <time>', 'leave out what is newer');
}

function addLogsOptions(command: Command): Command {
  return addLogWindow(command.optionsGroup('Logs:'))
    .addOption(
      new Option('--by <what>', 'also tell classes apart by it')
        .choices(['route', 'host', 'client', 'pod'])
        .default('route'),
    )
    .addOption(list('--status <code>', 'only these: 404, 5xx, or a list of them'))
    .option('--path <path>', 'only this path, as the table shows it; /cart/* for all that begin so')
    .option('--envoy-version <version>', 'of the gateway, where nothing tells it (else 1.34, the last of App Mesh)')
    .option('--gateway <ns/name>', 'the gateway that wrote the log, where several were read')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['terminal', 'json']).default('terminal'))
    .option('--all', 'every class', false)
    .option('--best-effort', 'what was merely not seen does not fail the run', false);
}

function addExplainOptions(command: Command): Command {
  return command
    .optionsGroup('Request:')
    .addOption(list('-H, --header <line>', "a header of the request: 'x-user: beta'"))
    .addOption(new Option('--port <number>', "the gateway's listener port").argParser(parsePort))
    .option('--sni <name>', 'the server name of the TLS handshake (else the host of an https URL)')
    .addOption(new Option('--protocol <name>', 'how the client speaks').choices(['http1', 'http2', 'grpc']))
    .option('--log-line <line>', "a line of the gateway's access log; what it does not hold is unknown")
    .option('--curl <command>', 'a curl command')
    .option('--requests <file>', 'one request a line (JSON), one decision a line out; - for stdin')
    .option('--coverage', 'also say which routes no request reached', false)
    .option('--envoy-version <version>', 'of the gateway, where nothing tells it (else 1.34, the last of App Mesh)')
    .option('--gateway <ns/name>', 'the gateway that decides, where several were read')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['terminal', 'json']).default('terminal'))
    .option('--all', 'every route that refused the request', false)
    .option('--best-effort', 'what was merely not seen does not fail the run', false);
}

function addRightsOptions(command: Command): Command {
  return command
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['terminal', 'yaml']).default('terminal'))
    .option('--check', 'ask the API server which of them are given', false)
    .option('--kubeconfig <file>', 'the kubeconfig (else as kubectl finds it)')
    .option('--context <name>', 'the context of the kubeconfig')
    .option('-n, --namespace <name>', 'rights in this namespace alone, where they can be')
    .option('--as <user>', 'impersonate this user')
    .addOption(duration('--request-timeout <time>', 'for one call', emptyRequest.requestTimeoutMs, '20s'));
}

function addReportOptions(command: Command): Command {
  return command
    .optionsGroup('Report:')
    .addOption(new Option('-o, --output <format>', 'how to print').choices([...reportFormats]).default('terminal'))
    .option('--output-file <file>', 'write the report there instead of stdout')
    .addOption(list('--rule <id>', 'run only this rule'))
    .addOption(list('--skip-rule <id>', 'leave this rule out'))
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 from this severity on')
        .choices(['error', 'warning', 'info', 'never'])
        .default(command.name() === 'demo' ? 'never' : 'error'),
    )
    .option('--baseline <file>', 'an earlier report (-o json) or baseline: only findings that are not in it count')
    .option('--write-baseline <file>', 'write what is found there, for --baseline')
    .option('--show <what>', 'also show: clear, not-evaluated, standing (comma separated)', '')
    .option('--all', 'everything: else at most 10 roots, 3 objects and 3 evidence items each', false)
    .option('--best-effort', 'what was merely not seen does not fail the run', false)
    .option('--timings', 'print to stderr how long each step took', false);
}
