import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type Call, sandboxOf, succeeds } from './call.ts'

/** Where mutants keep what they know from one call to the next. */
export const STATE = '/var/lib/cni/mutant'

/** Where host-local keeps what it has given. */
export const LEASES = '/var/lib/cni/networks'

/** Whether the interface of a call is in its sandbox. */
export function hasLink(call: Call): boolean {
  return succeeds('ip', '-n', sandboxOf(call), 'link', 'show', call.env['CNI_IFNAME'] ?? '')
}

/** The files of the addresses that the container of a call has. */
export function leasesOf(call: Call): readonly string[] {
  const folder = `${LEASES}/${String(call.config?.['name'])}`
  if (!existsSync(folder)) return []
  const files = readdirSync(folder)
    .filter((name) => /^\d/.test(name))
    .map((name) => `${folder}/${name}`)
  return files.filter((file) => readFileSync(file, 'utf8').startsWith(call.env['CNI_CONTAINERID'] ?? ''))
}
