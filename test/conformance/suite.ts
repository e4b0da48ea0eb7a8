import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { ConformanceRun, Outcome } from '../../conformance/run.ts'
import { PLEXUS } from '../engine/plexus.ts'
import { argumentsOf, listOf, type ReferencePlugin } from './reference-plugins.ts'

/** A configuration of the reference bridge, as a list of one. */
export const BRIDGE_LIST = {
  cniVersion: '1.0.0',
  name: 'conformance',
  plugins: [{ type: 'bridge', bridge: 'br0', isGateway: true, ipam: { type: 'host-local', subnet: '10.1.0.0/24' } }],
} as const

/** How a run of `plexus conformance` ended. */
export type SuiteEnd = {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  /** The run as its JSON report has it; undefined where it could not be run. */
  readonly run: ConformanceRun | undefined
}

/** Runs `plexus conformance` on a configuration, given as an object or as the text of its file. */
export function conformance(config: object | string, ...args: readonly string[]): SuiteEnd {
  const folder = mkdtempSync('/var/tmp/plexus-suite-')
  try {
    const [configFile, reportFile] = [`${folder}/network.conflist`, `${folder}/report.json`]
    writeFileSync(configFile, typeof config === 'string' ? config : JSON.stringify(config))
    const { status, stdout, stderr } = spawnSync(
      PLEXUS,
      ['conformance', '--config', configFile, '--report', `json=${reportFile}`, ...args],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    )
    const couldRun = status === 0 || status === 1
    return { status, stdout, stderr, run: couldRun ? JSON.parse(readFileSync(reportFile, 'utf8')) : undefined }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Runs `plexus conformance` on a reference plugin, in the network it is used in. */
export function runReference(plugin: ReferencePlugin, ...args: readonly string[]): SuiteEnd {
  return conformance(listOf(plugin), ...argumentsOf(plugin), ...args)
}

/** The ids of the cases that failed, each once, in order. */
export function failedCases(
  run: ConformanceRun | undefined,
  counts: (outcome: Outcome) => boolean = () => true,
): readonly string[] {
  const failed = (run?.outcomes ?? []).filter((outcome) => outcome.verdict.kind === 'failed' && counts(outcome))
  return [...new Set(failed.map((outcome) => outcome.case.id))]
}
