import { isJsonObject } from '../../src/cni/index.ts'
import type { Bench } from '../bench/bench.ts'
import { NotRun } from '../not-run.ts'
import { subjectConfig } from '../subject.ts'

/**
 * Requires that a plugin can make more than one attachment: a device can be given to one container only, and every
 * sandbox has its one loopback.
 * @throws NotRun where it cannot.
 */
export function requireMany({ subject }: Bench): void {
  if (typeof subjectConfig(subject)['device'] === 'string')
    throw new NotRun('its device can be given to one container only')
  const { ipam } = subjectConfig(subject)
  if (isJsonObject(ipam) && 'addresses' in ipam) throw new NotRun('its addresses are written in the configuration')
  if (subject.ifName === 'lo') throw new NotRun('it is about one interface only')
}
