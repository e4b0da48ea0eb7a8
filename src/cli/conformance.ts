import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  type ConformanceOptions,
  isConformant,
  type Kind,
  type Progress,
  REPORTS,
  type ReportFormat,
  runConformance,
  terminalProgress,
  terminalReport,
  work,
} from '../../conformance/index.ts'
import { parseJsonObject } from '../cni/index.ts'
import { writeStdout } from '../host/index.ts'
import { note, print } from './print.ts'
import { ownCommand, runUnder } from './run-under.ts'
import { isWatched } from './terminal.ts'

type Options = {
  readonly config: string
  readonly binDir: readonly string[]
  readonly plugin?: string
  readonly kind?: Kind
  readonly cniVersion?: readonly string[]
  readonly case?: readonly string[]
  readonly capabilityArgs?: string
  readonly setup?: string
  readonly interface?: string
  readonly chain: boolean
  readonly report: readonly ReportTarget[]
  readonly waivers?: string
  readonly kernel: 'machine' | 'uml'
  readonly atOnce?: number
  readonly timeout?: number
  readonly verbose?: boolean
}

/** Where a report goes, and in which format. */
type ReportTarget = { readonly format: ReportFormat; readonly path: string }

const FORMATS = Object.keys(REPORTS) as readonly ReportFormat[]

/** Adds `conformance` to the command line. */
export function addConformanceCommand(plexus: Command): void {
  plexus
    .command('conformance')
    .description('run a CNI plugin through the conformance suite, in namespaces of its own')
    .option('-c, --config <file>', 'a network configuration list, or a plugin configuration')
    .option('-b, --bin-dir <folder...>', 'where plugins are', ['/opt/cni/bin', '/usr/lib/cni'])
    .option('-p, --plugin <type>', 'the plugin of the list to test; default: its last')
    .addOption(new Option('--kind <kind>', 'what it is').choices(['main', 'meta', 'ipam']))
    .option('--cni-version <version...>', 'the versions; default: all it claims')
    .option('--case <pattern...>', 'the cases, such as DEL-* or CHK-01; default: all')
    .option('--capability-args <json>', 'what a runtime would pass on as runtimeConfig')
    .option('--setup <script>', 'a shell script that makes what the plugin needs')
    .option('--interface <name>', 'the interface to ask for; default: eth0')
    .option('--no-chain', 'do not run it through Plexus as well')
    .option('-r, --report <format=file>', `write a report: ${FORMATS.join(', ')}`, reportTarget, [])
    .option('--waivers <file>', 'deviations to stand by, each with a reason')
    .addOption(
      new Option('--kernel <kernel>', "this machine's or a user-mode one")
        .choices(['machine', 'uml'])
        .default('machine'),
    )
    .option('--at-once <count>', 'how many cases run at a time', positive)
    .option('--timeout <seconds>', 'how long one run of the plugin may take', positive)
    .option('--verbose', 'show evidence in full')
    .addOption(new Option('--inside', 'run one case, which stdin names').hideHelp())
    .action(async (options: Options & { readonly inside?: boolean }) => {
      process.exitCode = options.inside ? await inside() : await conformance(options)
    })
}

async function inside(): Promise<number> {
  await work()
  return 0
}

async function conformance(options: Options): Promise<number> {
  if (options.config === undefined) {
    note('plexus: conformance needs --config FILE; plexus conformance --help says more')
    return 2
  }
  if (options.kernel === 'uml') return runUnder('uml-run.sh', [...ownCommand(), ...onMachine(process.argv.slice(2))])
  const palette = isWatched() && !process.env['NO_COLOR'] ? 'colours' : 'plain'
  const display = liveProgress()
  const run = await runConformance({ ...suiteOptions(options), observe: terminalProgress(display, palette) })
  display.status('')
  print(terminalReport(run, palette, options.verbose))
  for (const { format, path } of options.report) writeFileSync(path, REPORTS[format](run))
  return isConformant(run) ? 0 : 1
}

function suiteOptions(options: Options): ConformanceOptions {
  const { config, plugin, kind, cniVersion, capabilityArgs, setup, chain, waivers, atOnce, timeout } = options
  return {
    config: resolve(config),
    binDirs: options.binDir,
    ...(plugin === undefined ? {} : { plugin }),
    ...(kind === undefined ? {} : { kind }),
    ...(cniVersion === undefined ? {} : { versions: cniVersion }),
    ...(options.case === undefined ? {} : { cases: options.case }),
    ...(capabilityArgs === undefined ? {} : { capabilityArgs: parseJsonObject(capabilityArgs, '--capability-args') }),
    ...(setup === undefined ? {} : { setup: resolve(setup) }),
    ...(options.interface === undefined ? {} : { ifName: options.interface }),
    ...(waivers === undefined ? {} : { waivers }),
    ...(atOnce === undefined ? {} : { atOnce }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
    inChain: chain,
    plexus: ownCommand(),
    worker: [...ownCommand(), 'conformance', '--inside'],
  }
}

// The user-mode kernel is the machine of the one that runs under it.
function onMachine(args: readonly string[]): readonly string[] {
  return args.filter((arg, at) => !arg.startsWith('--kernel') && args[at - 1] !== '--kernel')
}

/** A line at the bottom of a terminal that is written over; nothing where there is no terminal. */
function liveProgress(): Progress {
  const isLive = isWatched()
  const clear = isLive ? '\r\u001b[K' : ''
  return {
    line: (text) => {
      if (isLive) writeStdout(clear)
      print(text)
    },
    status: (text) => {
      if (isLive) writeStdout(`${clear}${text}`)
    },
  }
}

function positive(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('It is not a number above 0.')
}

function reportTarget(text: string, before: readonly ReportTarget[]): readonly ReportTarget[] {
  const [format = '', ...rest] = text.split('=')
  const path = rest.join('=')
  const known = FORMATS.find((one) => one === format)
  if (known !== undefined && path !== '') return [...before, { format: known, path }]
  throw new InvalidArgumentError(`It is not one of ${FORMATS.map((one) => `${one}=FILE`).join(', ')}.`)
}
