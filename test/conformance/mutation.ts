import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { isNamed } from '../../conformance/plan.ts'
import { type Outcome, runConformance } from '../../conformance/run.ts'
import { PLEXUS, REFERENCE_PLUGINS } from '../engine/plexus.ts'
import type { Base, Defect } from './mutants/call.ts'
import { DEFECTS } from './mutants/defects.ts'

/** What the suite made of a mutant, compared with the plugin it is made of. */
export type Mutation = {
  readonly name: string
  /** The cases that failed, and that the real plugin passes. */
  readonly caughtBy: readonly string[]
  /** Those that should have failed and did not. */
  readonly missedBy: readonly string[]
  /** Those that failed and have no business with the defect. */
  readonly strangers: readonly string[]
}

/** A workshop for mutants: a folder with all of them, and what the real plugins fail. */
export type Workshop = {
  /** Runs a mutant through the cases that have to catch it, and some that must not. */
  readonly mutation: (name: string) => Promise<Mutation>
  readonly close: () => void
}

/** Cases that are quick, one or two of each group: a mutant must not fail them unless its defect is about them. */
const BYSTANDERS = [
  ...['VER-05', 'PRO-01', 'PRO-03', 'RES-03', 'RES-05', 'RES-11', 'IFC-01', 'NET-01', 'NET-03', 'CHN-01', 'DEL-01'],
  ...['CHK-01', 'ERR-01', 'ERR-04', 'CAP-11', 'STA-01'],
]

const hostLocal = { type: 'host-local', subnet: '10.1.0.0/24', routes: [{ dst: '0.0.0.0/0' }] }
const bridgeOf = (type: string): object => ({
  type,
  bridge: 'br0',
  isGateway: true,
  mtu: 1400,
  capabilities: { mac: true, ips: true },
  ipam: hostLocal,
})

/** The plugins of a network with a plugin of this name in the place of the real one. */
const BASES: Readonly<
  Record<Base, { readonly real: string; readonly version: string; readonly plugins: (type: string) => object[] }>
> = {
  bridge: { real: 'bridge', version: '1.0.0', plugins: (type) => [bridgeOf(type)] },
  ptp: { real: 'ptp', version: '1.0.0', plugins: (type) => [{ type, ipam: hostLocal }] },
  tuning: {
    real: 'tuning',
    version: '1.0.0',
    plugins: (type) => [
      bridgeOf('bridge'),
      { type, sysctl: { 'net.core.somaxconn': '500' }, mtu: 1380, capabilities: { mac: true } },
    ],
  },
  portmap: {
    real: 'portmap',
    version: '1.0.0',
    plugins: (type) => [bridgeOf('bridge'), { type, capabilities: { portMappings: true } }],
  },
  'host-local': {
    real: 'host-local',
    version: '1.0.0',
    plugins: (type) => [{ ...bridgeOf('bridge'), ipam: { ...hostLocal, type } }],
  },
  modern: { real: 'bridge', version: '1.1.0', plugins: (type) => [bridgeOf(type)] },
}

// A finding as two runs of it compare: its case, and its text without names and numbers that differ from run to run.
function findingsOf({ verdict, case: { id } }: Outcome): readonly string[] {
  const found = verdict.kind === 'failed' ? verdict.findings.map((finding) => finding.found) : []
  return [...new Set(found)].map((text) => `${id} ${text.replaceAll(/\b[0-9a-f]*\d[0-9a-f]*\b|veth\w+/g, '#')}`)
}

function caseOf(finding: string): string {
  return finding.slice(0, finding.indexOf(' '))
}

/** Makes a workshop. */
export function openWorkshop(): Workshop {
  const folder = mkdtempSync('/var/tmp/plexus-mutants-')
  const bun = new URL('../../node_modules/.bin/bun', import.meta.url).pathname
  const source = new URL('./mutants/mutant.ts', import.meta.url).pathname
  execFileSync(bun, ['build', source, '--target', 'bun', '--outfile', `${folder}/mutant.js`], { stdio: 'ignore' })
  const made = (name: string, { real }: { readonly real: string }): void => {
    writeFileSync(
      `${folder}/${name}`,
      `#!/bin/sh\nexec ${bun} ${folder}/mutant.js ${name} ${REFERENCE_PLUGINS}/${real}\n`,
    )
    chmodSync(`${folder}/${name}`, 0o755)
  }
  for (const [name, { of }] of Object.entries(DEFECTS)) made(name, BASES[of])
  made('modern', BASES.modern)
  const failed = async (base: Base, type: string, cases: readonly string[]): Promise<readonly string[]> => {
    const { plugins, version } = BASES[base]
    const config = `${folder}/${type}.conflist`
    writeFileSync(config, JSON.stringify({ cniVersion: version, name: 'conformance', plugins: plugins(type) }))
    const { outcomes } = await runConformance({
      config,
      binDirs: [folder, REFERENCE_PLUGINS],
      plugin: type,
      versions: [version],
      cases,
      inChain: false,
      plexus: [PLEXUS],
      worker: [PLEXUS, 'conformance', '--inside'],
    })
    return outcomes.flatMap(findingsOf)
  }
  const ofReal = new Map<string, Promise<readonly string[]>>()
  const failedByReal = async (base: Base, cases: readonly string[]): Promise<readonly string[]> => {
    const type = base === 'modern' ? 'modern' : BASES[base].real
    const each = cases.map((id) => {
      const key = `${base} ${id}`
      const known = ofReal.get(key) ?? failed(base, type, [id])
      ofReal.set(key, known)
      return known
    })
    return (await Promise.all(each)).flat()
  }
  return {
    mutation: async (name) => {
      const defect = DEFECTS[name] as Defect
      const cases = [...new Set([...BYSTANDERS, ...defect.caughtBy])]
      const caught = await failed(defect.of, name, cases)
      const own = await failedByReal(defect.of, [...new Set(caught.map(caseOf))])
      const caughtBy = [...new Set(caught.filter((one) => !own.includes(one)).map(caseOf))]
      const known = [...defect.caughtBy, ...(defect.alsoSeenBy ?? [])]
      return {
        name,
        caughtBy,
        missedBy: defect.caughtBy.filter((id) => !caughtBy.includes(id)),
        strangers: caughtBy.filter((id) => !isNamed(id, known)),
      }
    },
    close: () => rmSync(folder, { recursive: true }),
  }
}
