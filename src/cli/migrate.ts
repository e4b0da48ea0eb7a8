import { readNodeConfig } from '../attach/index.ts'
import { problemText, toJson } from '../cni/index.ts'
import { placeText } from './install-files.ts'
import { type MigrateChoice, migratedConfig } from './migrate-config.ts'
import { differencesOf, installCommand } from './migrate-differences.ts'
import { multusNode } from './migrate-inputs.ts'
import { note, print } from './print.ts'
import { wrapped } from './terminal.ts'

/** What `plexus migrate` is told. */
export type MigrateOptions = Partial<MigrateChoice> & {
  /** Files with Multus' DaemonSet and ConfigMap. */
  readonly manifests: readonly string[]
  readonly output: 'text' | 'json'
  /** The file to write the configuration to. */
  readonly write?: string
}

/**
 * Says what the configuration of a Multus node is for Plexus, on standard output or in a file, and what will be
 * different, on standard error.
 * @throws CniError where there is no Multus, or what it says is no configuration.
 */
export async function migrate(path: string | undefined, options: MigrateOptions): Promise<void> {
  const { manifests, output, write, plexusDefaults = false } = options
  const multus = await multusNode(path, manifests)
  const config = migratedConfig(multus, { plexusDefaults })
  const warnings = readNodeConfig(config).warnings.map(problemText)
  const differences = differencesOf(multus, { plexusDefaults })
  const install = installCommand(multus, config)
  const text = toJson(config, 2)
  if (write !== undefined) note(`${write}: ${placeText(write, `${text}\n`)}`)
  if (output === 'json') return print(toJson({ from: multus.path, config, warnings, differences, install }, 2))
  if (write === undefined) print(text)
  note(`\n${multus.path} for Plexus. What will be different:\n`)
  for (const { about, what } of differences) note(`  - ${wrapped(`${about}: ${what}`, 4, 76)}`)
  for (const warning of warnings) note(`  - ${wrapped(warning, 4, 76)}`)
  note(NEXT.replace('INSTALL', wrapped(install, 4)))
}

const NEXT = `
Find the pods that will fail before you change a node:
  kubectl get net-attach-def,pods -A -o yaml | plexus validate
Take the DaemonSet of Multus and its configuration away, then:
  INSTALL
See that all is well:
  plexus doctor`
