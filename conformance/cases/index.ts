import type { Case } from '../case.ts'
import { addressCases } from './address.ts'
import { atomicCases } from './atomic.ts'
import { capabilityCases } from './capability.ts'
import { ipsCases } from './capability-ips.ts'
import { macCases } from './capability-mac.ts'
import { portCases } from './capability-ports.ts'
import { chainingCases } from './chaining.ts'
import { oddResultCases } from './chaining-odd.ts'
import { checkCases } from './check.ts'
import { driftCases } from './check-drift.ts'
import { laterChangeCases } from './check-later.ts'
import { concurrencyCases } from './concurrency.ts'
import { delCases } from './del.ts'
import { delOtherCases } from './del-others.ts'
import { delegateCases } from './delegate.ts'
import { errorCases } from './error.ts'
import { garbageCases } from './garbage.ts'
import { interfaceCases } from './interface.ts'
import { aroundInterfaceCases } from './interface-around.ts'
import { ipamCases } from './ipam.ts'
import { multiplicityCases } from './multiplicity.ts'
import { protocolCases } from './protocol.ts'
import { resultCases } from './result.ts'
import { resultInterfaceCases } from './result-interfaces.ts'
import { routeCases } from './route.ts'
import { statusCases } from './status.ts'
import { versionCases } from './version.ts'
import { wholeChainCases } from './whole-chain.ts'

/** Every case there is, in the order they are reported. */
export const CASES: readonly Case[] = [
  ...versionCases,
  ...byNumber(protocolCases, delegateCases),
  ...byNumber(resultCases, resultInterfaceCases),
  ...byNumber(interfaceCases, aroundInterfaceCases),
  ...byNumber(addressCases, routeCases),
  ...byNumber(chainingCases, oddResultCases),
  ...byNumber(delCases, delOtherCases),
  ...byNumber(checkCases, driftCases, laterChangeCases),
  ...atomicCases,
  ...errorCases,
  ...byNumber(capabilityCases, macCases, ipsCases, portCases),
  ...byNumber(concurrencyCases, multiplicityCases),
  ...garbageCases,
  ...statusCases,
  ...ipamCases,
  ...wholeChainCases,
]

// A group may be in several files, each of one idea.
function byNumber(...parts: readonly (readonly Case[])[]): readonly Case[] {
  return parts.flat().toSorted((one, other) => one.id.localeCompare(other.id))
}
