import { toJson } from '../cni/index.ts'
import { hostFiles } from '../host/index.ts'
import { examineApi } from './doctor-api.ts'
import { examineConfig } from './doctor-config.ts'
import { examineAgent, examineExecutable, examinePlugins } from './doctor-executables.ts'
import { examineKernel } from './doctor-kernel.ts'
import { examineLeaks } from './doctor-leaks.ts'
import { allDefinitions } from './doctor-networks.ts'
import type { Patient, Verdict } from './doctor-verdict.ts'
import { journalFolder, viewJournal } from './journal-view.ts'
import { chosenNodeConfig, installedNodeConfig } from './node-config-choice.ts'
import { print } from './print.ts'
import { progress } from './progress.ts'
import { counted, type Style, styled, wrapped } from './terminal.ts'

/** What `plexus doctor` is told. */
export type DoctorOptions = {
  readonly output: 'text' | 'json'
  readonly nodeConfig?: string
  readonly cniConfDir: string
}

type Examination = readonly [
  what: string,
  examine: (patient: Patient) => readonly Verdict[] | Promise<readonly Verdict[]>,
]
type Examined = { readonly what: string; readonly verdicts: readonly Verdict[] }

const EXAMINATIONS: readonly Examination[] = [
  ['CNI configuration', examineConfig],
  ['Executable', examineExecutable],
  ['Agent', examineAgent],
  ['API server', examineApi],
  ['Plugins', examinePlugins],
  ['Kernel', examineKernel],
  ['Left behind', examineLeaks],
]

/**
 * Examines this node: does the runtime call Plexus, can it do its work, has anything been left behind?
 * @returns the exit status: 1 where something is to be mended.
 * @throws CniError where a node configuration that is named cannot be read.
 */
export async function doctor({ output, nodeConfig, cniConfDir }: DoctorOptions): Promise<number> {
  const patient = await admit(nodeConfig, cniConfDir)
  const bar = progress('examined', EXAMINATIONS.length)
  const examined: Examined[] = []
  for (const [what, examine] of EXAMINATIONS) {
    examined.push({ what, verdicts: await examine(patient) })
    bar.step()
  }
  bar.end()
  print(output === 'json' ? toJson(examined, 2) : report(examined))
  return examined.some(({ verdicts }) => verdicts.some(({ status }) => status === 'error')) ? 1 : 0
}

async function admit(nodeConfig: string | undefined, confDir: string): Promise<Patient> {
  const chosen = nodeConfig === undefined ? installedNodeConfig(hostFiles, confDir) : chosenNodeConfig(nodeConfig)
  const journal = viewJournal(journalFolder(chosen ? { cniDir: chosen.node.cniDir } : {}))
  return { confDir, chosen, journal, definitions: await allDefinitions(chosen) }
}

const STYLES = { ok: 'green', warning: 'yellow', error: 'red' } as const satisfies Record<Verdict['status'], Style>

function report(examined: readonly Examined[]): string {
  const all = examined.flatMap(({ verdicts }) => verdicts)
  const count = (status: Verdict['status']): number => all.filter((one) => one.status === status).length
  const sections = examined.map(({ what, verdicts }) => [styled('bold', what), ...verdicts.map(line), ''].join('\n'))
  const wrong = `${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}`
  return [...sections, count('error') + count('warning') === 0 ? 'This node is sound.' : `${wrong}.`].join('\n')
}

function line({ status, message, mend }: Verdict): string {
  const said = `  ${styled(STYLES[status], status.padEnd(8))} ${wrapped(message, 11, 69)}`
  return mend === undefined ? said : `${said}\n           ${styled('cyan', `mend: ${mend}`)}`
}
